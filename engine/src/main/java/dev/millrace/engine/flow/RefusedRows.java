package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Refusal;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.store.Block;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.store.RowFunction;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.Wire;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.StreamSpec.OnBad;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The records that a batch refuses, with their bytes and the reason, for the tables {@code
 * system.late}, {@code rejected} and {@code duplicates}. For one thread.
 */
final class RefusedRows implements AutoCloseable {
  private static final List<Wire.Kind> COLUMNS =
      List.of(
          Wire.Kind.TEXT,
          Wire.Kind.TEXT,
          Wire.Kind.LONG,
          Wire.Kind.LONG,
          Wire.Kind.TEXT,
          Wire.Kind.LONG,
          Wire.Kind.LONG,
          Wire.Kind.TEXT,
          Wire.Kind.TEXT,
          Wire.Kind.TEXT,
          Wire.Kind.LONG);
  private static final Wire TIME =
      Wire.of(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ)).orElseThrow();

  private final Map<Refusal.Kind, OfKind> kinds = new EnumMap<>(Refusal.Kind.class);

  /** Those of one table. */
  private static final class OfKind implements RowFunction.Provider {
    private final long handle = RowFunction.add(this);
    private final Block rows = new Block(COLUMNS);

    @Override
    public List<Wire.Kind> columns() {
      return COLUMNS;
    }

    @Override
    public long expected() {
      return rows.size();
    }

    @Override
    public Rows open() {
      return rows;
    }
  }

  private final List<String> filled;
  private final String reason;
  private final String replay;

  RefusedRows() {
    this(List.of(), "c4", "NULL");
  }

  /**
   * The records that a fill rejects. They were admitted when they came, and other streams have
   * them: they are not tried again, and count for nothing but these streams. A rejected change
   * would leave its key's row as it was, so that the fill stops instead.
   */
  static RefusedRows ofFill(List<String> streams) {
    return new RefusedRows(streams, Identifier.literal(filling(streams)) + " || c4", "'filled'");
  }

  /** What the reasons of a fill begin with. */
  static String filling(List<String> streams) {
    return "filling " + streams.stream().sorted().collect(Collectors.joining(", ")) + ": ";
  }

  private RefusedRows(List<String> filled, String reason, String replay) {
    this.filled = List.copyOf(filled);
    this.reason = reason;
    this.replay = replay;
    for (Refusal.Kind kind : Refusal.Kind.values()) {
      kinds.put(kind, new OfKind());
    }
  }

  void clear() {
    kinds.values().forEach(k -> k.rows.clear());
  }

  /**
   * Adds a stream's refusals.
   *
   * @throws StopException if the stream does not allow that records are rejected, or a change is in
   *     a fill
   */
  void add(Admission source, Admission.Outcome outcome, Instant now) {
    checkRejected(source, outcome);
    TopicRecords records = outcome.records();
    long nowMicros = Instants.micros(now);
    for (Refusal refusal : outcome.refusals()) {
      OfKind kind = kinds.get(refusal.kind());
      if (kind == null) {
        throw new IllegalStateException("no table for " + refusal.kind());
      }
      int i = refusal.ordinal();
      Block rows = kind.rows;
      rows.addRow();
      rows.set(0, source.stream().qualifiedName());
      rows.set(1, records.topic());
      rows.set(2, records.partition(i));
      rows.set(3, records.offset(i));
      rows.set(4, refusal.reason());
      if (refusal.eventTime() != Watermarks.UNKNOWN) {
        rows.set(5, refusal.eventTime());
      }
      rows.set(6, nowMicros);
      rows.set(7, base64(records.value(i)));
      rows.set(8, base64(records.key(i)));
      rows.set(9, HeaderJson.of(records.headers(i)));
      rows.set(10, records.timestamp(i) * 1000);
    }
  }

  private void checkRejected(Admission source, Admission.Outcome outcome) {
    boolean fillsChanges = !filled.isEmpty() && source.stream().format().isChanges();
    if (source.stream().onBad() == OnBad.SET_ASIDE && !fillsChanges) {
      return;
    }
    for (Refusal refusal : outcome.refusals()) {
      if (refusal.kind() == Refusal.Kind.REJECTED) {
        TopicRecords records = outcome.records();
        Problem bad =
            FlowError.badRecord(
                source.stream(),
                records.topic(),
                records.partition(refusal.ordinal()),
                records.offset(refusal.ordinal()),
                refusal.reason());
        throw new StopException(fillsChanges ? FlowError.badChange(filled, bad) : bad, null);
      }
    }
  }

  private static byte @Nullable [] base64(byte @Nullable [] bytes) {
    return bytes == null ? null : Base64.getEncoder().encode(bytes);
  }

  /** An INSERT for each table; {@code planned} for a statement that is planned once. */
  List<String> insertSql(boolean planned) {
    List<String> inserts = new ArrayList<>();
    kinds.forEach(
        (kind, rows) ->
            inserts.add(
                "INSERT INTO store.system."
                    + kind.table()
                    + " (source, topic, \"partition\", \"offset\", reason, event_time, recorded_at,"
                    + " value, key, headers, \"timestamp\", replay) SELECT c0, c1, c2::INTEGER, c3, "
                    + reason
                    + ", "
                    + TIME.in("c5")
                    + ", "
                    + TIME.in("c6")
                    + ", from_base64(c7), from_base64(c8), c9, "
                    + TIME.in("c10")
                    + ", "
                    + replay
                    + " FROM "
                    + (planned
                        ? RowFunction.plannedSql(rows.handle)
                        : RowFunction.sql(rows.handle))));
    return inserts;
  }

  @Override
  public void close() {
    kinds.values().forEach(k -> RowFunction.remove(k.handle));
  }
}
