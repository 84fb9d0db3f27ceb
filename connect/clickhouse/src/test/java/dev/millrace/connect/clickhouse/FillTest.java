package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.Batches;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.OptionValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TimeZone;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tables that get the rows of Parquet files before those of their stream. */
@Tag("slow")
class FillTest {
  private static final Schema ROWS =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(Kind.BIGINT)),
              new Column("text", new DataType.Scalar(Kind.VARCHAR))));
  private static final int FILE = 70_000;

  @TempDir Path exports;
  @RegisterExtension static final EmbeddedClickHouse SERVER = new EmbeddedClickHouse();
  private static int tables;

  private static String newTable() {
    return "filled_" + tables++;
  }

  private void export(String file, String select) throws Exception {
    Path path = exports.resolve(file);
    Files.createDirectories(path.getParent());
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      statement.execute("SET TimeZone = 'UTC'");
      statement.execute("COPY (" + select + ") TO '" + path + "' (FORMAT parquet)");
    }
  }

  private void twoFiles() throws Exception {
    for (int file = 0; file < 2; file++) {
      export(
          "exports/" + file + ".parquet",
          "SELECT i AS ID, 'file %d' AS text, 1 AS more FROM range(%d, %d) t(i)"
              .formatted(file, file * FILE, (file + 1) * FILE));
    }
  }

  private SinkContext context(String table, Schema schema, String... key) {
    return context(SERVER.options(), exports, table, schema, key);
  }

  private static SinkContext context(
      Map<String, String> system, Path exports, String table, Schema schema, String... key) {
    ClickHouseConnector connector = new ClickHouseConnector();
    return new SinkContext(
        "kit",
        table,
        "epoch-1",
        OptionValues.of(connector.systemOptions(), system),
        OptionValues.of(connector.sinkOptions(), Map.of("fill", "exports/*.parquet")),
        table,
        schema,
        key.length == 0 ? WriteMode.APPEND : WriteMode.UPSERT,
        List.of(key),
        exports);
  }

  private static Sink open(SinkContext context) {
    return new ClickHouseConnector().open(context);
  }

  private static String counts(String table) {
    return SERVER.query("SELECT count(), uniqExact(id), min(id), max(id) FROM " + table);
  }

  @Test
  void theTableHasTheRowsOfFilesBeforeThoseOfTheStream() throws Exception {
    twoFiles();
    String table = newTable();
    SinkContext context = context(table, ROWS);
    try (Sink sink = open(context)) {
      assertThat(counts(table)).isEqualTo("140000|140000|0|139999");
      assertThat(sink.position()).isEmpty();
      sink.deliver(new Batches(ROWS).put(-1L, "stream").build(), 1);
    }
    export("exports/2.parquet", "SELECT -2 AS id, 'later' AS text");
    try (Sink sink = open(context)) {
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 1));
      sink.deliver(new Batches(ROWS).put(-3L, "stream").build(), 2);
    }
    assertThat(counts(table)).isEqualTo("140002|140002|-3|139999");
    assertThat(SERVER.query("SELECT text FROM " + table + " WHERE id IN (0, 70000) ORDER BY id"))
        .isEqualTo("file 0\nfile 1");
  }

  /** Opens the sink in a process of its own, which a fault may end, and delivers a row. */
  static final class Child {
    private Child() {}

    /** File of system options, folder of exports, table. */
    public static void main(String[] args) throws IOException {
      Properties system = new Properties();
      try (var reader = Files.newBufferedReader(Path.of(args[0]))) {
        system.load(reader);
      }
      Map<String, String> options = new HashMap<>();
      system.stringPropertyNames().forEach(n -> options.put(n, system.getProperty(n)));
      try (Sink sink = open(context(options, Path.of(args[1]), args[2], ROWS))) {
        if (sink.position().isEmpty()) {
          sink.deliver(new Batches(ROWS).put(-1L, "stream").build(), 1);
        }
      }
      System.exit(0);
    }
  }

  @Test
  void aFillThatIsKilledGoesOnWhereItWas() throws Exception {
    twoFiles();
    String table = newTable();
    Path options = exports.resolve("system.properties");
    Properties system = new Properties();
    system.putAll(SERVER.options());
    try (var writer = Files.newBufferedWriter(options)) {
      system.store(writer, null);
    }
    List<String> faults =
        List.of(
            "sink-after-claim:1",
            "sink-before-commit:1",
            "sink-after-commit:1",
            "sink-before-commit:1",
            "sink-after-claim:1",
            "sink-after-commit:2");
    int kills = 0;
    for (int life = 0; ; life++) {
      assertThat(life).isLessThan(20);
      Map<String, String> fault =
          life < faults.size() ? Map.of("millrace.fault", faults.get(life)) : Map.of();
      try (ChildJvm child =
          ChildJvm.start(Child.class, fault, options.toString(), exports.toString(), table)) {
        int exit = child.awaitExit(Duration.ofSeconds(60));
        assertThat(exit).as(child.output()).isIn(0, FaultPoint.EXIT_CODE);
        kills += exit == 0 ? 0 : 1;
        if (exit == 0) {
          break;
        }
      }
    }
    assertThat(kills).isGreaterThanOrEqualTo(5);
    assertThat(counts(table)).isEqualTo("140001|140001|-1|139999");
  }

  @Test
  void rowsOfTheStreamReplaceThoseOfFiles() throws Exception {
    export("exports/0.parquet", "SELECT i AS id, 'old' AS text FROM range(5) t(i)");
    export("exports/1.parquet", "SELECT i AS id, 'file' AS text FROM range(3, 60000) t(i)");
    String table = newTable();
    try (Sink sink = open(context(table, ROWS, "id"))) {
      sink.deliver(new Batches(ROWS).put(0L, "stream").take(1L, null).build(), 2);
    }
    assertThat(SERVER.query("SELECT id, text FROM " + table + "_final WHERE id < 4 ORDER BY id"))
        .isEqualTo("0|stream\n2|old\n3|file");
    assertThat(SERVER.query("SELECT count() FROM " + table + "_final")).isEqualTo("59999");
  }

  @Test
  void aTableThatIsEmptiedIsFilledAgain() throws Exception {
    export("exports/0.parquet", "SELECT i AS id, 'one' AS text FROM range(5) t(i)");
    String table = newTable();
    SinkContext context = context(table, ROWS);
    try (Sink sink = open(context)) {
      sink.deliver(new Batches(ROWS).put(-1L, "stream").build(), 1);
    }
    export("exports/0.parquet", "SELECT i AS id, 'two' AS text FROM range(9) t(i)");
    try (Sink sink = open(context)) {
      sink.adopt();
      assertThat(sink.position()).isEmpty();
      sink.deliver(new Batches(ROWS).put(-1L, "stream").build(), 1);
    }
    assertThat(SERVER.query("SELECT text, count() FROM " + table + " GROUP BY 1 ORDER BY 1"))
        .isEqualTo("stream|1\ntwo|9");
  }

  @Test
  void filesThatChangedInTheMiddleStopTheSink() throws Exception {
    export("exports/0.parquet", "SELECT i AS id, 'one' AS text FROM range(5) t(i)");
    String table = newTable();
    SinkContext context = context(table, ROWS);
    open(context).close();
    // As if the process had been killed before the table was begun for the stream.
    SERVER.execute(
        "ALTER TABLE millrace.positions DELETE WHERE sink = '"
            + table
            + "' SETTINGS mutations_sync = 1");
    open(context).close();
    assertThat(counts(table)).isEqualTo("5|5|0|4");
    SERVER.execute(
        "ALTER TABLE millrace.positions DELETE WHERE sink = '"
            + table
            + "' SETTINGS mutations_sync = 1");
    export("exports/0.parquet", "SELECT i AS id, 'two' AS text FROM range(9) t(i)");
    assertThatThrownBy(() -> open(context))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("the files are others now");
  }

  @Test
  void whatCannotBeFilledStopsWithAReason() throws Exception {
    assertThatThrownBy(() -> open(context(newTable(), ROWS)))
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(ClickHouseError.SINK_FILL))
        .hasMessageContaining("no file matches");
    export("exports/0.parquet", "SELECT 1 AS id, 'x' AS txt");
    assertThatThrownBy(() -> open(context(newTable(), ROWS)))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("no file has a column `text`");
    export("exports/0.parquet", "SELECT 'one' AS id, 'x' AS text");
    assertThatThrownBy(() -> open(context(newTable(), ROWS)))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("Could not convert string 'one' to INT64");
    Files.writeString(exports.resolve("exports/0.parquet"), "PAR1 and no more");
    assertThatThrownBy(() -> open(context(newTable(), ROWS)))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("0.parquet");
  }

  @Test
  void valuesAreThoseOfTheFiles() throws Exception {
    Schema schema =
        new Schema(
            List.of(
                new Column("id", new DataType.Scalar(Kind.INTEGER)),
                new Column("price", new DataType.Decimal(9, 2)),
                new Column("at", new DataType.Scalar(Kind.TIMESTAMP)),
                new Column("moment", new DataType.Scalar(Kind.TIMESTAMPTZ)),
                new Column("tags", new DataType.ListOf(new DataType.Scalar(Kind.VARCHAR))),
                new Column("raw", new DataType.Scalar(Kind.BLOB)),
                new Column("none", new DataType.Scalar(Kind.DOUBLE))));
    export(
        "exports/0.parquet",
        "SELECT 7 AS id, 12.5 AS price, TIMESTAMP '2024-03-31 02:30:00' AS at,"
            + " TIMESTAMPTZ '2024-03-31 02:30:00.5+00' AS moment, ['a', NULL] AS tags,"
            + " '\\xFF'::BLOB AS raw, NULL::DOUBLE AS none");
    String table = newTable();
    TimeZone before = TimeZone.getDefault();
    // Where there was no half past two on that day.
    TimeZone.setDefault(TimeZone.getTimeZone("Europe/Berlin"));
    try {
      open(context(table, schema)).close();
    } finally {
      TimeZone.setDefault(before);
    }
    assertThat(
            SERVER.query(
                "SELECT id, toString(price), toString(at), toString(moment), toString(tags),"
                    + " hex(raw), none FROM "
                    + table))
        .isEqualTo(
            "7|12.5|2024-03-31 02:30:00.000000|2024-03-31 02:30:00.500000|['a',NULL]|FF|null");
  }
}
