package dev.millrace.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.ChildJvm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store that another process has open for a moment. */
class LockedStoreTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  private static StoreOptions options(Path folder) {
    return new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 1);
  }

  /** The other process: has the store open until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws InterruptedException {
      try (Store store = Store.open(options(Path.of(arguments[0])))) {
        System.out.println("open: " + store.epoch());
        new CountDownLatch(1).await();
      }
    }
  }

  private static boolean isPaused(@Nullable Thread thread) {
    return thread != null && thread.getState() == Thread.State.TIMED_WAITING;
  }

  @Test
  void isWaitedFor() throws Exception {
    AtomicReference<@Nullable Thread> waiting = new AtomicReference<>();
    try (ChildJvm holder = ChildJvm.start(Holder.class, Map.of(), folder.toString())) {
      holder.awaitOutput("open: ", LIMIT);
      CompletableFuture<String> opened =
          CompletableFuture.supplyAsync(
              () -> {
                waiting.set(Thread.currentThread());
                try (Store store = Store.open(options(folder))) {
                  return store.epoch();
                }
              });
      Awaitility.await().atMost(LIMIT).until(() -> opened.isDone() || isPaused(waiting.get()));
      assertThat(opened).isNotDone();
      holder.kill();
      String epoch = opened.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      assertThat(holder.output()).contains("open: " + epoch);
    }
  }
}
