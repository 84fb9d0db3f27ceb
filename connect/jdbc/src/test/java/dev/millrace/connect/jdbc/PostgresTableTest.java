package dev.millrace.connect.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that are there already, and values that PostgreSQL cannot hold. */
class PostgresTableTest {
  @TempDir static Path project;
  private static PostgresServer server;

  @BeforeAll
  static void start() {
    server = new PostgresServer(project);
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  @Test
  void everyReasonWhyTableDoesNotFitIsToldAtOnce() {
    server.execute(
        """
        CREATE TABLE unfit (id integer, amount numeric(5,2), note varchar(10),
                            owner text NOT NULL, made timestamptz NOT NULL DEFAULT now())""");
    Schema schema = schema("id BIGINT", "amount DECIMAL(10,2)", "note VARCHAR", "at TIMESTAMPTZ");
    assertThatThrownBy(() -> open("unfit", schema, Map.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("column `id` of `unfit` is integer, which does not hold every BIGINT")
        .hasMessageContaining("`amount` of `unfit` is numeric(5,2)")
        .hasMessageContaining("alter the column to numeric(10,2)")
        .hasMessageContaining("`note` of `unfit` is character varying(10)")
        .hasMessageContaining("no column `at`")
        .hasMessageContaining("ADD COLUMN \"at\" timestamp with time zone")
        .hasMessageContaining("column `owner` of `unfit` must not be null")
        .hasMessageNotContaining("`made`");
  }

  @Test
  void widerTypesAndOtherCaseFit() {
    server.execute(
        """
        CREATE TABLE wider ("ID" numeric, amount numeric(20,4), note varchar, tags varchar[],
                            doc json, id_ uuid DEFAULT gen_random_uuid())""");
    Schema schema =
        schema("id BIGINT", "Amount DECIMAL(10,2)", "note VARCHAR", "tags VARCHAR[]", "doc JSON");
    try (Sink sink = open("wider", schema, Map.of(), "id")) {
      Batch batch =
          new Batches(schema).put(1L, new BigDecimal("1.50"), "n", List.of("a"), "{}").build();
      sink.deliver(batch, 1);
      sink.deliver(batch, 2);
    }
    assertThat(server.query("SELECT string_agg(\"ID\" || ' ' || amount, ',') FROM wider"))
        .isEqualTo("1 1.5000");
  }

  @Test
  void missingColumnsAreAddedOnRequest() {
    server.execute("CREATE TABLE growing (id bigint)");
    Schema schema = schema("id BIGINT", "note VARCHAR");
    assertThatThrownBy(() -> open("growing", schema, Map.of()))
        .hasMessageContaining("or set `add_columns: true`");
    try (Sink sink = open("growing", schema, Map.of("add_columns", "true"))) {
      sink.deliver(new Batches(schema).put(1L, "n").build(), 1);
    }
    assertThat(server.query("SELECT note FROM growing")).isEqualTo("n");
  }

  @Test
  void missingTableAndViewAreRefused() {
    Schema schema = schema("id BIGINT");
    assertThatThrownBy(() -> open("absent", schema, Map.of("create_table", "false")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("there is no table `absent`");
    server.execute("CREATE VIEW seen AS SELECT 1::bigint AS id");
    assertThatThrownBy(() -> open("seen", schema, Map.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("is a view");
  }

  @Test
  void namesThatPostgresqlWouldCutAreRefused() {
    String tooLong = "ü".repeat(40);
    assertThatThrownBy(() -> open("names", schema('"' + tooLong + "\" BIGINT"), Map.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining(tooLong);
  }

  @Test
  void keyNeedsAnIndexWhereNullsAreEqual() {
    Schema schema = schema("a BIGINT", "b BIGINT", "v BIGINT");
    server.execute("CREATE TABLE keyed (a bigint, b bigint, v bigint, UNIQUE (b, a))");
    assertThatThrownBy(() -> open("keyed", schema, Map.of("create_table", "false"), "a", "b"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("no unique index on the key (\"a\", \"b\")")
        .hasMessageContaining("NULLS NOT DISTINCT");
    try (Sink sink = open("keyed", schema, Map.of(), "a", "b")) {
      sink.deliver(new Batches(schema).put(1L, null, 1L).build(), 1);
      sink.deliver(new Batches(schema).put(1L, null, 2L).build(), 2);
    }
    assertThat(server.query("SELECT string_agg(v::text, ',') FROM keyed")).isEqualTo("2");
    server.execute("CREATE TABLE primary_keyed (a bigint, b bigint, v bigint, PRIMARY KEY (a, b))");
    open("primary_keyed", schema, Map.of("create_table", "false"), "b", "a").close();
    assertThat(server.query("SELECT count(*) FROM pg_indexes WHERE tablename = 'primary_keyed'"))
        .isEqualTo("1");
  }

  @Test
  void duplicatesInAnExistingTableAreReported() {
    server.execute("CREATE TABLE doubled AS SELECT 1::bigint AS id FROM generate_series(1, 2)");
    assertThatThrownBy(() -> open("doubled", schema("id BIGINT"), Map.of(), "id"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("(id)=(1) is duplicated");
  }

  @Test
  void droppedTableIsNotQuietlyMadeAnew() {
    Schema schema = schema("id BIGINT");
    try (Sink sink = open("dropped", schema, Map.of(), "id")) {
      sink.deliver(new Batches(schema).put(1L).build(), 7);
    }
    server.execute("DROP TABLE dropped");
    assertThatThrownBy(() -> open("dropped", schema, Map.of(), "id"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`dropped` is gone")
        .hasMessageContaining("up to change 7");
    assertThat(server.query("SELECT to_regclass('dropped')")).isNull();
  }

  @Test
  void valuesBeyondPostgresqlAreAdapted() {
    Schema schema =
        schema(
            "t VARCHAR", "a VARCHAR[]", "j JSON", "s STRUCT(x VARCHAR)", "d DATE", "z TIMESTAMPTZ");
    try (Sink sink = open("adapted", schema, Map.of())) {
      sink.deliver(
          new Batches(schema)
              .put(
                  "a\0b",
                  List.of("\0"),
                  "{\"k\": \"\\u0000 \\\\u0000 \\ud83c\\udf88 \\ud83c\"}",
                  Map.of("x", "\0"),
                  LocalDate.MAX,
                  Instant.MIN)
              .put("", List.of(), "1", Map.of("x", "y"), LocalDate.of(-4713, 11, 24), Instant.MAX)
              .build(),
          1);
    }
    assertThat(
            server.query(
                "SELECT concat_ws('|', t, a[1], j ->> 'k', s ->> 'x', d, z) FROM adapted"
                    + " WHERE t <> ''"))
        .isEqualTo("a\uFFFDb|\uFFFD|\uFFFD \\u0000 🎈 \uFFFD|\uFFFD|infinity|-infinity");
    assertThat(server.query("SELECT concat_ws('|', d, z) FROM adapted WHERE t = ''"))
        .isEqualTo("4714-11-24 BC|infinity");
  }

  @Test
  void valuesBeyondPostgresqlStopOnRequest() {
    Schema schema = schema("id BIGINT", "t VARCHAR");
    try (Sink sink = open("strict", schema, Map.of("unsupported_values", "stop"))) {
      assertThatThrownBy(() -> sink.deliver(new Batches(schema).put(1L, "\0").build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("column `t` has a NUL character")
          .hasMessageContaining("[SINK_VALUE]");
    }
    assertThat(server.query("SELECT count(*) FROM strict")).isEqualTo("0");
    assertThat(server.query("SELECT count(*) FROM millrace.positions WHERE sink = 'strict'"))
        .isEqualTo("0");
  }

  private static Schema schema(String... columns) {
    List<Column> list = new ArrayList<>();
    for (String column : columns) {
      int space =
          column.lastIndexOf(' ', column.contains("(x ") ? column.indexOf('(') : column.length());
      list.add(
          new Column(
              column.substring(0, space).replace("\"", ""),
              DataTypeParser.parse(column.substring(space + 1)).orElseThrow()));
    }
    return new Schema(list);
  }

  private static Sink open(
      String table, Schema schema, Map<String, String> options, String... key) {
    PostgresConnector connector = new PostgresConnector();
    return connector.open(
        new SinkContext(
            "kit",
            table,
            "epoch-1",
            OptionValues.of(connector.systemOptions(), server.options()),
            OptionValues.of(connector.sinkOptions(), options),
            table,
            schema,
            key.length == 0 ? WriteMode.APPEND : WriteMode.UPSERT,
            List.of(key)));
  }
}
