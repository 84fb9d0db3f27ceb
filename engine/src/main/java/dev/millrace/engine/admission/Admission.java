package dev.millrace.engine.admission;

import dev.millrace.api.connect.SourceRecord;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.store.RowFunction;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.StoreReader;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Wire;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.RecordFormat.Part;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Relation;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Turns records of one stream of a source into rows, or into refusals. The checks are, in this
 * order: size and encoding, decoding, event time present and not too far ahead, not older than the
 * watermark, not a repeat. All of it happens in the heap; statements read the admitted rows through
 * {@link #deltaSql}. For one thread, but for {@link #decode}.
 */
public final class Admission implements RowFunction.Provider, AutoCloseable {
  private static final byte[] REJECTED = SourceRecord.REJECTED.getBytes(StandardCharsets.UTF_8);

  private final StreamSpec stream;
  private final Relation relation;
  private final Schema schema;
  private final List<Wire.Kind> kinds;
  private final List<Wire.Kind> columns;
  private final JsonDecoder duckDb;
  private final RecordDecoder decoder;
  private final int keyColumn;
  private final int timeColumn;
  private final Watermarks watermarks;
  private final History history;
  private final Supplier<RegistryClient> registry;
  private final Optional<Decisions> decided;
  private final long handle = RowFunction.add(this);
  private final Optional<NetChanges> changes;
  private @Nullable Rows rows;

  /**
   * What became of a batch's records of this stream.
   *
   * @param rows how many were admitted
   * @param ignored of them, changes that did nothing, as far as the batch alone tells
   */
  public record Outcome(TopicRecords records, long rows, List<Refusal> refusals, long ignored) {
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
   * @param history what they need of rows that were admitted before
   * @param registry asked for the schemas of records that are written with one; it throws {@link
   *     dev.millrace.api.error.RetryException} while the registry does not run
   */
  public Admission(
      StreamSpec stream, Relation relation, History history, Supplier<RegistryClient> registry) {
    this(stream, relation, history, registry, Optional.empty());
  }

  /** Admission to a stream whose records are JSON. */
  public Admission(StreamSpec stream, Relation relation, History history) {
    this(stream, relation, history, Admission::noRegistry);
  }

  private static RegistryClient noRegistry() {
    throw new IllegalStateException("the records have no schemas");
  }

  /** Admission to the same stream of records of which it was decided before. */
  public Admission decided(Decisions decisions) {
    Admission admission =
        new Admission(stream, relation, History.none(stream), registry, Optional.of(decisions));
    admission.watermarks.follow(Watermarks.UNKNOWN);
    return admission;
  }

  private Admission(
      StreamSpec stream,
      Relation relation,
      History history,
      Supplier<RegistryClient> registry,
      Optional<Decisions> decided) {
    this.registry = registry;
    this.decided = decided;
    this.stream = stream;
    this.relation = relation;
    this.history = history;
    this.schema = stream.declaration().schema();
    this.kinds = RecordDecoder.kinds(stream);
    this.duckDb = new JsonDecoder(stream);
    this.changes =
        stream.format().isChanges() ? Optional.of(new NetChanges(stream)) : Optional.empty();
    List<Wire.Kind> behindOrdinal = new ArrayList<>(List.of(Wire.Kind.LONG));
    behindOrdinal.addAll(kinds);
    if (changes.isPresent()) {
      behindOrdinal.addAll(NetChanges.KINDS);
    }
    this.columns = List.copyOf(behindOrdinal);
    this.timeColumn = schema.indexOf(stream.eventTime());
    this.keyColumn = stream.unique().map(u -> schema.indexOf(u.key())).orElse(-1);
    this.decoder = new RecordDecoder(stream, keyColumn, registry);
    this.watermarks = new Watermarks(stream.allowedLateness());
  }

  /** The stream's declaration. */
  public StreamSpec stream() {
    return stream;
  }

  /** True if it was decided before which records are admitted. */
  public boolean isDecided() {
    return decided.isPresent();
  }

  /** What it is to the programs that read it. */
  public Relation relation() {
    return relation;
  }

  /** The stream's watermark, which {@link #admit} moves. */
  public Watermarks watermarks() {
    return watermarks;
  }

  /** The rows that were admitted before and are still needed. */
  public History history() {
    return history;
  }

  /** Makes the tables that are missing. */
  public void create(Transaction transaction, StateTables tables) throws SQLException {
    history.create(transaction, tables);
  }

  /** Collects records and decodes them, which depends on nothing else; for any one thread. */
  public Collector collector() {
    return new Collector();
  }

  /** Decodes records; for any thread. */
  public DecodedRecords decode(TopicRecords records) {
    return new DecodedRecords(
        records, new DecodedRows(kinds, records, stream.maxRecordBytes()).decode(records, decoder));
  }

  /** Collects records of the stream's topic, with the parts that it reads. */
  public TopicRecords.Builder builder() {
    return new TopicRecords.Builder(stream.topic(), stream.format().reads(Part.HEADER));
  }

  /** Records of the stream's topic that are decoded as they come. For one thread at a time. */
  public final class Collector {
    private final TopicRecords.Builder records = builder();
    private final DecodedRows rows =
        new DecodedRows(kinds, records.build(), stream.maxRecordBytes());

    private Collector() {}

    /** Adds records of one partition. */
    public void add(int partition, List<ConsumerRecord<ByteBuffer, ByteBuffer>> more) {
      records.addAll(partition, more);
      rows.decode(records.build(), decoder);
    }

    /** How many records there are. */
    public int size() {
      return records.size();
    }

    /** How many bytes their keys and values have, and the JSON that they became. */
    public int byteCount() {
      return records.byteCount() + rows.byteCount();
    }

    /** The records, to be used until {@link #clear}. */
    public DecodedRecords collected() {
      return new DecodedRecords(rows.records(), rows);
    }

    /** Forgets the records but keeps their memory. */
    public void clear() {
      records.clear();
      rows.clear();
    }
  }

  /**
   * Admits records: {@link #deltaSql} then has their rows. Moves the newest event times, but not
   * yet the watermark.
   *
   * @param firstId the id of the first record if it becomes a row; the others follow by their
   *     ordinals
   * @param refusedBefore records that an earlier try of the same batch found to fail in an
   *     expression, with the reason
   * @param now the clock, for {@code max_ahead}
   * @param remember whether a record of the stream was rejected that may be tried again
   */
  public Outcome admit(
      StoreReader reader,
      DecodedRecords decoded,
      long firstId,
      Map<Integer, String> refusedBefore,
      Instant now,
      boolean remember)
      throws SQLException {
    TopicRecords records = decoded.records();
    DecodedRows batch = decoded.rows();
    List<Refusal> refusals = new ArrayList<>();
    BitSet excluded = new BitSet();
    decided.ifPresent(d -> d.exclude(records, excluded));
    refusedBefore.forEach(
        (ordinal, reason) ->
            refuse(excluded, refusals, ordinal, Refusal.Kind.REJECTED, reason, Scan.NONE));
    refuseFaulty(records, excluded, refusals);
    refuseUnfit(records, batch, excluded, refusals);
    decodeOdd(reader, batch, excluded, refusals);
    if (changes.isPresent()) {
      int admitted = records.size() - excluded.cardinality();
      changes.get().net(batch, excluded, remember || !refusals.isEmpty());
      rows = changes.get();
      return new Outcome(records, admitted, refusals, changes.get().ignored());
    }
    Scan scan = new Scan(batch, timeColumn, keyColumn, isKeyText());
    judgeTimes(scan, now, excluded, refusals);
    history.refuseRepeats(reader, scan, firstId, excluded, refusals);
    batch.admitAllBut(excluded);
    int count = batch.size();
    for (int row = 0; row < count; row++) {
      int o = batch.ordinal(row);
      watermarks.admitted(records.partition(o), scan.time(o));
    }
    rows = batch;
    history.admitted(count, count == 0 ? 0 : firstId + batch.ordinal(count - 1));
    return new Outcome(records, count, refusals, 0);
  }

  private boolean isKeyText() {
    return keyColumn >= 0 && kinds.get(keyColumn) == Wire.Kind.TEXT;
  }

  /** There are no records of the stream in a batch. */
  public void admitNothing() {
    rows = null;
  }

  /**
   * A SELECT of the admitted rows as the stream's delta; of change data, of the newest change of
   * each key, with {@link NetChanges#COLUMNS}.
   *
   * @param firstId SQL of the id of the first record
   * @param planned true for a statement that is planned once, false for many rows
   */
  public String deltaSql(String firstId, boolean planned) {
    StringBuilder select = new StringBuilder("SELECT ");
    for (int i = 0; i < schema.columns().size(); i++) {
      Column column = schema.columns().get(i);
      select.append(DecodingSql.read(column, "c" + (i + 1))).append(" AS ");
      select.append(Identifier.quote(column.name())).append(", ");
    }
    if (changes.isPresent()) {
      int first = schema.columns().size() + 1;
      for (int i = 0; i < NetChanges.COLUMNS.size(); i++) {
        select.append(i == 0 ? "" : ", ").append('c').append(first + i).append(" AS ");
        select.append(NetChanges.COLUMNS.get(i));
      }
    } else {
      select.append(firstId).append(" + c0 AS _id, 1::TINYINT AS _w");
    }
    return select.append(" FROM ")
        + (planned ? RowFunction.plannedSql(handle) : RowFunction.sql(handle));
  }

  /** What its source says is no row. */
  private static void refuseFaulty(TopicRecords records, BitSet excluded, List<Refusal> refusals) {
    for (int o = 0; records.hasHeaders() && o < records.size(); o++) {
      long place = records.header(o, REJECTED);
      if (place >= 0 && !excluded.get(o)) {
        String reason =
            new String(records.bytes(), (int) (place >> 32), (int) place, StandardCharsets.UTF_8);
        refuse(excluded, refusals, o, Refusal.Kind.REJECTED, reason, Scan.NONE);
      }
    }
  }

  private void refuseUnfit(
      TopicRecords records, DecodedRows batch, BitSet excluded, List<Refusal> refusals) {
    batch
        .faults()
        .forEach(
            (o, why) -> {
              if (!excluded.get(o)) {
                refuse(excluded, refusals, o, Refusal.Kind.REJECTED, why, Scan.NONE);
              }
            });
    batch.text().unfit().stream()
        .filter(o -> !excluded.get(o))
        .forEach(
            o -> {
              refuse(excluded, refusals, o, Refusal.Kind.REJECTED, unfit(records, o), Scan.NONE);
            });
  }

  private String unfit(TopicRecords records, int o) {
    int length = records.valueLength(o);
    if (length < 0 && !stream.format().isChanges()) {
      return "the record has no value";
    }
    return length > stream.maxRecordBytes()
        ? "the record has " + length + " bytes, more than `max_record` allows"
        : "not valid UTF-8";
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

  /** Lets DuckDB decide about the records that are odd. */
  private void decodeOdd(
      StoreReader reader, DecodedRows batch, BitSet excluded, List<Refusal> refusals)
      throws SQLException {
    int[] ordinals = batch.odd().stream().filter(o -> !excluded.get(o)).toArray();
    if (ordinals.length > 0) {
      duckDb.decode(
          reader,
          batch,
          ordinals,
          (ordinal, why) -> {
            if (why != null) {
              refuse(excluded, refusals, ordinal, Refusal.Kind.REJECTED, why, Scan.NONE);
            }
          });
    }
  }

  private void judgeTimes(Scan scan, Instant now, BitSet excluded, List<Refusal> refusals) {
    long latest =
        decided.isPresent() ? Long.MAX_VALUE : Instants.micros(now.plus(stream.maxAhead()));
    long watermark = decided.isPresent() ? Watermarks.UNKNOWN : watermarks.micros();
    for (int o = excluded.nextClearBit(0); o < scan.size(); o = excluded.nextClearBit(o + 1)) {
      long time = scan.time(o);
      if (time >= watermark && time <= latest && time != Scan.NONE) {
        continue;
      }
      if (time == Scan.NONE) {
        refuse(
            excluded,
            refusals,
            o,
            Refusal.Kind.REJECTED,
            "event time `" + stream.eventTime() + "` is missing",
            time);
      } else if (time > latest) {
        refuse(
            excluded,
            refusals,
            o,
            Refusal.Kind.REJECTED,
            "event time " + text(time) + " is further ahead of the clock than max_ahead",
            time);
      } else {
        refuse(
            excluded,
            refusals,
            o,
            Refusal.Kind.LATE,
            watermark == Watermarks.ENDED
                ? "the source had ended"
                : "older than the watermark " + text(watermark),
            time);
      }
    }
  }

  private static String text(long micros) {
    return micros == Long.MAX_VALUE ? "infinity" : Instants.of(micros).toString();
  }

  /** The watermarks were read from the store. */
  public void loaded() {
    watermarks.commit();
  }

  /** The transaction was committed. */
  public void committed() {
    watermarks.commit();
    rows = null;
  }

  /** The transaction was rolled back and will be tried again with the same or fewer records. */
  public void rolledBack() {
    watermarks.rollback();
    rows = null;
  }

  @Override
  public List<Wire.Kind> columns() {
    return columns;
  }

  @Override
  public long expected() {
    Rows current = rows;
    return current == null ? 0 : current.size();
  }

  @Override
  public Rows open() {
    Rows current = rows;
    return current == null ? Rows.NONE : current;
  }

  @Override
  public void close() {
    duckDb.close();
    RowFunction.remove(handle);
  }

  /**
   * The relation that programs see of a stream of a source. Change data has one row for each key,
   * and no watermark: whatever was true may change at any time.
   */
  public static Relation relation(StreamSpec stream) {
    if (stream.format().isChanges()) {
      return new Relation(
          stream.qualifiedName(),
          stream.declaration().schema(),
          stream.format().key(),
          new Schema(List.of()),
          false,
          Map.of());
    }
    Column id = new Column("_id", new DataType.Scalar(DataType.Kind.BIGINT));
    return new Relation(
        stream.qualifiedName(),
        stream.declaration().schema(),
        List.of("_id"),
        new Schema(List.of(id)),
        true,
        Map.of(stream.eventTime(), "getvariable('" + variable(stream) + "')"));
  }

  /** The variable that stands for the watermark in programs. */
  public static String variable(StreamSpec stream) {
    return "wm_" + stream.qualifiedName();
  }
}
