package dev.millrace.engine.admission;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.store.RowNumbers;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Turns records of one stream of a source into rows, or into refusals. The checks are, in this
 * order: size and encoding, decoding, event time present and not too far ahead, not older than the
 * watermark, not a repeat. For one thread.
 */
public final class Admission {
  private final StreamSpec stream;
  private final Relation relation;
  private final JsonDecoder duckDb;
  private final FlatJson json;
  private final DecodedRows rows;
  private final Scan scan;
  private final int timeColumn;
  private final Watermarks watermarks;
  private final Optional<UniqueFilter> unique;
  private final String odd;

  /** What became of a batch's records of this stream. */
  public record Outcome(long rows, List<Refusal> refusals) {
    /** How many records were refused for this reason. */
    public long count(Refusal.Kind kind) {
      return refusals.stream().filter(r -> r.kind() == kind).count();
    }
  }

  /**
   * Admission to one stream.
   *
   * @param stream its declaration
   * @param relation what it is to the programs that read it
   */
  public Admission(StreamSpec stream, Relation relation) {
    this.stream = stream;
    this.relation = relation;
    Schema schema = stream.declaration().schema();
    boolean rejectExtra = stream.extraFields() == StreamSpec.ExtraFields.REJECT;
    this.duckDb = new JsonDecoder(schema, rejectExtra);
    this.timeColumn = schema.indexOf(stream.eventTime());
    int keyColumn = stream.unique().map(u -> schema.indexOf(u.key())).orElse(-1);
    this.json = new FlatJson(schema, rejectExtra, keyColumn);
    this.rows = new DecodedRows(schema.columns().size());
    this.scan =
        new Scan(
            rows, keyColumn, keyColumn >= 0 && json.types()[keyColumn] == FlatJson.PlainType.TEXT);
    this.watermarks = new Watermarks(stream.allowedLateness());
    String name = relation.name().replace('.', '_');
    this.odd = "odd_" + name;
    this.unique = stream.unique().map(u -> new UniqueFilter("unique_" + name, u));
  }

  /** The stream's declaration. */
  public StreamSpec stream() {
    return stream;
  }

  /** What it is to the programs that read it. */
  public Relation relation() {
    return relation;
  }

  /** The stream's watermark, which {@link #admit} moves. */
  public Watermarks watermarks() {
    return watermarks;
  }

  /** Makes the tables that are missing, and loads indexes. */
  public void create(Transaction transaction) throws SQLException {
    if (unique.isPresent()) {
      Column key =
          stream.declaration().schema().column(stream.unique().orElseThrow().key()).orElseThrow();
      unique.get().create(transaction, key);
    }
  }

