package dev.millrace.dbt.run;

import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs nodes on threads as soon as all that they wait for has ended; those behind a failure are
 * skipped. The thread that calls {@link #run} decides everything and tells the listener.
 */
final class BuildQueue {
  private final Manifest manifest;
  private final BuildGraph graph;
  private final int threads;
  private final boolean failFast;
  private final BuildListener listener;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final BlockingQueue<Task> tasks = new LinkedBlockingQueue<>();
  private final List<NodeWorker> workers = new ArrayList<>();
  private final Map<String, Integer> left = new HashMap<>();
  private final Map<String, List<String>> readers = new HashMap<>();
  private final Map<String, String> skips = new HashMap<>();
  private final PriorityQueue<String> ready;
  private final List<NodeResult> results = new ArrayList<>();
  private final List<Runnable> untold = new ArrayList<>();
  private int begun;
  private int running;
  private volatile boolean cancelled;
  private @Nullable String ended;

  /** Something for the deciding thread: a line, or a result. */
  private record Event(@Nullable String line, @Nullable NodeResult result, int index) {}

  /** Something for a thread: a node, or the end. */
  private record Task(@Nullable Node node, int index) {}

  BuildQueue(
      Manifest manifest, BuildGraph graph, int threads, boolean failFast, BuildListener listener) {
    this.manifest = manifest;
    this.graph = graph;
    this.threads = threads;
    this.failFast = failFast;
    this.listener = listener;
    Map<String, Integer> depths = graph.depths();
    this.ready =
        new PriorityQueue<>(
            Comparator.comparingInt((String id) -> depths.getOrDefault(id, 0))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** Shows a line of a template. Of any thread. */
  void say(String line) {
    events.add(new Event(line, null, 0));
  }

  /** Ends what runs, and begins nothing more. Of any thread. */
  void cancel() {
    cancelled = true;
    synchronized (workers) {
      workers.forEach(NodeWorker::cancel);
    }
    events.add(new Event(null, null, 0));
  }

  /**
   * Runs all nodes.
   *
   * @param makeWorker called once in each thread
   * @return results in the order in which nodes ended
   */
  List<NodeResult> run(Supplier<NodeWorker> makeWorker) {
    graph
        .waitsFor()
        .forEach(
            (id, before) -> {
              left.put(id, before.size());
              before.forEach(b -> readers.computeIfAbsent(b, k -> new ArrayList<>()).add(id));
              if (before.isEmpty()) {
                ready.add(id);
              }
            });
    int total = left.size();
    List<Thread> pool = new ArrayList<>();
    for (int i = 1; i <= Math.min(threads, total); i++) {
      Thread thread = new Thread(() -> work(makeWorker), "millrace-build-" + i);
      thread.start();
      pool.add(thread);
    }
    try {
      while (results.size() < total) {
        dispatch(total);
        tell();
        if (results.size() < total) {
          take(total);
        }
      }
      tell();
    } finally {
      pool.forEach(t -> tasks.add(new Task(null, 0)));
      for (Thread thread : pool) {
        join(thread);
      }
    }
    for (Event event = events.poll(); event != null; event = events.poll()) {
      if (event.line() != null) {
        listener.said(event.line());
      }
    }
    return results;
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Begins what is ready, and skips what must not run. */
  private void dispatch(int total) {
    if (cancelled && ended == null) {
      ended = "cancelled";
    }
    while (!ready.isEmpty()) {
      String reason = ended != null ? ended : skips.get(ready.peek());
      if (reason == null && running >= threads) {
        // Those that cannot run need not wait for a thread, but order is nicer.
        return;
      }
      Node node = manifest.nodes().get(ready.remove());
      if (node == null) {
        throw new IllegalStateException("a selected node that is not in the manifest");
      }
      int index = ++begun;
      if (reason != null) {
        finish(index, total, NodeResult.skipped(node, reason));
      } else {
        running++;
        tasks.add(new Task(node, index));
        untold.add(() -> listener.started(index, total, node));
      }
    }
  }

  /** Tells what has happened, in order, once there is work for the threads again. */
  private void tell() {
    untold.forEach(Runnable::run);
    untold.clear();
  }

  private void take(int total) {
    Event event;
    try {
      event = events.take();
    } catch (InterruptedException e) {
      cancel();
      return;
    }
    if (event.line() != null) {
      listener.said(event.line());
    }
    if (event.result() != null) {
      running--;
      finish(event.index(), total, event.result());
    }
  }

  private void finish(int index, int total, NodeResult result) {
    results.add(result);
    untold.add(() -> listener.finished(index, total, result));
    String id = result.node().id();
    NodeStatus status = result.status();
    if (failFast && status.isFailure() && status != NodeStatus.SKIPPED && ended == null) {
      ended = "Skipping due to fail_fast";
      synchronized (workers) {
        workers.forEach(NodeWorker::cancel);
      }
    }
    for (String reader : readers.getOrDefault(id, List.of())) {
      if (status.isFailure()) {
        String cause = skips.getOrDefault(id, result.node().name());
        skips.putIfAbsent(reader, status == NodeStatus.SKIPPED ? cause : because(result));
      }
      if (left.merge(reader, -1, Integer::sum) == 0) {
        ready.add(reader);
      }
    }
  }

  private static String because(NodeResult result) {
    return result.node().type().text()
        + " `"
        + result.node().name()
        + "` "
        + (result.status() == NodeStatus.FAIL ? "failed" : "has an error");
  }

  private void work(Supplier<NodeWorker> makeWorker) {
    NodeWorker worker = null;
    try {
      while (true) {
        Task task = tasks.take();
        if (task.node() == null) {
          return;
        }
        NodeResult result;
        try {
          if (worker == null) {
            worker = makeWorker.get();
            synchronized (workers) {
              workers.add(worker);
              if (cancelled || ended != null) {
                worker.cancel();
              }
            }
          }
          result = worker.run(task.node());
        } catch (RuntimeException | Error e) {
          result = Failures.result(task.node(), e);
        }
        events.add(new Event(null, result, task.index()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      if (worker != null) {
        synchronized (workers) {
          workers.remove(worker);
        }
        worker.close();
      }
    }
  }
}
