package dev.millrace.server;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.engine.Instance;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps open pages up to date: after commits, at most every {@value #PACE_MILLIS} ms a view, and at
 * least every {@value #SLOWEST_MILLIS} ms because the time range moves on. Thread-safe.
 */
final class LivePages implements AutoCloseable {
  static final int MOST_PAGES = 64;
  private static final long PACE_MILLIS = 400;
  private static final long SLOWEST_MILLIS = 5_000;
  private static final long STATUS_MILLIS = 1_000;
  private static final long BEAT_MILLIS = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(LivePages.class);

  private final Instance instance;
  private final Queries queries;
  private final Map<DashboardQuery, Shown> views = new ConcurrentHashMap<>();
  private final Set<EventStream> statusViewers = new LinkedHashSet<>();
  private final AtomicLong commits = new AtomicLong();
  private final ScheduledThreadPoolExecutor clock;
  private final AutoCloseable commitListener;

  LivePages(Instance instance, Queries queries) {
    this.instance = instance;
    this.queries = queries;
    clock =
        new ScheduledThreadPoolExecutor(
            2,
            task -> {
              Thread thread = new Thread(task, "live-pages");
              thread.setDaemon(true);
              return thread;
            });
    clock.setRemoveOnCancelPolicy(true);
    commitListener = instance.onCommit(commits::incrementAndGet);
    every(STATUS_MILLIS, this::sendStatus);
    every(BEAT_MILLIS, () -> views.values().forEach(s -> s.view.beat()));
  }

  private void every(long millis, Runnable task) {
    clock.scheduleWithFixedDelay(() -> guarded(task), millis, millis, TimeUnit.MILLISECONDS);
  }

  /** A task that throws would never be scheduled again. */
  private static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException e) {
      LOG.warn("a live page could not be brought up to date", e);
    }
  }

  /**
   * A browser that looks at a dashboard.
   *
   * @param opener makes the stream; it gets what to do when the browser has gone
   * @throws RetryException if too many pages are open
   */
  void watch(DashboardQuery query, Opener opener) {
    checkRoom();
    views.compute(
        query,
        (q, existing) -> {
          Shown shown = existing == null ? new Shown(new LiveView(q, queries)) : existing;
          EventStream[] stream = new EventStream[1];
          stream[0] = opener.open(() -> leave(q, stream[0]));
          shown.view.add(stream[0]);
          if (existing == null) {
            shown.start();
          }
          return shown;
        });
  }

  private void leave(DashboardQuery query, EventStream viewer) {
    // Not in the browser's own thread: it may hold the view's lock while another waits for the
    // map's.
    clock.execute(
        () ->
            views.computeIfPresent(
                query,
                (q, shown) -> {
                  if (shown.view.remove(viewer)) {
                    shown.stop();
                    return null;
                  }
                  return shown;
                }));
  }

  /** A browser that looks at the status. */
  void watchStatus(Opener opener) {
    checkRoom();
    EventStream[] stream = new EventStream[1];
    stream[0] = opener.open(() -> leaveStatus(stream[0]));
    synchronized (statusViewers) {
      statusViewers.add(stream[0]);
    }
    stream[0].send("status", "status", Json.write(StatusJson.of(instance.status())));
  }

  private void leaveStatus(EventStream stream) {
    synchronized (statusViewers) {
      statusViewers.remove(stream);
    }
  }

  private void sendStatus() {
    List<EventStream> viewers;
    synchronized (statusViewers) {
      viewers = List.copyOf(statusViewers);
    }
    if (!viewers.isEmpty()) {
      String json = Json.write(StatusJson.of(instance.status()));
      viewers.forEach(v -> v.send("status", "status", json));
    }
  }

  private void checkRoom() {
    int open = views.size();
    synchronized (statusViewers) {
      open += statusViewers.size();
    }
    if (open >= MOST_PAGES) {
      throw new RetryException(
          Problem.error(
              ServerError.TOO_MANY_PAGES,
              null,
              MOST_PAGES + " live pages are open",
              "close some tabs"),
          null);
    }
  }

  @Override
  public void close() throws Exception {
    commitListener.close();
    clock.shutdownNow();
    views.values().forEach(s -> s.view.close());
    synchronized (statusViewers) {
      List.copyOf(statusViewers).forEach(EventStream::close);
    }
  }

  /** Makes the stream of a browser. */
  @FunctionalInterface
  interface Opener {
    /** Opens it; {@code onClose} is to be called once when the browser has gone. */
    EventStream open(Runnable onClose);
  }

  /** A view and when it was last brought up to date. */
  private final class Shown {
    private final LiveView view;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private long seenCommits = -1;
    private long refreshedAt;

    Shown(LiveView view) {
      this.view = view;
    }

    void start() {
      clock.execute(this::step);
    }

    void stop() {
      stopped.set(true);
    }

    /** Refreshes if there is reason to, then comes again; so one view is never on two threads. */
    private void step() {
      if (stopped.get() || clock.isShutdown()) {
        return;
      }
      long before = commits.get();
      long now = System.nanoTime() / 1_000_000;
      if (before != seenCommits || now - refreshedAt >= SLOWEST_MILLIS) {
        guarded(view::refresh);
        seenCommits = before;
        refreshedAt = now;
      }
      if (!clock.isShutdown()) {
        clock.schedule(this::step, PACE_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
  }
}
