package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Refusal;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.delivery.Outbox;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Position;
import dev.millrace.log.RecordBatch;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.StreamSpec.OnBad;
import dev.millrace.sql.Relation;
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
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

/**
 * Makes batches: admits records, applies them to every stream, and commits all of it with the
 * positions in one transaction. A batch with a record on which an expression fails is halved until
 * that record is alone and can be set aside. For the flow's thread; figures may be read by any.
 */
public final class BatchRunner {
  private static final int REJECTED_PER_REPLAY = 10_000;

  private final FlowParts parts;
  private final Clock clock;
  private final StateTables states;
  private final Progress progress;
  private final BatchTimes times = new BatchTimes();
  private final Workers workers = new Workers();
  private final Map<String, Admission> byTopic = new HashMap<>();
  private final Set<String> emptyDeltas = new HashSet<>();
  private final ConcurrentLinkedQueue<Problem> notes = new ConcurrentLinkedQueue<>();
  private long generation = -1;

  BatchRunner(FlowParts parts, Clock clock) {
    this.parts = parts;
    this.clock = clock;
    this.states = parts.states();
    this.progress = new Progress(parts.name(), parts.sources());
    parts.sources().forEach(s -> byTopic.put(s.stream().topic(), s));
  }

  /** Makes what is missing in the store and reads back how far the flow has come. */
  void load(Writer writer) throws SQLException {
    writer.transact(
        transaction -> {
          SystemTables.create(transaction);
          for (Admission source : parts.sources()) {
            source.create(transaction);
          }
          for (StreamRun stream : parts.streams()) {
            stream.create(transaction);
          }
          progress.load(transaction);
          for (StreamRun stream : parts.streams()) {
            stream.load(transaction);
          }
          return true;
        });
  }

  /** These partitions exist, so a watermark waits for each of them, whichever is fetched first. */
  void expect(List<Position> partitions) {
    for (Position partition : partitions) {
      Admission source = byTopic.get(partition.topic());
      if (source != null) {
        source.watermarks().known(partition.partition());
      }
    }
  }

  /**
   * Runs one batch, or several smaller ones if a record fails.
   *
   * @param readTo the positions behind the batch
   * @param replay whether rejected records that were marked for another try are admitted too
   * @param onCommit called after every commit
   */
  void run(
      Writer writer, RecordBatch batch, List<Position> readTo, boolean replay, Runnable onCommit)
      throws SQLException {
    if (replay) {
      replay(writer, onCommit);
    }
    run(writer, new Part(batch.topics(), readTo, Map.of(), false), onCommit);
  }

  /** Some records of a batch, the positions behind them, and ordinals refused by topic. */
  private record Part(
      List<TopicRecords> topics,
      List<Position> readTo,
      Map<String, Map<Integer, String>> refused,
      boolean replay) {
    int size() {
      return topics.stream().mapToInt(TopicRecords::size).sum();
    }
  }

  private void run(Writer writer, Part part, Runnable onCommit) throws SQLException {
    Optional<Exception> fault = attempt(writer, part, onCommit);
    if (fault.isEmpty()) {
      return;
    }
    if (part.size() > 1) {
      List<Part> halves = halves(part);
      run(writer, halves.get(0), onCommit);
      run(writer, halves.get(1), onCommit);
      return;
    }
    if (part.size() == 1 && part.refused().isEmpty()) {
      String reason = Faults.reason(fault.get());
      run(
          writer,
          new Part(
              part.topics(),
              part.readTo(),
              Map.of(part.topics().get(0).topic(), Map.of(0, reason)),
              part.replay()),
          onCommit);
      return;
    }
    throw fault.get() instanceof SQLException e ? e : new SQLException(fault.get());
  }

