package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.DecodedRecords;
import dev.millrace.engine.admission.Refusal;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes batches: admits records, applies them to every stream, and commits all of it with the
 * positions in one transaction. A batch runs as one statement; one that fails runs again step by
 * step, and if a record makes an expression fail it is halved until that record is alone and can be
 * set aside. For the flow's thread; figures may be read by any.
 */
public final class BatchRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(BatchRunner.class);

  private final FlowParts parts;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Progress progress;
  private final BatchTimes times = new BatchTimes();
  private final Execution execution;
  private final Map<String, Admission> byTopic = new HashMap<>();
  private final List<CurrentRows> current;
  private final Lookups lookups;
  private final Notes notes = new Notes();
  private final RefusedRows refused;
  private Bounds bounds = new Bounds();
  private long fallbacks;
  private @Nullable StateTables tables;

  BatchRunner(FlowParts parts, Clock clock, Workers workers) {
    this(parts, clock, workers, Progress.BATCHES);
  }

  BatchRunner(FlowParts parts, Clock clock, Workers workers, String progressTable) {
    this(parts, clock, workers, progressTable, System::nanoTime);
  }

  /**
   * As the other.
   *
   * @param nanos a monotonic clock: rows behind a bound are deleted only now and then
   */
  BatchRunner(
      FlowParts parts, Clock clock, Workers workers, String progressTable, LongSupplier nanos) {
    this.parts = parts;
    this.nanos = nanos;
    this.refused =
        progressTable.equals(Progress.FILLS)
            ? RefusedRows.ofFill(parts.streams().stream().map(s -> s.model().name()).toList())
            : new RefusedRows();
    this.execution = new Execution(parts, refused, workers);
    this.clock = clock;
    this.progress = new Progress(parts.name(), progressTable, parts.sources());
    parts.sources().forEach(s -> byTopic.put(s.stream().topic(), s));
    this.lookups = new Lookups(parts.lookups());
    this.current =
        parts.sources().stream()
            .filter(s -> s.stream().format().isChanges())
            .map(CurrentRows::new)
            .toList();
  }

  /** Removes what is kept of change data. */
  void dropCurrent(Transaction transaction) throws SQLException {
    for (CurrentRows rows : current) {
      rows.drop(transaction);
    }
  }

  /** Makes what is missing in the store and reads back how far the flow has come. */
  void load(Store store, Writer writer) throws SQLException {
    StateTables old = tables;
    if (old != null) {
      old.close();
    }
    StateTables made = new StateTables(store);
    tables = made;
    bounds = new Bounds();
    execution.reset();
    writer.transact(
        transaction -> {
          SystemTables.createIfMissing(transaction);
          for (Admission source : parts.sources()) {
            source.create(transaction, made);
          }
          for (CurrentRows rows : current) {
            rows.create(transaction, made);
          }
          lookups.create(transaction, made);
          for (StreamRun stream : parts.streams()) {
            stream.create(transaction, made, bounds);
          }
          progress.load(transaction);
          for (StreamRun stream : parts.streams()) {
            stream.load(transaction);
          }
          return true;
        });
    bounds.compute(made.reader(), parts.sources());
  }

  /**
   * Forgets everything that was ever admitted, but not the plans of statements: as a new store,
   * much sooner. The records that were refused stay.
   */
  void clear(Writer writer) throws SQLException {
    writer.transact(
        transaction -> {
          tables().clear(transaction);
          progress.clear(transaction);
          CurrentRows.look(current, transaction);
          return true;
        });
    parts.streams().forEach(StreamRun::cleared);
    notes.clear();
    bounds.invalidate();
  }

  private StateTables tables() {
    StateTables made = tables;
    if (made == null) {
      throw new IllegalStateException("load comes first");
    }
    return made;
  }

  /** These partitions exist, so a watermark waits for each of them, whichever is fetched first. */
  void expect(List<Position> partitions) {
    progress.expect(partitions);
    partitions.forEach(this::known);
  }

  private void known(Position partition) {
    Admission source = byTopic.get(partition.topic());
    if (source != null) {
      source.watermarks().known(partition.partition());
    }
  }

  /** The first step of a batch, which any thread may do ahead of time. */
  List<DecodedRecords> decode(List<TopicRecords> topics) {
    List<DecodedRecords> decoded = new ArrayList<>();
    for (TopicRecords records : topics) {
      Admission source = byTopic.get(records.topic());
      if (source != null) {
        decoded.add(source.decode(records));
      }
    }
    return decoded;
  }

  /**
   * Runs one batch, or several smaller ones if a record fails.
   *
   * @param readTo the positions behind the batch
   * @param replay whether rejected records that were marked for another try are admitted too
   * @param onCommit called after every commit
   */
  void run(
      Writer writer,
      List<DecodedRecords> batch,
      List<Position> readTo,
      boolean replay,
      Runnable onCommit)
      throws SQLException {
    // A batch of its own: no record is to blame for what a table's row does.
    Part none = new Part(List.of(), List.of(), Map.of(), false);
    lookups.take(writer, () -> run(writer, none, false, onCommit));
    readTo.forEach(this::known);
    if (replay) {
      replay(writer, onCommit);
    }
    run(writer, new Part(batch, readTo, Map.of(), false), false, onCommit);
  }

  private void run(Writer writer, Part part, boolean stepwise, Runnable onCommit)
      throws SQLException {
    Optional<Exception> fault = attempt(writer, part, stepwise, onCommit);
    if (fault.isEmpty()) {
      return;
    }
    if (!stepwise) {
      run(writer, part, true, onCommit);
      return;
    }
    if (part.size() > 1) {
      List<Part> halves = part.halves(this::decode);
      run(writer, halves.get(0), true, onCommit);
      run(writer, halves.get(1), true, onCommit);
      return;
    }
    if (part.size() == 1 && part.refused().isEmpty()) {
      String reason = Faults.reason(fault.get());
      String topic = part.topics().get(0).records().topic();
      run(
          writer,
          new Part(part.topics(), part.readTo(), Map.of(topic, Map.of(0, reason)), part.replay()),
          true,
          onCommit);
      return;
    }
    throw fault.get() instanceof SQLException e ? e : new SQLException(fault.get());
  }

  /**
   * Runs the part in one transaction; returns the fault if it should be tried step by step, or in
   * smaller pieces.
   */
  private Optional<Exception> attempt(Writer writer, Part part, boolean stepwise, Runnable onCommit)
      throws SQLException {
    long start = System.nanoTime();
    parts.sources().forEach(s -> s.watermarks().begin());
    try {
      boolean bulk = execution.isBulk(size(part), tables());
      tables().prepareLookups(stepwise || !bulk);
      Admitted admitted = admit(part);
      FaultPoint.pass("after-decode");
      long decodedAt = System.nanoTime();
      Progress.Advance advance =
          writer.transact(
              transaction -> {
                execution.run(transaction, tables(), admitted, bulk, stepwise);
                Progress.Advance result = settle(transaction, part, admitted, start, decodedAt);
                FaultPoint.pass("before-commit");
                return result;
              });
      committed(advance, admitted, System.nanoTime() - start);
      FaultPoint.pass("after-commit");
      onCommit.run();
      return Optional.empty();
    } catch (OperationException e) {
      rolledBack();
      if ((e.isRowFault() && part.size() > 0) || Faults.isOutOfMemory(e)) {
        return Optional.of(e);
      }
      stopStream(e);
      return attempt(writer, part, true, onCommit);
    } catch (SQLException e) {
      rolledBack();
      if (!stepwise) {
        fallbacks++;
        LOG.debug("a batch of flow {} failed as one statement", parts.name(), e);
        return Optional.of(e);
      }
      if (part.size() > 0 && (Faults.isOutOfMemory(e) || Faults.isOfData(e))) {
        return Optional.of(e);
      }
      throw e;
    } catch (RuntimeException e) {
      rolledBack();
      throw e;
    }
  }

  private void stopStream(OperationException e) {
    SourceLocation where = e.stream().model().sourceMap().locate(0, 0);
    Problem reason = FlowError.streamStopped(e.stream().model().name(), Faults.reason(e), where);
    e.stream().stop(reason);
    notes.add(reason);
  }

  private Admitted admit(Part part) throws SQLException {
    Instant now = clock.instant();
    Map<String, Admission.Outcome> outcomes = new HashMap<>();
    Map<String, Long> firstIds = new HashMap<>();
    Set<String> changed = new HashSet<>();
    long nextId = progress.nextId();
    refused.clear();
    parts.sources().forEach(Admission::admitNothing);
    for (DecodedRecords records : part.topics()) {
      Admission source = byTopic.get(records.records().topic());
      if (source == null) {
        continue;
      }
      Map<Integer, String> before =
          part.refused().getOrDefault(records.records().topic(), Map.of());
      boolean waits = current.stream().anyMatch(c -> c.source() == source && c.remembers());
      Admission.Outcome outcome =
          source.admit(tables().reader(), records, nextId, before, now, waits);
      refused.add(source, outcome, now);
      outcomes.put(source.stream().qualifiedName(), outcome);
      firstIds.put(source.stream().qualifiedName(), nextId);
      if (outcome.rows() > 0) {
        changed.add(source.relation().name());
      }
      nextId += records.records().size();
    }
    boolean moved = moveWatermarks();
    if (moved || bounds.isStale()) {
      bounds.compute(tables().reader(), parts.sources());
    }
    parts.stopBehindStopped().forEach(notes::add);
    return new Admitted(
        outcomes,
        firstIds,
        nextId,
        Instants.micros(now),
        size(part),
        BatchPlan.of(parts, current, changed, moved));
  }

  /** How large a batch is; one that reads tables is always large. */
  private int size(Part part) {
    boolean tables = lookups.isOpen() || parts.tables().stream().anyMatch(TableInput::isOpen);
    return tables ? Integer.MAX_VALUE : part.size();
  }

  private boolean moveWatermarks() {
    boolean moved = false;
    for (Admission source : parts.sources()) {
      moved |= source.watermarks().advance() || source.watermarks().hasMoved();
    }
    return moved;
  }

  /** What a batch writes besides its streams. */
  private Progress.Advance settle(
      Transaction transaction, Part part, Admitted admitted, long startedAt, long decodedAt)
      throws SQLException {
    if (part.replay()) {
      Replay.done(transaction, parts, part);
    }
    notes.write(transaction, parts.name());
    Progress.Advance advance =
        progress.write(
            transaction,
            admitted,
            part.readTo(),
            parts.streams(),
            new BatchFigures(
                part.size(),
                admitted.outcomes().values().stream().mapToLong(Admission.Outcome::rows).sum(),
                admitted.plan().streams().stream().mapToLong(StreamRun::changesInBatch).sum(),
                decodedAt - startedAt,
                System.nanoTime() - decodedAt));
    if (progress.isTrimmed()) {
      CurrentRows.trim(current, transaction);
    }
    long now = nanos.getAsLong();
    for (Admission source : parts.sources()) {
      source.history().forget(transaction, source.watermarks().micros(), now);
    }
    for (StreamRun stream : parts.streams()) {
      stream.forget(transaction, now);
    }
    tables().fitVacuum(transaction);
    return advance;
  }

  private void committed(Progress.Advance advance, Admitted admitted, long nanos) {
    BatchPlan plan = admitted.plan();
    progress.committed(advance);
    notes.committed();
    plan.streams().forEach(StreamRun::countChanges);
    tables().committed();
    parts.sources().forEach(Admission::committed);
    for (CurrentRows rows : current) {
      rows.ended();
      Admission.Outcome outcome = admitted.outcomes().get(rows.source().stream().qualifiedName());
      if (outcome != null && outcome.count(Refusal.Kind.REJECTED) > 0) {
        rows.rejected();
      }
    }
    plan.streams().forEach(StreamRun::committed);
    plan.lookups().forEach(Lookup::committed);
    times.add(nanos);
  }

  private void rolledBack() {
    tables().rolledBack();
    bounds.invalidate();
    parts.sources().forEach(Admission::rolledBack);
    current.forEach(CurrentRows::ended);
    parts.streams().forEach(StreamRun::rolledBack);
  }

  /**
   * Admits rejected records that were marked for another try; those behind the watermark are then
   * late.
   */
  private void replay(Writer writer, Runnable onCommit) throws SQLException {
    Replay.all(
        writer,
        parts.sources(),
        records ->
            run(
                writer,
                new Part(decode(List.of(records)), List.of(), Map.of(), true),
                false,
                onCommit));
    writer.transact(
        transaction -> {
          CurrentRows.look(current, transaction);
          return true;
        });
  }

  /** Problems for {@code system.errors}. */
  Notes notes() {
    return notes;
  }

  /** True if a watermark was moved and no batch has applied it yet. */
  boolean hasMoved() {
    return parts.sources().stream().anyMatch(s -> s.watermarks().hasMoved());
  }

  List<Position> positions() {
    return progress.positions();
  }

  /** Tables of other streams that it reads. */
  List<TableInput> tableInputs() {
    return parts.tables();
  }

  /** Tables of builds that its streams read. */
  public Lookups lookups() {
    return lookups;
  }

  /** The id of the next record. */
  long nextId() {
    return progress.nextId();
  }

  /** The outboxes of all its streams. */
  public List<Outbox> outboxes() {
    return parts.streams().stream().flatMap(s -> s.outboxes().stream()).toList();
  }

  /** The sources, for status. */
  public List<Admission> sources() {
    return parts.sources();
  }

  /** The streams, for status. */
  public List<StreamRun> streams() {
    return parts.streams();
  }

  /** What a source ({@code source.stream}) has admitted and refused. */
  public Progress.Counts counts(String source) {
    return progress.counts(source);
  }

  /** Batches since the store was made. */
  public long batches() {
    return progress.batches();
  }

  @Override
  public void close() {
    refused.close();
    current.forEach(CurrentRows::close);
    StateTables made = tables;
    if (made != null) {
      made.close();
    }
    parts.sources().forEach(Admission::close);
  }

  /** How many batches failed as one statement and ran step by step. */
  long fallbacks() {
    return fallbacks;
  }

  /** How long the batches of the last minute took, sorted. */
  public List<Duration> recentBatches() {
    return times.recent();
  }
}
