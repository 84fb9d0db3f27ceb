package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.PartitionLag;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * A flow without Kafka and without a thread: its owner hands it batches of records and tells it
 * what time it is. Everything behind the reader of topics is what a {@link Flow} runs. For one
 * thread.
 */
public final class ScriptedFlow implements AutoCloseable {
  /** Rows that nobody needs are deleted by every batch, rather than now and then. */
  private static final long BETWEEN_BATCHES = Duration.ofHours(1).toNanos();

  private final FlowParts parts;
  private final BatchRunner runner;
  private final Writer writer;
  private Idleness idleness;
  private final LongSupplier nanos;
  private long batches = 1;

  private ScriptedFlow(FlowParts parts, Store store, Clock clock, LongSupplier nanos) {
    this.parts = parts;
    this.nanos = nanos;
    this.runner =
        new BatchRunner(
            parts, clock, new Workers(), Progress.BATCHES, () -> ++batches * BETWEEN_BATCHES);
    this.writer = store.writer();
    this.idleness = new Idleness(parts.sources(), nanos);
  }

  /**
   * Makes what is missing in the store, and reads back how far the flow has come.
   *
   * @param clock the time, for {@code max_ahead}
   * @param nanos the time that passes, for {@code idle_after}
   */
  public static ScriptedFlow open(FlowParts parts, Store store, Clock clock, LongSupplier nanos)
      throws SQLException {
    ScriptedFlow flow = new ScriptedFlow(parts, store, clock, nanos);
    try {
      flow.runner.load(store, flow.writer);
      return flow;
    } catch (SQLException | RuntimeException e) {
      flow.close();
      throw e;
    }
  }

  /** Forgets all that was read: as another flow over a new store, much sooner. */
  public void clear() throws SQLException {
    runner.clear(writer);
    idleness = new Idleness(parts.sources(), nanos);
  }

  /** The partitions that there are; a watermark waits for each of them. */
  public void expect(Collection<Position> partitions) {
    runner.expect(partitions.stream().filter(p -> source(p.topic()).isPresent()).toList());
  }

  /**
   * Admits records and applies them, as one batch. Partitions that have been silent for their
   * source's {@code idle_after} hold the watermark back no longer.
   *
   * @param records by topic, each topic at most once; none to let watermarks move
   * @param readTo every partition with the offset behind what was read
   */
  public void batch(List<TopicRecords> records, List<Position> readTo) throws SQLException {
    List<TopicRecords> own = records.stream().filter(r -> source(r.topic()).isPresent()).toList();
    List<Position> positions = readTo.stream().filter(p -> source(p.topic()).isPresent()).toList();
    long now = nanos.getAsLong();
    List<PartitionLag> lag =
        positions.stream()
            .map(p -> new PartitionLag(p.topic(), p.partition(), p.nextOffset(), p.nextOffset()))
            .toList();
    var decoded = runner.decode(own);
    idleness.observe(
        new Intake.Taken(decoded, positions, lag, null, Set.of(), Long.MIN_VALUE, now), true);
    runner.run(writer, decoded, positions, false, () -> {});
  }

  /** Ends sources: they will never have another record. Takes effect with the next batch. */
  public void end(Collection<String> streams) {
    for (Admission source : parts.sources()) {
      if (streams.contains(source.stream().qualifiedName())) {
        source.watermarks().end();
      }
    }
  }

  /**
   * Moves a source's watermark to an instant, if that is later; it takes effect with the next
   * batch.
   *
   * @param micros since 1970
   */
  public void advance(String stream, long micros) {
    for (Admission source : parts.sources()) {
      if (stream.equals(source.stream().qualifiedName())) {
        source
            .watermarks()
            .admitted(0, micros + source.stream().allowedLateness().toNanos() / 1000);
      }
    }
  }

  private Optional<Admission> source(String topic) {
    return parts.sources().stream().filter(s -> s.stream().topic().equals(topic)).findFirst();
  }

  /** The sources. */
  public List<Admission> sources() {
    return parts.sources();
  }

  /** Why streams have stopped; empty while all run. */
  public List<Problem> stopped() {
    List<Problem> all = new ArrayList<>();
    parts.streams().forEach(s -> s.stopped().ifPresent(all::add));
    return all;
  }

  @Override
  public void close() {
    runner.close();
    writer.close();
  }
}