  /**
   * Runs the part in one transaction; returns the fault if the part should be tried in smaller
   * pieces.
   */
  private Optional<Exception> attempt(Writer writer, Part part, Runnable onCommit)
      throws SQLException {
    long start = System.nanoTime();
    try {
      if (generation != writer.generation()) {
        emptyDeltas.clear();
      }
      Progress.Advance advance =
          writer.transact(
              transaction -> {
                workers.fit(transaction, part.size());
                Progress.Advance result = apply(transaction, part, start);
                FaultPoint.pass("before-commit");
                return result;
              });
      generation = writer.generation();
      committed(advance, System.nanoTime() - start);
      FaultPoint.pass("after-commit");
      onCommit.run();
      return Optional.empty();
    } catch (StepException e) {
      rolledBack();
      if (e.isRowFault() && part.size() > 0) {
        return Optional.of(e);
      }
      if (Faults.isOutOfMemory(e)) {
        return Optional.of(e);
      }
      stopStream(e);
      return attempt(writer, part, onCommit);
    } catch (SQLException e) {
      rolledBack();
      if (part.size() > 0 && (Faults.isOutOfMemory(e) || Faults.isOfData(e))) {
        return Optional.of(e);
      }
      throw e;
    } catch (RuntimeException e) {
      rolledBack();
      throw e;
    }
  }

  private void stopStream(StepException e) {
    SourceLocation where = e.stream().model().sourceMap().locate(0, 0);
    Problem reason = FlowError.streamStopped(e.stream().model().name(), Faults.reason(e), where);
    e.stream().stop(reason);
    note(reason);
  }

  private Progress.Advance apply(Transaction transaction, Part part, long nowNanos)
      throws SQLException {
    Instant now = clock.instant();
    Map<String, Admission.Outcome> outcomes = new HashMap<>();
    Set<String> changed = new HashSet<>();
    long nextId = progress.nextId();
    for (TopicRecords records : part.topics()) {
      Admission source = byTopic.get(records.topic());
      if (source == null) {
        continue;
      }
      Map<Integer, String> refused = part.refused().getOrDefault(records.topic(), Map.of());
      Admission.Outcome outcome = source.admit(transaction, records, nextId, refused, now);
      keepRefused(transaction, source, records, outcome, now);
      if (part.replay()) {
        Replay.done(transaction, records);
      }
      outcomes.put(source.stream().qualifiedName(), outcome);
      emptyDeltas.remove(source.relation().name());
      if (outcome.rows() > 0) {
        changed.add(source.relation().name());
      }
      nextId += records.size();
    }
    for (Admission source : parts.sources()) {
      if (!outcomes.containsKey(source.stream().qualifiedName())
          && emptyDeltas.add(source.relation().name())) {
        source.admitNothing(transaction);
      }
    }
    FaultPoint.pass("after-decode");
    long decodedAt = System.nanoTime();
    Set<String> moved = moveWatermarks(transaction);
    for (Admission source : parts.sources()) {
      if (moved.contains(source.relation().name())) {
        source.forget(transaction, nowNanos);
      }
    }
    long changes = applyStreams(transaction, changed, !moved.isEmpty(), nowNanos);
    writeNotes(transaction);
    long rows = outcomes.values().stream().mapToLong(Admission.Outcome::rows).sum();
    BatchFigures figures =
        new BatchFigures(
            part.size(), rows, changes, decodedAt - nowNanos, System.nanoTime() - decodedAt);
    return progress.write(transaction, nextId, part.readTo(), outcomes, parts.streams(), figures);
  }

  private void keepRefused(
      Transaction transaction,
      Admission source,
      TopicRecords records,
      Admission.Outcome outcome,
      Instant now)
      throws SQLException {
    if (outcome.refusals().isEmpty()) {
      return;
    }
    if (source.stream().onBad() == OnBad.FAIL) {
      for (Refusal refusal : outcome.refusals()) {
        if (refusal.kind() == Refusal.Kind.REJECTED) {
          int i = refusal.ordinal();
          throw new StopException(
              FlowError.badRecord(
                  source.stream().qualifiedName(),
                  records.topic(),
                  records.partitions()[i],
                  records.offsets()[i],
                  refusal.reason(),
                  source.stream().where()),
              null);
        }
      }
    }
    Progress.keep(transaction, source.stream().qualifiedName(), records, outcome.refusals(), now);
  }

  private Set<String> moveWatermarks(Transaction transaction) throws SQLException {
    Set<String> moved = new HashSet<>();
    List<String> statements = new ArrayList<>();
    for (Admission source : parts.sources()) {
      if (source.watermarks().advance() || source.watermarks().hasMoved()) {
        moved.add(source.relation().name());
      }
      statements.add(
          "SET VARIABLE "
              + Admission.variable(source.stream())
              + " = "
              + Watermarks.sql(source.watermarks().micros()));
    }
    transaction.execute(String.join("; ", statements));
    return moved;
  }

