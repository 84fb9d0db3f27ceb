package dev.millrace.engine.lake;

import dev.millrace.engine.store.Store;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the views of tables in the lake at their newest versions while a project runs, as others
 * may compact, rewrite or expire them.
 */
public final class LakeWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LakeWatch.class);

  /** Far shorter than any version lives. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final Store store;
  private final Lake lake;
  private final Consumer<Set<String>> replaced;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lake-views");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Looks at once, on its own thread, and then now and then.
   *
   * @param replaced told which views were made anew
   */
  public LakeWatch(Store store, Lake lake, Consumer<Set<String>> replaced) {
    this.store = store;
    this.lake = lake;
    this.replaced = replaced;
    clock.scheduleWithFixedDelay(this::look, 0, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void look() {
    try (Connection connection = store.connect()) {
      Set<String> made = LakeViews.refresh(connection, lake);
      if (!made.isEmpty()) {
        replaced.accept(made);
      }
    } catch (SQLException | RuntimeException e) {
      LOG.warn("views of the lake are not looked at: {}", e.getMessage());
    }
  }

  /** Stops looking; waits for a look that is under way. */
  @Override
  public void close() {
    clock.shutdown();
    try {
      clock.awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
