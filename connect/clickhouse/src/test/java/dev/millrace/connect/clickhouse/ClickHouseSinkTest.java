package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import dev.millrace.testing.SinkContract;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** ClickHouse as a target: the contract of every sink, and what only this one can meet. */
@Tag("slow")
class ClickHouseSinkTest extends SinkContract {
  private static final Schema EVENTS =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(Kind.BIGINT)),
              new Column("text", new DataType.Scalar(Kind.VARCHAR)),
              new Column("at", new DataType.Scalar(Kind.TIMESTAMPTZ))));
  private static final Instant JANUARY = Instant.parse("2025-01-31T10:00:00.123456Z");
  private static final Instant MARCH = Instant.parse("2025-03-01T00:00:00Z");

  @RegisterExtension static final EmbeddedClickHouse SERVER = new EmbeddedClickHouse();

  @Override
  protected SinkConnector connector() {
    return new ClickHouseConnector();
  }

  @Override
  protected Map<String, String> system() {
    return SERVER.options();
  }

  @Override
  protected void stopSystem() {
    SERVER.stop();
  }

  @Override
  protected void startSystem() {
    SERVER.start();
  }

  @Override
  protected List<List<@Nullable Object>> read(String table, Schema schema) {
    boolean upsert = SERVER.query("EXISTS TABLE " + table + "_final").equals("1");
    List<List<@Nullable Object>> rows = SERVER.read(table, schema, upsert);
    if (upsert) {
      assertThat(SERVER.read(table + "_final", schema, false)).hasSameSizeAs(rows);
    }
    return rows;
  }

  @Override
  protected Object stored(DataType type, Object value) {
    Adaptation adaptation = new Adaptation("any", true, false);
    if (value instanceof LocalTime time) {
      return time.equals(LocalTime.MIDNIGHT) ? "00:00:00.000000" : time.toString();
    }
    if (value instanceof LocalDate date) {
      return adaptation.date(date);
    }
    if (value instanceof Instant instant) {
      return adaptation.instant(instant);
    }
    if (value instanceof LocalDateTime time) {
      return LocalDateTime.ofInstant(
          adaptation.instant(time.toInstant(ZoneOffset.UTC)), ZoneOffset.UTC);
    }
    if (type instanceof DataType.ListOf list) {
      List<@Nullable Object> elements = new ArrayList<>();
      ((List<?>) value)
          .forEach(
              e ->
                  elements.add(e == null ? storedNull(list.element()) : stored(list.element(), e)));
      return elements;
    }
    return value;
  }

  @Override
  protected @Nullable Object storedNull(DataType type) {
    if (type instanceof DataType.ListOf) {
      return List.of();
    }
    if (type instanceof DataType.MapOf) {
      return Map.of();
    }
    if (type instanceof DataType.Struct struct) {
      Map<String, @Nullable Object> map = new LinkedHashMap<>();
      struct.fields().forEach(f -> map.put(f.name(), storedNull(f.type())));
      return map;
    }
    return null;
  }

  private SinkContext events(String table, Map<String, String> options, String... key) {
    return events(table, EVENTS, options, key);
  }

  private SinkContext events(
      String table, Schema schema, Map<String, String> options, String... key) {
    SinkContext plain = context(table, schema, key);
    return new SinkContext(
        plain.project(),
        plain.sink(),
        plain.epoch(),
        plain.system(),
        OptionValues.of(connector().sinkOptions(), options)
            .with(
                Map.of("settings", Map.of("fsync_after_insert", 1L, "storage_policy", "default"))),
        table,
        schema,
        plain.mode(),
        plain.key());
  }

  @Test
  void tableIsMadeAsOptionsSay() {
    String table = "made.events_" + newTable();
    SinkContext context =
        events(
            table,
            Map.of(
                "order_by", "text,toStartOfHour(at)",
                "partition_by", "toYYYYMM(at)",
                "ttl", "3650 days",
                "ttl_column", "at"));
    try (Sink sink = connector().open(context)) {
      sink.deliver(
          new Batches(EVENTS)
              .put(1L, "a", JANUARY)
              .put(2L, "b", MARCH)
              .put(3L, "c", JANUARY)
              .put(4L, null, null)
              .build(),
          4);
    }
    assertThat(SERVER.query("SHOW CREATE TABLE " + table))
        .contains("ENGINE = MergeTree")
        .contains("PARTITION BY toYYYYMM(at)")
        .contains("ORDER BY (text, toStartOfHour(at))")
        .contains("TTL ")
        .contains("non_replicated_deduplication_window = 1000")
        .contains("fsync_after_insert = 1")
        .contains("storage_policy = 'default'");
    assertThat(
            SERVER.query(
                "SELECT toString(groupArray(id)), _sequence, _piece FROM (SELECT *, _sequence, _piece FROM "
                    + table
                    + " ORDER BY id) GROUP BY _sequence, _piece ORDER BY _piece"))
        .isEqualTo("[1,3]|4|0\n[2]|4|1\n[4]|4|2");
    assertThat(SERVER.query("SELECT * FROM " + table + " WHERE id = 1"))
        .isEqualTo("1|a|2025-01-31T10:00:00.123456Z[UTC]");
  }

  @Test
  void viewShowsTheNewestRowsAlone() {
    String table = newTable();
    try (Sink sink = connector().open(events(table, Map.of(), "id"))) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).put(2L, "b", null).build(), 2);
      sink.deliver(new Batches(EVENTS).put(1L, "new", null).take(2L, "b", null).build(), 4);
    }
    assertThat(SERVER.query("SELECT id, text FROM " + table + "_final")).isEqualTo("1|new");
    assertThat(SERVER.query("SELECT count() FROM " + table)).isEqualTo("4");
    SERVER.execute("OPTIMIZE TABLE " + table + " FINAL");
    assertThat(SERVER.query("SELECT id, text, _version FROM " + table + " FINAL"))
        .isEqualTo("1|new|4");
  }

  /** As if the process had been killed after some pieces of a chunk, before it was confirmed. */
  @Test
  void chunkThatWasBegunIsCompleted() {
    String table = newTable();
    SinkContext context = events(table, Map.of("partition_by", "toYYYYMM(at)"));
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(EVENTS).put(0L, "first", JANUARY).build(), 1);
    }
    Batches chunk = new Batches(EVENTS).put(1L, "a", JANUARY).put(2L, "b", MARCH);
    try (Sink sink = connector().open(context)) {
      sink.deliver(chunk.build(), 3);
    }
    Batch more = chunk.put(3L, "later", MARCH).build();
    for (String lost : List.of("_piece = 1", "_piece = 0", "1", "0")) {
      forget(table, 3, lost);
      // What waits is longer by now than the chunk that was begun.
      try (Sink sink = connector().open(context)) {
        assertThat(sink.position()).contains(new SinkPosition("epoch-1", 1));
        sink.deliver(more, 9);
        assertThat(sink.position()).contains(new SinkPosition("epoch-1", 9));
      }
      assertThat(SERVER.query("SELECT id, text FROM " + table + " ORDER BY id"))
          .as(lost)
          .isEqualTo("0|first\n1|a\n2|b\n3|later");
      forget(table, 3, "_sequence = 9");
    }
  }

  /** Undoes the confirmation of a chunk, and drops rows of the table. */
  private static void forget(String table, long upto, String rows) {
    SERVER.execute(
        "ALTER TABLE millrace.positions DELETE WHERE sink = '"
            + table
            + "' AND (state = 'delivered' OR upto > "
            + upto
            + ") SETTINGS mutations_sync = 1");
    SERVER.execute(
        "INSERT INTO millrace.positions (project, sink, state, epoch, sequence, table_id)"
            + " SELECT 'kit', sink, 'delivered', 'epoch-1', 1, table_id FROM"
            + " millrace.positions WHERE sink = '"
            + table
            + "' AND state = 'adopted'");
    SERVER.execute(
        "INSERT INTO millrace.positions (project, sink, state, epoch, sequence, upto, rows,"
            + " table_id) SELECT 'kit', sink, 'claimed', 'epoch-1', 1, 3, 2, table_id FROM"
            + " millrace.positions WHERE sink = '"
            + table
            + "' AND state = 'adopted'");
    SERVER.execute(
        "ALTER TABLE "
            + table
            + " DELETE WHERE _sequence > 1 AND ("
            + rows
            + ") SETTINGS mutations_sync = 1");
  }

  @Test
  void tokenAloneDecidesInATableOfOnesOwn() {
    String table = newTable();
    SERVER.execute(
        "CREATE TABLE "
            + table
            + " (id Int64, text String, at DateTime64(6)) ENGINE = MergeTree ORDER BY id"
            + " SETTINGS non_replicated_deduplication_window = 100");
    SinkContext context = events(table, Map.of("create_table", "false"));
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", MARCH).put(2L, "b", MARCH).build(), 2);
    }
    SERVER.execute(
        "ALTER TABLE millrace.positions DELETE WHERE state = 'delivered' AND sink = '"
            + table
            + "' SETTINGS mutations_sync = 1");
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 0));
      sink.deliver(
          new Batches(EVENTS).put(1L, "a", MARCH).put(2L, "b", MARCH).put(3L, "c", MARCH).build(),
          3);
    }
    assertThat(SERVER.query("SELECT id FROM " + table + " ORDER BY id")).isEqualTo("1\n2\n3");
  }

  /** An upsert that another store began may have left rows of any version. */
  @Test
  void anotherStoreThatConfirmedNothingIsNoticed() {
    String table = newTable();
    SinkContext context = events(table, Map.of(), "id");
    connector().open(context).close();
    SERVER.execute(
        "INSERT INTO millrace.positions (project, sink, state, epoch) VALUES ('kit', '"
            + table
            + "', 'adopted', 'epoch-0')");
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).contains(new SinkPosition("epoch-0", 0));
    }
  }

  @Test
  void chunkThatShrankIsRefused() {
    String table = newTable();
    SinkContext context = events(table, Map.of());
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 1);
      sink.deliver(new Batches(EVENTS).put(2L, "b", null).put(3L, "c", null).build(), 3);
    }
    forget(table, 3, "1");
    try (Sink sink = connector().open(context)) {
      assertThatThrownBy(() -> sink.deliver(new Batches(EVENTS).put(2L, "b", null).build(), 2))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("[SINK_CHUNK_CHANGED]");
    }
  }

  @Test
  void killedServerLosesNothing() {
    String table = newTable();
    SinkContext context = events(table, Map.of());
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 1);
      ProcessHandle.of(SERVER.system().pid().orElseThrow()).orElseThrow().destroyForcibly();
      assertThatThrownBy(() -> sink.deliver(new Batches(EVENTS).put(2L, "b", null).build(), 2))
          .isInstanceOf(RetryException.class)
          .hasMessageContaining("[DATABASE_AWAY]");
    } finally {
      SERVER.start();
    }
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 1));
      sink.deliver(new Batches(EVENTS).put(2L, "b", null).build(), 2);
    }
    assertThat(SERVER.query("SELECT id FROM " + table + " ORDER BY id")).isEqualTo("1\n2");
  }

  @Test
  void sameStoreMayAdoptItsTableAgain() {
    String table = newTable();
    SinkContext context = events(table, Map.of());
    for (int round = 0; round < 2; round++) {
      try (Sink sink = connector().open(context)) {
        sink.adopt();
        assertThat(sink.position()).isEmpty();
        sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 1);
      }
      assertThat(SERVER.query("SELECT count() FROM " + table)).isEqualTo("1");
    }
  }

  @Test
  void droppedTableIsNotQuietlyMadeAnew() {
    String table = newTable();
    SinkContext context = events(table, Map.of());
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 7);
    }
    SERVER.execute("DROP TABLE " + table + " SYNC");
    for (int attempt = 0; attempt < 2; attempt++) {
      // The first attempt makes the table; the second knows that it is another.
      assertThatThrownBy(() -> connector().open(context))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("up to change 7")
          .hasMessageContaining("[SINK_TABLE_LOST]");
    }
  }

  @Test
  void columnsAreAddedWhereThatIsAllowed() {
    String table = newTable();
    Schema few = new Schema(EVENTS.columns().subList(0, 2));
    try (Sink sink = connector().open(events(table, few, Map.of(), "id"))) {
      sink.deliver(new Batches(few).put(1L, "old").build(), 1);
    }
    assertThatThrownBy(() -> connector().open(events(table, Map.of(), "id")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("no column `at`")
        .hasMessageContaining("add_columns: true");
    try (Sink sink = connector().open(events(table, Map.of("add_columns", "true"), "id"))) {
      sink.deliver(new Batches(EVENTS).put(2L, "new", MARCH).build(), 2);
    }
    assertThat(SERVER.query("SELECT id, at FROM " + table + "_final ORDER BY id"))
        .isEqualTo("1|null\n2|2025-03-01T00:00Z[UTC]");
  }

  @Test
  void everyReasonWhyATableDoesNotFitIsTold() {
    String table = newTable();
    SERVER.execute(
        "CREATE TABLE " + table + " (id Int8, at String) ENGINE = MergeTree ORDER BY at");
    assertThatThrownBy(() -> connector().open(events(table, Map.of(), "id")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("column `id` of `" + table + "` is Int8")
        .hasMessageContaining("no column `text`")
        .hasMessageContaining("ReplacingMergeTree(version, deleted)")
        .hasMessageContaining("sorted by (at)");
    assertThatThrownBy(() -> connector().open(events(table, Map.of())))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("MODIFY SETTING non_replicated_deduplication_window");
    assertThatThrownBy(
            () -> connector().open(events(newTable(), Map.of("create_table", "false"), "id")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("there is no table");
  }

  @Test
  void existingTablesAreUsedAsTheyAre() {
    String table = newTable();
    SERVER.execute(
        "CREATE TABLE "
            + table
            + " (id Int128, text LowCardinality(String), at DateTime64(9, 'Asia/Tokyo'), v"
            + " UInt64, gone UInt8, more Int32 DEFAULT 7) ENGINE = ReplacingMergeTree(v, gone)"
            + " ORDER BY id PARTITION BY intDiv(id, 100) SETTINGS"
            + " non_replicated_deduplication_window = 100");
    SinkContext context = events(table, Map.of("create_table", "false"), "id");
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", MARCH).put(200L, "b", MARCH).build(), 2);
      sink.deliver(new Batches(EVENTS).take(200L, null, MARCH).build(), 3);
      assertThatThrownBy(() -> sink.deliver(new Batches(EVENTS).put(3L, null, null).build(), 4))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("`text`")
          .hasMessageContaining("cannot be null");
    }
    assertThat(SERVER.query("SELECT id, text, v, more FROM " + table + " FINAL"))
        .isEqualTo("1|a|2|7");
  }

  @Test
  void valuesBeyondClickHouseStopOnRequest() {
    String table = newTable();
    try (Sink sink = connector().open(events(table, Map.of("unsupported_values", "stop"), "id"))) {
      assertThatThrownBy(
              () ->
                  sink.deliver(
                      new Batches(EVENTS)
                          .put(1L, "a", Instant.parse("1850-01-01T00:00:00Z"))
                          .build(),
                      1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("column `at`")
          .hasMessageContaining("[SINK_VALUE]");
    }
    assertThat(SERVER.query("SELECT count() FROM " + table)).isEqualTo("0");
  }

  @Test
  void wrongPasswordIsForAPerson() {
    SinkContext plain = events(newTable(), Map.of());
    SinkContext wrong =
        new SinkContext(
            plain.project(),
            plain.sink(),
            plain.epoch(),
            OptionValues.of(
                connector().systemOptions(), SERVER.options("password", "s3cr3t-wrong")),
            plain.options(),
            plain.table(),
            plain.schema(),
            WriteMode.APPEND,
            List.of());
    assertThatThrownBy(() -> connector().open(wrong))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("[DATABASE_ACCESS]")
        .hasMessageContaining("`user` and `password`")
        .hasMessageNotContaining("s3cr3t");
  }
}
