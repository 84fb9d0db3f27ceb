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
  private final JsonDecoder decoder;
  private final Watermarks watermarks;
  private final Optional<UniqueFilter> unique;
  private final String decoded;
  private final Scan scan = new Scan();

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
    this.decoder =
        new JsonDecoder(
            stream.declaration().schema(), stream.extraFields() == StreamSpec.ExtraFields.REJECT);
    this.watermarks = new Watermarks(stream.allowedLateness());
    this.decoded = "decoded_" + relation.name().replace('.', '_');
    this.unique =
        stream
            .unique()
            .map(
                u ->
                    new UniqueFilter(
                        "unique_" + relation.name().replace('.', '_'),
                        decoded,
                        u,
                        stream.eventTime()));
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
    scan.reset(records.size());
    RecordFunction.with(
        records, text, relationSql -> decode(transaction, relationSql, excluded, refusals));
    judgeTimes(now, excluded, refusals);
    if (unique.isPresent()) {
      unique.get().filter(transaction, scan, firstId, excluded, refusals);
    }
    for (int o = 0; o < scan.size(); o++) {
      if (scan.isDecoded(o) && !excluded.get(o)) {
        watermarks.admitted(records.partitions()[o], scan.time(o));
      }
    }
    long rows = makeDelta(transaction, firstId, excluded);
    if (unique.isPresent() && rows > 0) {
      unique.get().remember(transaction, relation.delta(), stream.eventTime());
    }
    return new Outcome(rows, refusals);
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
                          ? "the record has " + value.length + " bytes, more than max_record_bytes"
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

  /**
   * Decodes into the table (o, r), gives failed records a second look, and scans the result into
   * arrays.
   */
  private void decode(
      Transaction transaction, String records, BitSet excluded, List<Refusal> refusals)
      throws SQLException {
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE " + decoded + " AS " + decoder.strict(records));
    List<Integer> failed = new ArrayList<>();
    scan(transaction, "", failed);
    failed.removeIf(excluded::get);
    if (failed.isEmpty()) {
      return;
    }
    long[] ordinals = failed.stream().mapToLong(Integer::longValue).toArray();
    RowNumbers.with(
        ordinals,
        ordinals.length,
        numbers -> {
          String second = decoded + "_again";
          transaction.execute(
              "CREATE OR REPLACE TEMP TABLE "
                  + second
                  + " AS "
                  + decoder.fieldByField(records, numbers));
          transaction.query(
              "SELECT o, why FROM " + second + " WHERE why IS NOT NULL",
              row ->
                  refuse(
                      excluded,
                      refusals,
                      row.getInt(1),
                      Refusal.Kind.REJECTED,
                      row.getString(2),
                      Scan.NONE));
          transaction.execute("DELETE FROM " + decoded + " WHERE r IS NULL");
          scan(transaction, second, failed);
          transaction.execute(
              "INSERT INTO " + decoded + " SELECT o, r FROM " + second + " WHERE why IS NULL");
        });
  }

  /**
   * Reads ordinal, event time and hash of decoded rows, and the ordinals of those that were not
   * decoded.
   */
  private void scan(Transaction transaction, String second, List<Integer> failed)
      throws SQLException {
    String time = "epoch_us(r." + Identifier.quote(stream.eventTime()) + ")";
    String hash = unique.map(UniqueFilter::hash).orElse("NULL::BIGINT");
    String from = second.isEmpty() ? decoded : second + " WHERE why IS NULL";
    transaction.query(
        "SELECT o, r IS NULL, " + time + ", " + hash + " FROM " + from,
        row -> {
          if (row.getBoolean(2)) {
            failed.add(row.getInt(1));
            return;
          }
          long micros = row.getLong(3);
          boolean noTime = row.wasNull();
          long h = row.getLong(4);
          scan.set(row.getInt(1), noTime ? Scan.NONE : micros, row.wasNull() ? Scan.NONE : h);
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

  private long makeDelta(Transaction transaction, long firstId, BitSet excluded)
      throws SQLException {
    String columns =
        stream.declaration().schema().columns().stream()
            .map(c -> "r." + Identifier.quote(c.name()) + " AS " + Identifier.quote(c.name()))
            .collect(Collectors.joining(", "));
    String make =
        "CREATE OR REPLACE TEMP TABLE "
            + relation.delta()
            + " AS SELECT "
            + columns
            + ", "
            + firstId
            + " + o AS _id, 1::TINYINT AS _w FROM "
            + decoded
            + " WHERE r IS NOT NULL";
    if (excluded.isEmpty()) {
      return transaction.update(make);
    }
    long[] ordinals = excluded.stream().asLongStream().toArray();
    long[] rows = {0};
    RowNumbers.with(
        ordinals,
        ordinals.length,
        numbers ->
            rows[0] = transaction.update(make + " AND o NOT IN (SELECT n FROM " + numbers + ")"));
    return rows[0];
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