  /** Makes the delta of a batch without records. */
  public void admitNothing(Transaction transaction) throws SQLException {
    String columns =
        stream.declaration().schema().columns().stream()
            .map(c -> Identifier.quote(c.name()) + " " + c.type())
            .collect(Collectors.joining(", "));
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE "
            + relation.delta()
            + " ("
            + columns
            + ", _id BIGINT, _w TINYINT)");
  }

  /**
   * Admits records: makes the delta {@link Relation#delta()} and moves the newest event times, but
   * not yet the watermark.
   *
   * @param firstId the id of the first record if it becomes a row; the others follow by their
   *     ordinals
   * @param refusedBefore records that an earlier try of the same batch found to fail in an
   *     expression, with the reason
   * @param now the clock, for {@code max_ahead}
   */
  public Outcome admit(
      Transaction transaction,
      TopicRecords records,
      long firstId,
      Map<Integer, String> refusedBefore,
      Instant now)
      throws SQLException {
    List<Refusal> refusals = new ArrayList<>();
    BitSet excluded = new BitSet();
    refusedBefore.forEach(
        (ordinal, reason) ->
            refuse(excluded, refusals, ordinal, Refusal.Kind.REJECTED, reason, Scan.NONE));
    Utf8 text = new Utf8(records, stream.maxRecordBytes());
    refuseUnfit(records, text, excluded, refusals);
    rows.decode(records, text, json);
    scan.reset(records.size());
    for (int o = text.nextFit(0); o < records.size(); o = text.nextFit(o + 1)) {
      if (!rows.odd().get(o)) {
        scan.plain(o, timeColumn);
      }
    }
    decodeOdd(transaction, records, text, excluded, refusals);
    judgeTimes(now, excluded, refusals);
    if (unique.isPresent()) {
      unique.get().filter(transaction, scan, firstId, excluded, refusals);
    }
    for (int o = 0; o < scan.size(); o++) {
      if (scan.isDecoded(o) && !excluded.get(o)) {
        watermarks.admitted(records.partitions()[o], scan.time(o));
      }
    }
    long admitted = makeDelta(transaction, firstId, excluded);
    if (unique.isPresent() && admitted > 0) {
      unique.get().remember(transaction, relation.delta(), stream.eventTime());
    }
    return new Outcome(admitted, refusals);
  }

  private void refuseUnfit(
      TopicRecords records, Utf8 text, BitSet excluded, List<Refusal> refusals) {
    text.unfit().stream()
        .filter(o -> !excluded.get(o))
        .forEach(
            o -> {
              byte[] value = records.values()[o];
              String reason =
                  value == null
                      ? "the record has no value"
                      : value.length > stream.maxRecordBytes()
                          ? "the record has "
                              + value.length
                              + " bytes, more than `max_record` allows"
                          : "not valid UTF-8";
              refuse(excluded, refusals, o, Refusal.Kind.REJECTED, reason, Scan.NONE);
            });
  }

  private static void refuse(
      BitSet excluded,
      List<Refusal> refusals,
      int ordinal,
      Refusal.Kind kind,
      String reason,
      long eventTime) {
    excluded.set(ordinal);
    refusals.add(new Refusal(ordinal, kind, reason, eventTime));
  }

  /** Lets DuckDB decide about the records that are odd: table (o, why, r). */
  private void decodeOdd(
      Transaction transaction,
      TopicRecords records,
      Utf8 text,
      BitSet excluded,
      List<Refusal> refusals)
      throws SQLException {
    long[] ordinals = rows.odd().stream().filter(o -> !excluded.get(o)).asLongStream().toArray();
    if (ordinals.length == 0) {
      return;
    }
    RowNumbers.with(
        ordinals,
        ordinals.length,
        numbers ->
            RecordFunction.with(
                records,
                text,
                relationSql ->
                    transaction.execute(
                        "CREATE OR REPLACE TEMP TABLE "
                            + odd
                            + " AS "
                            + duckDb.fieldByField(relationSql, numbers))));
    String time = "epoch_us(r." + Identifier.quote(stream.eventTime()) + ")";
    String key =
        stream
            .unique()
            .map(u -> "coalesce(r." + Identifier.quote(u.key()) + "::VARCHAR, '')")
            .orElse("''");
    transaction.query(
        "SELECT o, why, CASE WHEN why IS NULL THEN "
            + time
            + " END, CASE WHEN why IS NULL THEN "
            + key
            + " END FROM "
            + odd,
        row -> {
          String why = row.getString(2);
          if (why != null) {
            refuse(excluded, refusals, row.getInt(1), Refusal.Kind.REJECTED, why, Scan.NONE);
            return;
          }
          long micros = row.getLong(3);
          scan.odd(row.getInt(1), row.wasNull() ? Scan.NONE : micros, row.getString(4));
        });
  }

  private void judgeTimes(Instant now, BitSet excluded, List<Refusal> refusals) {
    long latest = micros(now.plus(stream.maxAhead()));
    long watermark = watermarks.micros();
    for (int ordinal = 0; ordinal < scan.size(); ordinal++) {
      long time = scan.time(ordinal);
      if (!scan.isDecoded(ordinal) || excluded.get(ordinal)) {
        continue;
      }
      if (time == Scan.NONE) {
        refuse(
            excluded,
            refusals,
            ordinal,
            Refusal.Kind.REJECTED,
            "event time `" + stream.eventTime() + "` is missing",
            time);
      } else if (time > latest) {
        refuse(
            excluded,
            refusals,
            ordinal,
            Refusal.Kind.REJECTED,
            "event time " + instant(time) + " is further ahead of the clock than max_ahead",
            time);
      } else if (time < watermark) {
        refuse(
            excluded,
            refusals,
            ordinal,
            Refusal.Kind.LATE,
            watermark == Watermarks.ENDED
                ? "the source had ended"
                : "older than the watermark " + instant(watermark),
            time);
      }
    }
  }

  /** Makes the delta of the rows that are not excluded; returns how many. */
  private long makeDelta(Transaction transaction, long firstId, BitSet excluded)
      throws SQLException {
    BitSet admitted = new BitSet();
    List<Long> oddAdmitted = new ArrayList<>();
    for (int o = 0; o < scan.size(); o++) {
      if (scan.isDecoded(o) && !excluded.get(o)) {
        if (scan.isOdd(o)) {
          oddAdmitted.add((long) o);
        } else {
          admitted.set(o);
        }
      }
    }
    Schema schema = stream.declaration().schema();
    String identity = ", " + firstId + " + o AS _id, 1::TINYINT AS _w FROM ";
    int[] plain = admitted.stream().toArray();
    RowFunction.with(
        rows,
        json,
        schema,
        plain,
        relationSql ->
            transaction.execute(
                "CREATE OR REPLACE TEMP TABLE "
                    + relation.delta()
                    + " AS SELECT "
                    + RowFunction.select(schema, json.types())
                    + identity
                    + relationSql));
    if (!oddAdmitted.isEmpty()) {
      String columns =
          schema.names().stream()
              .map(n -> "r." + Identifier.quote(n))
              .collect(Collectors.joining(", "));
      long[] ordinals = oddAdmitted.stream().mapToLong(Long::longValue).toArray();
      RowNumbers.with(
          ordinals,
          ordinals.length,
          numbers ->
              transaction.execute(
                  "INSERT INTO "
                      + relation.delta()
                      + " SELECT "
                      + columns
                      + identity
                      + odd
                      + " WHERE o IN (SELECT n FROM "
                      + numbers
                      + ")"));
    }
    return plain.length + oddAdmitted.size();
  }

  /** Forgets what no later record needs; call when the watermark has moved. */
  public void forget(Transaction transaction, long nowNanos) throws SQLException {
    if (unique.isPresent()) {
      unique.get().forget(transaction, watermarks.micros(), nowNanos);
    }
  }

  /** The watermarks were read from the store. */
  public void loaded() {
    watermarks.commit();
  }

  /** The transaction was committed. */
  public void committed() {
    watermarks.commit();
    unique.ifPresent(UniqueFilter::committed);
  }

  /** The transaction was rolled back and will be tried again with the same or fewer records. */
  public void rolledBack() {
    watermarks.rollback();
    unique.ifPresent(UniqueFilter::rolledBack);
  }

  private static long micros(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000L), instant.getNano() / 1000);
  }

  static Instant instant(long micros) {
    return Instant.ofEpochSecond(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000L);
  }

  /** The relation that programs see of a stream of a source. */
  public static Relation relation(StreamSpec stream) {
    Column id = new Column("_id", new DataType.Scalar(DataType.Kind.BIGINT));
    return new Relation(
        stream.qualifiedName(),
        stream.declaration().schema(),
        List.of("_id"),
        new Schema(List.of(id)),
        true,
        Map.of(stream.eventTime(), "getvariable('" + variable(stream) + "')"));
  }

  /** The variable that holds the watermark while programs run. */
  public static String variable(StreamSpec stream) {
    return "wm_" + stream.source() + "_" + stream.name();
  }
}
