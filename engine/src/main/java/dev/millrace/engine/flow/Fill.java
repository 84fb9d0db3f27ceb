package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Decisions;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreError;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Cluster;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills new versions of some streams of a flow, in tables beside the old ones, and lets them
 * replace these in one transaction. Records are read again from where the topics were first read;
 * what was refused stays refused, and watermarks go from one {@link Checkpoints checkpoint} to the
 * next, so that nothing that is read is ever behind them. Tables are read as they are at the
 * beginning. The flow goes on meanwhile with its other streams and is held between two batches for
 * what is left at the end.
 */
public final class Fill implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Fill.class);
  private static final long NEAR = 20_000;
  private static final int CHASES = 10;
  private static final long TABLE_ROWS = 250_000;
  private static final long LOG_EVERY_NANOS = 5_000_000_000L;

  private final FillParts parts;
  private final Flow flow;
  private final Store store;
  private final Cluster cluster;
  private final Clock clock;
  private final Replacement replacement;
  private final Lock replacing;
  private final List<StreamRun> filled;
  private final StopSignal stop = new StopSignal();
  private final Thread thread;
  private boolean held;
  private long done;
  private long total;
  private long loggedAt = System.nanoTime();

  /** Replaces the old version of the streams. */
  public interface Replacement {
    /**
     * The new tables are complete, and their names end with {@link StreamRun#NEW}: replaces the old
     * ones in the transaction.
     */
    void replace(Transaction transaction, List<FilledStream> streams) throws SQLException;

    /** The transaction was committed. */
    void replaced(Writer writer) throws SQLException;
  }

  /**
   * A fill that {@link #start} sets going; the flow leaves its streams alone from now on.
   *
   * @param replacing held while tables are replaced, so that one fill of a project does so at a
   *     time
   */
  public Fill(
      FillParts parts,
      Flow flow,
      Store store,
      Cluster cluster,
      Clock clock,
      Replacement replacement,
      Lock replacing) {
    this.parts = parts;
    this.flow = flow;
    this.store = store;
    this.cluster = cluster;
    this.clock = clock;
    this.replacement = replacement;
    this.replacing = replacing;
    Set<String> names = Set.copyOf(parts.names());
    this.filled =
        flow.runner().streams().stream().filter(s -> names.contains(s.model().name())).toList();
    filled.forEach(s -> s.setFilling(true));
    flow.filling(true);
    tell();
    this.thread = new Thread(this::run, "fill " + flow.name());
    this.thread.setDaemon(true);
  }

  /**
   * Before the flow starts: looks whether the history is there, if the old version could not go on
   * once the flow has.
   *
   * @throws StopException if it is gone: nothing was given up yet
   */
  public void requireHistory() {
    try {
      boolean needed = !parts.keepsOld() && !parts.topics().isEmpty();
      if (needed && new FillStart(parts, flow.name(), store).isWhole()) {
        open(parts.topics(), past().first(since())).close();
      }
    } catch (SQLException e) {
      throw Store.retry(e);
    }
  }

  /** Starts the thread, once Kafka runs. */
  public void start() {
    thread.start();
  }

  private void run() {
    long pause = 100;
    while (!stop.isGiven()) {
      long seen = store.generation();
      try (Writer writer = store.writer();
          BatchRunner runner =
              new BatchRunner(parts.make(), clock, new Workers(), Progress.FILLS)) {
        fill(runner, writer);
        return;
      } catch (RetryException e) {
        report(e.problem());
        stop.pause(pause);
        pause = Math.min(5_000, pause * 2);
      } catch (StopException e) {
        stopFor(e.problem());
        return;
      } catch (InterruptedException e) {
        stop.give();
      } catch (SQLException e) {
        if (!store.isFatal(e, seen)) {
          LOG.error("filling {} failed", parts.names(), e);
          stopFor(failed(e));
          return;
        }
        // Its connection was closed with the instance that DuckDB gave up.
        report(Store.retry(e).problem());
        stop.pause(pause);
      } catch (RuntimeException e) {
        LOG.error("filling {} failed", parts.names(), e);
        stopFor(failed(e));
        return;
      } catch (Error e) {
        stopFor(failed(e));
        throw e;
      }
    }
  }

  private Problem failed(Throwable e) {
    return Problem.error(
        StoreError.STATEMENT_FAILED,
        null,
        "filling " + String.join(", ", parts.names()) + " failed: " + e,
        "the old tables are as they were; this is a fault of Millrace: please report it with the"
            + " log");
  }

  private void hold() throws InterruptedException {
    if (!held) {
      flow.hold();
      held = true;
    }
  }

  private void release() {
    if (held) {
      held = false;
      flow.release();
    }
  }

  private void fill(BatchRunner runner, Writer writer) throws SQLException, InterruptedException {
    LOG.info("filling {}", String.join(", ", parts.names()));
    done = 0;
    total = 0;
    try {
      new FillStart(parts, flow.name(), store).load(runner, writer);
      if (!runner.tableInputs().isEmpty()) {
        awaitTables();
        hold();
        copyTables(runner, writer);
      }
      Past past = past();
      release();
      readTables(runner, writer);
      if (!parts.topics().isEmpty()) {
        readTopics(runner, writer, past);
      } else {
        hold();
        catchUp(runner, writer);
      }
      if (!stop.isGiven()) {
        // Windows close, and a count over no rows has its row.
        follow(runner, newest(parts.sources()).marks());
        runner.run(writer, List.of(), List.of(), false, () -> {});
        checkStopped(runner);
        replacing.lockInterruptibly();
        try {
          replace(runner, writer);
        } finally {
          replacing.unlock();
        }
      }
    } finally {
      release();
    }
  }

  /** The flow's copies of tables that builds make may be empty until its first batch. */
  private void awaitTables() {
    while (flow.runner().lookups().isBehind() && !stop.isGiven()) {
      stop.pause(20);
    }
  }

  /** Keeps the tables that are read as they are now: the flow goes on to change them. */
  private static void copyTables(BatchRunner runner, Writer writer) throws SQLException {
    writer.transact(
        transaction -> {
          for (TableInput table : runner.tableInputs()) {
            table.copy(transaction);
          }
          return true;
        });
  }

  private void readTables(BatchRunner runner, Writer writer) throws SQLException {
    for (TableInput table : runner.tableInputs()) {
      long last = number("SELECT max(_n) FROM " + table.copied());
      total += last;
      for (long after = 0; after < last && !stop.isGiven(); after += TABLE_ROWS) {
        table.read(after, after + TABLE_ROWS);
        runner.run(writer, List.of(), List.of(), false, () -> {});
        table.close();
        progressed(runner, TABLE_ROWS);
      }
    }
  }

  /** Applies what has become of the tables since they were copied; the flow is held. */
  private void catchUp(BatchRunner runner, Writer writer) throws SQLException {
    for (TableInput table : runner.tableInputs()) {
      if (!stop.isGiven()) {
        table.readDifference();
        runner.run(writer, List.of(), List.of(), false, () -> {});
        table.close();
        checkStopped(runner);
      }
    }
  }

  private Past past() throws SQLException {
    Set<String> names = parts.decisions().keySet();
    try (Connection connection = store.connect()) {
      return new Past(
          Checkpoints.read(connection, names),
          Checkpoints.beginnings(connection, parts.topics()),
          newest(names));
    }
  }

  /** Rows before this are of no use, whatever came when. */
  private long since() throws SQLException {
    if (parts.readsChanges()) {
      return Long.MIN_VALUE;
    }
    String sources =
        parts.decisions().keySet().stream()
            .map(Identifier::literal)
            .collect(Collectors.joining(", "));
    boolean replayed =
        number(
                "SELECT count(*) FROM store.system.rejected WHERE replay = 'done' AND source IN ("
                    + sources
                    + ")")
            > 0;
    // A record that a replay has admitted is newer than what was read with it.
    return replayed ? Long.MIN_VALUE : parts.since();
  }

  /** Reads the topics; the flow is held then, unless this ended before its time. */
  private void readTopics(BatchRunner runner, Writer writer, Past past)
      throws SQLException, InterruptedException {
    List<Position> from =
        runner.positions().stream().filter(p -> parts.topics().contains(p.topic())).toList();
    Set<String> names = parts.decisions().keySet();
    List<Position> first = past.first(since());
    total += Past.distance(first, newest(names).positions());
    done += Past.distance(first, from);
    tell();
    try (HistoryReader reader = open(parts.topics(), Past.goingOn(first, from))) {
      for (Checkpoints.Checkpoint checkpoint : past.checkpoints()) {
        List<Position> at = reader.positions();
        if (Past.distance(at, checkpoint.positions()) > 0) {
          replayTo(runner, writer, reader, checkpoint, past.ahead(checkpoint, at));
        }
      }
      if (runner.tableInputs().isEmpty()) {
        chase(runner, writer, reader, names);
        hold();
      } else {
        // A table's rows since it was copied may need what watermarks since then would forget.
        replayTo(runner, writer, reader, past.live(), past.live().positions());
        hold();
        catchUp(runner, writer);
      }
      Checkpoints.Checkpoint live = newest(names);
      replayTo(runner, writer, reader, live, live.positions());
    }
  }

  /** Follows the flow until little is left. */
  private void chase(BatchRunner runner, Writer writer, HistoryReader reader, Set<String> names)
      throws SQLException {
    for (int i = 0; i < CHASES && !stop.isGiven(); i++) {
      Checkpoints.Checkpoint live = newest(names);
      if (Past.distance(reader.positions(), live.positions()) < NEAR) {
        break;
      }
      replayTo(runner, writer, reader, live, live.positions());
    }
  }

  private HistoryReader open(List<String> topics, List<Position> from) {
    try {
      return new HistoryReader(cluster, topics, from);
    } catch (StopException e) {
      throw new StopException(FlowError.historyGone(parts, e.problem()), e);
    }
  }

  private Checkpoints.Checkpoint newest(Set<String> names) throws SQLException {
    try (Connection connection = store.connect()) {
      return Checkpoints.newest(connection, flow.name(), names);
    }
  }

  private void replayTo(
      BatchRunner runner,
      Writer writer,
      HistoryReader reader,
      Checkpoints.Checkpoint checkpoint,
      List<Position> ahead)
      throws SQLException {
    reader.goTo(checkpoint.positions());
    for (Decisions decisions : parts.decisions().values()) {
      if (!decisions.covers(reader.positions(), checkpoint.positions())) {
        try (Connection connection = store.connect()) {
          decisions.load(connection, reader.positions(), ahead);
        }
      }
    }
    while (!reader.isThere() && !stop.isGiven()) {
      List<TopicRecords> records = reader.next();
      if (!records.isEmpty()) {
        runner.run(writer, runner.decode(records), reader.positions(), false, () -> {});
        FaultPoint.pass("refill-batch");
        progressed(runner, records.stream().mapToLong(TopicRecords::size).sum());
      }
    }
    if (!stop.isGiven()) {
      follow(runner, checkpoint.marks());
      runner.run(writer, List.of(), reader.positions(), false, () -> {});
      checkStopped(runner);
    }
  }

  private static void follow(BatchRunner runner, List<Checkpoints.Mark> marks) {
    for (Checkpoints.Mark mark : marks) {
      for (Admission source : runner.sources()) {
        if (source.stream().qualifiedName().equals(mark.source())) {
          source.watermarks().follow(mark.micros());
        }
      }
    }
  }

  private void progressed(BatchRunner runner, long more) {
    checkStopped(runner);
    done += more;
    tell();
    if (System.nanoTime() - loggedAt > LOG_EVERY_NANOS) {
      loggedAt = System.nanoTime();
      LOG.info(
          "filling {}: {}",
          String.join(", ", parts.names()),
          String.format(Locale.ROOT, "%,d of %,d records", Math.min(done, total), total));
    }
  }

  /** A stream that fails is not replaced: the old one stays until the query is mended. */
  private void checkStopped(BatchRunner runner) {
    for (StreamRun stream : runner.streams()) {
      if (stream.stopped().isPresent()) {
        throw new StopException(stream.stopped().get(), null);
      }
    }
  }

  private void replace(BatchRunner runner, Writer writer) throws SQLException {
    List<FilledStream> streams = new ArrayList<>();
    for (StreamRun stream : runner.streams()) {
      streams.add(new FilledStream(stream.model(), stream.program(), stream.watermark()));
    }
    String names =
        parts.names().stream().map(Identifier::literal).collect(Collectors.joining(", "));
    String row =
        " WHERE flow = "
            + Identifier.literal(flow.name())
            + " AND number = (SELECT max(number) FROM progress.batches WHERE flow = "
            + Identifier.literal(flow.name())
            + ")";
    writer.transact(
        transaction -> {
          replacement.replace(transaction, streams);
          runner.dropCurrent(transaction);
          for (TableInput table : runner.tableInputs()) {
            table.drop(transaction);
          }
          transaction.execute(
              "UPDATE progress.batches SET next_id = greatest(next_id, "
                  + runner.nextId()
                  + "), streams = list_transform(streams, lambda s: CASE WHEN s.stream IN ("
                  + names
                  + ") THEN {'stream': s.stream, 'changes': s.changes, 'stopped': NULL::VARCHAR} ELSE s END)"
                  + row);
          transaction.execute(
              "DELETE FROM progress.fills WHERE flow = " + Identifier.literal(flow.name()));
          FaultPoint.pass("refill-before-swap");
          return true;
        });
    FaultPoint.pass("refill-after-swap");
    flow.reload();
    filled.forEach(s -> s.setFilling(false));
    flow.filling(false);
    try {
      replacement.replaced(writer);
    } catch (SQLException | RetryException e) {
      LOG.warn("system.state is as before the next start", e);
    }
    LOG.info(
        "filled {}: the new tables have replaced the old ones", String.join(", ", parts.names()));
  }

  private long number(String sql) throws SQLException {
    try (Connection connection = store.connect();
        var statement = connection.createStatement();
        var row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private void tell() {
    Problem far = FlowError.filling(parts.names(), done, total);
    filled.forEach(s -> s.fillProgress(far));
  }

  private void report(Problem problem) {
    LOG.warn("filling {}: {}", parts.names(), problem);
    filled.forEach(s -> s.fillProgress(problem));
  }

  private void stopFor(Problem problem) {
    LOG.error("filling {} stopped: {}", parts.names(), problem);
    filled.forEach(s -> s.stop(problem));
    Notes notes = new Notes();
    notes.add(problem);
    notes.tell(store, flow.name());
    flow.filling(false);
  }

  /** Ends after the batch in hand; the next start goes on with it. */
  @Override
  public void close() {
    stop.give();
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
