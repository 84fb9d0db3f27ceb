package dev.millrace.embedded;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Starts embedded systems side by side, starts again those that die, and stops them in reverse
 * order. Thread-safe; {@link #start} and {@link #close} are called once.
 */
public final class Supervisor implements AutoCloseable {
  private static final long LOOK_EVERY_MILLIS = 100;

  /**
   * The life of a system. {@code STARTING -> RUNNING -> FAILED -> STARTING ...}, and {@code
   * STOPPED} from any of them, for good.
   */
  public enum State {
    /** It was told to start and does not answer yet. */
    STARTING,
    /** It answers. */
    RUNNING,
    /** It died or did not start; another try follows unless a person has to act first. */
    FAILED,
    /** It was stopped. */
    STOPPED
  }

  /**
   * How a system is.
   *
   * @param name its name in the target
   * @param state where it is in its life
   * @param since when it came into this state
   * @param restarts how often it was started again since the first start
   * @param error the last failure, kept when it runs again; empty if there was none
   */
  public record Status(
      String name, State state, Instant since, int restarts, Optional<String> error) {}

  private final List<Supervised> systems;
  private final ScheduledExecutorService watchers;

  /** Will start these; they are stopped in the reverse order. */
  public Supervisor(List<EmbeddedSystem> systems) {
    this.systems = systems.stream().map(Supervised::new).toList();
    // A thread each, so that a slow restart of one keeps no other waiting.
    this.watchers =
        Executors.newScheduledThreadPool(Math.max(1, systems.size()), Supervisor::thread);
  }

  /**
   * Starts all systems in parallel and waits for them. If one fails, the others are stopped.
   *
   * @return the system options of each, by name
   * @throws StopException with every system's problem
   */
  public Map<String, Map<String, Object>> start() {
    Map<String, Map<String, Object>> options = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    try {
      List<Future<Map<String, Object>>> starts =
          systems.stream().map(s -> watchers.submit(s::start)).toList();
      for (int i = 0; i < starts.size(); i++) {
        try {
          options.put(systems.get(i).name(), starts.get(i).get());
        } catch (ExecutionException e) {
          problems.addAll(problems(systems.get(i).name(), e.getCause()));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      problems.add(
          Problem.error(EmbeddedError.EMBEDDED_START, null, "interrupted while starting", null));
    }
    if (!problems.isEmpty()) {
      close();
      throw new StopException(problems);
    }
    for (Supervised system : systems) {
      watchers.scheduleWithFixedDelay(
          system::tend, LOOK_EVERY_MILLIS, LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }
    return options;
  }

  /** How each system is, in the order given. */
  public List<Status> status() {
    return systems.stream().map(Supervised::status).toList();
  }

  /**
   * Stops all systems when the JVM ends, for callers that have no shutdown order of their own.
   *
   * @return this
   */
  public Supervisor closeOnExit() {
    Runtime.getRuntime().addShutdownHook(new Thread(this::close, "millrace-supervisor-exit"));
    return this;
  }

  /** Stops the systems, the last one first. Never throws; may be repeated. */
  @Override
  public void close() {
    watchers.shutdownNow();
    for (int i = systems.size() - 1; i >= 0; i--) {
      systems.get(i).stop();
    }
  }

  private static Thread thread(Runnable task) {
    Thread thread = new Thread(task, "millrace-supervisor");
    thread.setDaemon(true);
    return thread;
  }

  private static List<Problem> problems(String name, @Nullable Throwable t) {
    if (t instanceof MillraceException e) {
      return e.problems();
    }
    return List.of(
        Problem.error(EmbeddedError.EMBEDDED_START, null, name + " did not start: " + t, null));
  }
}
