package dev.millrace.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.millrace.api.connect.QuerySink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import dev.millrace.lake.LakeConnector;
import dev.millrace.testing.OptionValues;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The rows of a stream, as they wait in its outbox, written into a table of the lake by the lake's
 * sink, and by DuckDB's COPY into Parquet: alternately, in one DuckDB. Arguments: the database that
 * has the rows, their table, a folder, how often. Prints {@code @copy} and {@code @sink} with
 * seconds and seconds of the processor.
 */
final class LakeTrial {
  /** What a chunk of the sink has at most, as in a run. */
  private static final long CHUNK = 2_000_000;

  private static final OperatingSystemMXBean MACHINE =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private final Connection duckdb;
  private final Path folder;
  private final List<Column> columns = new ArrayList<>();
  private final long rows;

  private LakeTrial(Connection duckdb, String table, Path folder) throws SQLException {
    this.duckdb = duckdb;
    this.folder = folder;
    // As the outbox has them, and as large a database: chunks of it are read by their numbers.
    run("SET preserve_insertion_order = false");
    run("SET threads = 2");
    run(
        "CREATE OR REPLACE TABLE lake_outbox AS SELECT row_number() OVER () AS _seq, 1::TINYINT AS _w,"
            + " now() AS _at, * FROM "
            + table);
    run("CHECKPOINT");
    try (Statement statement = duckdb.createStatement();
        ResultSet row = statement.executeQuery("DESCRIBE " + table)) {
      while (row.next()) {
        columns.add(
            new Column(row.getString(1), DataTypeParser.parse(row.getString(2)).orElseThrow()));
      }
    }
    this.rows = number("SELECT count(*) FROM lake_outbox");
  }

  /** Runs the trial. */
  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[2]);
    Folders.delete(folder);
    Files.createDirectories(folder);
    try (Connection duckdb = DriverManager.getConnection("jdbc:duckdb:" + args[0])) {
      LakeTrial trial = new LakeTrial(duckdb, args[1], folder);
      System.out.println("@rows " + trial.rows);
      // The first of each warms the JVM and the machine's cache up.
      for (int i = 0; i <= Integer.parseInt(args[3]); i++) {
        trial.measured(i == 0 ? "warm-copy" : "copy", trial::copy);
        trial.measured(i == 0 ? "warm-sink" : "sink", trial::sink);
      }
    }
    System.out.println("@finished " + System.currentTimeMillis());
  }

  /** Writes all rows; returns how many bytes the files have. */
  private interface Work {
    long run(String name) throws SQLException, IOException;
  }

  private void measured(String what, Work work) throws SQLException, IOException {
    String name = what + System.nanoTime();
    long begun = System.nanoTime();
    long used = MACHINE.getProcessCpuTime();
    long bytes = work.run(name);
    System.out.printf(
        "@%s %.3f %.3f %d%n",
        what, (System.nanoTime() - begun) / 1e9, (MACHINE.getProcessCpuTime() - used) / 1e9, bytes);
    Folders.delete(folder.resolve(name));
  }

  private long copy(String name) throws SQLException, IOException {
    Path target = Files.createDirectories(folder.resolve(name));
    run(
        "COPY (SELECT * EXCLUDE (_seq, _w, _at) FROM lake_outbox) TO '%s' (FORMAT parquet, COMPRESSION zstd)"
            .formatted(target.resolve("rows.parquet")));
    return Files.size(target.resolve("rows.parquet"));
  }

  private long sink(String name) throws SQLException {
    LakeConnector connector = new LakeConnector();
    Path lake = folder.resolve(name);
    Map<String, String> system =
        Map.of(
            "warehouse",
            lake.resolve("warehouse").toString(),
            "catalog",
            "jdbc:sqlite:" + lake.resolve("catalog.db"));
    SinkContext context =
        new SinkContext(
            "benchmark",
            "rows",
            "epoch",
            OptionValues.of(connector.systemOptions(), system),
            OptionValues.of(connector.sinkOptions(), Map.of()),
            "main.rows",
            new Schema(columns),
            WriteMode.APPEND,
            List.of());
    try (QuerySink sink = (QuerySink) connector.open(context)) {
      for (long from = 0; from < rows; from += CHUNK) {
        long until = Math.min(rows, from + CHUNK);
        sink.deliver(
            duckdb,
            "SELECT * EXCLUDE (_seq, _at) FROM lake_outbox WHERE _seq > %d AND _seq <= %d"
                .formatted(from, until),
            until);
      }
    }
    try (var store = connector.openStore(OptionValues.of(connector.systemOptions(), system))) {
      var files = store.find("main.rows").orElseThrow().files();
      if (files.rows() != rows) {
        throw new IllegalStateException("the lake has " + files.rows() + " rows of " + rows);
      }
      return files.files().stream().mapToLong(f -> f.bytes()).sum();
    }
  }

  private void run(String sql) throws SQLException {
    try (Statement statement = duckdb.createStatement()) {
      statement.execute(sql);
    }
  }

  private long number(String sql) throws SQLException {
    try (Statement statement = duckdb.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }
}
