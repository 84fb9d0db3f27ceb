package dev.millrace.log;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.Source;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What people want of entries of a source's ledger, until whoever writes the ledger does it: there
 * is one writer, and it reads what is committed before it changes that. Thread-safe.
 */
final class Amendments {
  private static final long LOOK_MS = 50;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Cluster cluster;
  private final SourceTask task;
  private final Queue<Request> waiting = new ConcurrentLinkedQueue<>();

  Amendments(Cluster cluster, SourceTask task) {
    this.cluster = cluster;
    this.task = task;
  }

  /** One action on some entries. */
  static final class Request {
    private final LedgerAction action;
    private final Set<String> keys;
    private final long deadline = System.nanoTime() + PATIENCE.toNanos();
    private final CompletableFuture<Set<String>> done = new CompletableFuture<>();

    private Request(LedgerAction action, Set<String> keys) {
      this.action = action;
      this.keys = Set.copyOf(keys);
    }

    /** Waits for a moment; true if it is done, or has failed. */
    boolean awaitDone() {
      try {
        done.get(LOOK_MS, TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        done.completeExceptionally(e);
        return true;
      }
    }

    boolean isOverdue() {
      return System.nanoTime() > deadline;
    }

    /** The keys of what was amended; throws what made it fail. */
    Set<String> amended() {
      try {
        return done.join();
      } catch (CompletionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw e;
      }
    }
  }

  Request add(LedgerAction action, Set<String> keys) {
    Request request = new Request(action, keys);
    waiting.add(request);
    return request;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  void remove(Request request) {
    waiting.remove(request);
  }

  /** Takes a request back; whether it was already begun is not known. */
  RetryException giveUp(Request request, String why) {
    remove(request);
    return new RetryException(
        Problem.error(
            LogError.LEDGER_BUSY,
            null,
            "source `%s` %s: perhaps its ledger was not amended".formatted(task.source(), why),
            "look at what it is doing, then try again"),
        null);
  }

  /**
   * Does all that is wanted, each in a transaction of its own. For the writer's thread, with
   * nothing else in the writer.
   *
   * @param position the one that is committed
   * @param source told of it, if one is open
   */
  void apply(
      SourceWriter writer,
      SourceLedger ledger,
      @Nullable String position,
      Optional<Source> source) {
    for (Request next = waiting.poll(); next != null; next = waiting.poll()) {
      try {
        Set<String> amended = new LinkedHashSet<>();
        List<LedgerEntry> entries = new ArrayList<>();
        for (LedgerEntry entry : committed(next.keys)) {
          List<LedgerEntry> become = task.connector().amend(next.action, entry);
          if (!become.isEmpty()) {
            amended.add(entry.key());
            entries.addAll(become);
          }
        }
        if (!entries.isEmpty()) {
          entries.forEach(writer::note);
          writer.commit(position);
          ledger.share(writer);
          source.ifPresent(s -> s.amended(entries));
        }
        next.done.complete(amended);
      } catch (RuntimeException e) {
        next.done.completeExceptionally(e);
        throw e;
      }
    }
  }

  /** Those of the entries that there are. */
  private List<LedgerEntry> committed(Set<String> keys) {
    Ledger ledger = LedgerLog.of(cluster, task);
    Map<String, LedgerEntry> found = new LinkedHashMap<>();
    ledger.read(
        (key, value) -> {
          if (keys.contains(key)) {
            if (value == null) {
              found.remove(key);
            } else {
              found.put(key, new LedgerEntry(key, value));
            }
          }
        });
    return List.copyOf(found.values());
  }
}
