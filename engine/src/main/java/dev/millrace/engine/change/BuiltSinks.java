package dev.millrace.engine.change;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.project.Project;
import dev.millrace.project.SinkSpec;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sinks that deliver tables which builds make. A thread of its own takes the difference after
 * each build, and once at the start, for builds that were made while nothing ran. No flow waits for
 * it. Thread-safe.
 */
public final class BuiltSinks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BuiltSinks.class);
  private static final long PAUSE_MILLIS = 200;

  private final Store store;
  private final List<BuiltSink> sinks = new ArrayList<>();
  private @Nullable StateTables tables;
  private final Runnable onCommit;
  private final Thread thread;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile boolean closing;

  /**
   * Those of a project.
   *
   * @param delivered the tables that sinks deliver, by name
   * @param onCommit called after a difference was committed
   */
  public BuiltSinks(
      Project project, Map<String, LookupTable> delivered, Store store, Runnable onCommit) {
    this.store = store;
    this.onCommit = onCommit;
    for (SinkSpec sink : project.sinks()) {
      LookupTable table = delivered.get(sink.from());
      if (table != null) {
        sinks.add(new BuiltSink(sink, table));
      }
    }
    this.thread = new Thread(this::run, "tables to sinks");
    this.thread.setDaemon(true);
  }

  /** Makes what is missing, in the transaction that begins a run. */
  void begin(Transaction transaction, StoredProject stored) throws SQLException {
    StateTables made = new StateTables(store);
    tables = made;
    for (BuiltSink sink : sinks) {
      sink.begin(transaction, store, made, stored);
    }
  }

  /** True if it delivers the sink. */
  boolean has(SinkSpec sink) {
    return sinks.stream().anyMatch(s -> s.sink() == sink);
  }

  /** The outboxes, in the order of the project's sinks. */
  public List<Outbox> outboxes() {
    return sinks.stream().map(BuiltSink::outbox).toList();
  }

  /**
   * Why rows of the table do not come to an outbox; empty if they do, or it is not one of these.
   */
  public Optional<Problem> problem(Outbox outbox) {
    return sinks.stream().filter(s -> s.outbox() == outbox).findFirst().flatMap(BuiltSink::problem);
  }

  /** Starts the thread. */
  public void start() {
    if (!sinks.isEmpty()) {
      thread.start();
    }
  }

  /** A build has committed; {@code tables} as a flow is told. */
  public void written(Set<String> tables) {
    sinks.forEach(s -> s.written(tables));
    wake();
  }

  /** True if outboxes have what the last builds made, or it is known why not. */
  public boolean isCaughtUp() {
    return sinks.stream().noneMatch(BuiltSink::isBehind);
  }

  private void wake() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    StateTables made = Objects.requireNonNull(tables, "begin comes first");
    try (Writer writer = store.writer()) {
      while (!closing) {
        for (BuiltSink sink : sinks) {
          if (sink.isBehind() && !closing) {
            take(sink, writer, made);
          }
        }
        await();
      }
    }
  }

  private void take(BuiltSink sink, Writer writer, StateTables made) {
    long seen = sink.seen();
    try {
      sink.take(writer, store, made);
      onCommit.run();
    } catch (RetryException e) {
      // A build replaces the table at this moment, for example; the next turn tries again.
      LOG.debug("sink {}: {}", sink.sink().name(), e.getMessage());
    } catch (SQLException | RuntimeException e) {
      LOG.error("the table of sink {} cannot be taken", sink.sink().name(), e);
      sink.giveUp(ChangeError.tableOfSinkFails(sink.sink(), e), seen);
    }
  }

  private void await() {
    lock.lock();
    try {
      if (!closing) {
        boolean woken = changed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        LOG.trace("woken {}", woken);
      }
    } catch (InterruptedException e) {
      closing = true;
    } finally {
      lock.unlock();
    }
  }

  /** Ends after the table in hand. */
  @Override
  public void close() {
    closing = true;
    wake();
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    StateTables made = tables;
    if (made != null) {
      made.close();
    }
  }
}