  private long applyStreams(
      Transaction transaction, Set<String> changed, boolean moved, long nowNanos)
      throws SQLException {
    long changes = 0;
    for (StreamRun stream : parts.streams()) {
      if (stream.stopped().isPresent()) {
        stream.applyNothing(transaction);
        continue;
      }
      Optional<Problem> upstream = stoppedUpstream(stream);
      if (upstream.isPresent()) {
        stream.stop(upstream.get());
        note(upstream.get());
        stream.applyNothing(transaction);
        continue;
      }
      boolean concerned =
          stream.program().inputs().stream().map(Relation::name).anyMatch(changed::contains);
      if (!concerned && !moved) {
        stream.applyNothing(transaction);
        continue;
      }
      long count = stream.apply(transaction, nowNanos);
      if (count > 0) {
        changed.add(stream.program().output().name());
      }
      changes += count;
    }
    return changes;
  }

  private Optional<Problem> stoppedUpstream(StreamRun stream) {
    Set<String> inputs =
        stream.program().inputs().stream().map(Relation::name).collect(Collectors.toSet());
    return parts.streams().stream()
        .filter(s -> inputs.contains(s.model().name()) && s.stopped().isPresent())
        .map(s -> FlowError.upstreamStopped(stream.model().name(), s.model().name()))
        .findFirst();
  }

  private void committed(Progress.Advance advance, long nanos) {
    progress.committed(advance);
    states.committed();
    parts.sources().forEach(Admission::committed);
    parts.streams().forEach(StreamRun::committed);
    times.add(nanos);
  }

  private void rolledBack() {
    states.rolledBack();
    parts.sources().forEach(Admission::rolledBack);
    parts.streams().forEach(StreamRun::rolledBack);
    emptyDeltas.clear();
  }

  /** Two parts that follow each other; each keeps the order within every partition. */
  private static List<Part> halves(Part part) {
    List<TopicRecords> first = new ArrayList<>();
    List<TopicRecords> second = new ArrayList<>();
    boolean single = part.topics().stream().allMatch(t -> t.size() <= 1);
    for (int t = 0; t < part.topics().size(); t++) {
      TopicRecords records = part.topics().get(t);
      int half = single ? (t == 0 ? records.size() : 0) : records.size() / 2;
      if (half > 0) {
        first.add(Faults.range(records, 0, half));
      }
      if (half < records.size()) {
        second.add(Faults.range(records, half, records.size()));
      }
    }
    return List.of(
        new Part(first, Faults.behind(first, part.readTo()), Map.of(), part.replay()),
        new Part(second, part.readTo(), Map.of(), part.replay()));
  }

  /**
   * Admits rejected records that were marked for another try; those behind the watermark are then
   * late.
   */
  private void replay(Writer writer, Runnable onCommit) throws SQLException {
    for (Admission source : parts.sources()) {
      Optional<TopicRecords> marked = marked(writer, source);
      while (marked.isPresent()) {
        run(writer, new Part(List.of(marked.get()), List.of(), Map.of(), true), onCommit);
        marked = marked(writer, source);
      }
    }
  }

  private static Optional<TopicRecords> marked(Writer writer, Admission source)
      throws SQLException {
    return writer.transact(
        transaction -> Replay.marked(transaction, source.stream(), REJECTED_PER_REPLAY));
  }

  private void writeNotes(Transaction transaction) throws SQLException {
    for (Problem note = notes.poll(); note != null; note = notes.poll()) {
      String hint = note.hint();
      transaction.execute(
          "INSERT INTO store.system.errors VALUES (now(), "
              + Identifier.literal(parts.name())
              + ", "
              + Identifier.literal(note.code().name())
              + ", "
              + Identifier.literal(note.message())
              + ", "
              + (hint == null ? "NULL" : Identifier.literal(hint))
              + ")");
    }
  }

  /** Keeps a problem for {@code system.errors}, with the next batch. */
  void note(Problem problem) {
    notes.add(problem);
  }

  /** True if a watermark was moved and no batch has applied it yet. */
  boolean hasMoved() {
    return parts.sources().stream().anyMatch(s -> s.watermarks().hasMoved());
  }

  List<Position> positions() {
    return progress.positions();
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

  /** How long the batches of the last minute took, sorted. */
  public List<Duration> recentBatches() {
    return times.recent();
  }
}
