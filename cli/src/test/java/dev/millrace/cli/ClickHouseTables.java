package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** What a project that was ended has in its embedded ClickHouse, beside what its store has. */
final class ClickHouseTables implements AutoCloseable {
  private final Path scratch;
  private final ClickHouseSystem system;
  private final Map<String, Object> options;
  private final Store store;
  private final Connection connection;

  /** Starts the project's ClickHouse and opens its store. */
  ClickHouseTables(Path project, String name, Path scratch) throws SQLException {
    this.scratch = scratch;
    DataFolder data = DataFolder.open(project);
    this.system =
        new ClickHouseSystem("clickhouse", name, data.resolve("clickhouse"), new Ports(data));
    this.options = system.start();
    this.store = Store.open(new StoreOptions(data.resolve("store"), ZoneOffset.UTC, 256L << 20, 1));
    this.connection = store.connect();
  }

  /** The first value of a query on the store. */
  long number(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** A table of ClickHouse as a file of Parquet. */
  private Path export(String columns, String table) throws IOException {
    String query =
        URLEncoder.encode(
            "SELECT " + columns + " FROM " + table + " FORMAT Parquet", StandardCharsets.UTF_8);
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(options.get("url") + "/?query=" + query).toURL().openConnection();
    connection.setRequestProperty("X-ClickHouse-User", String.valueOf(options.get("user")));
    connection.setRequestProperty("X-ClickHouse-Key", String.valueOf(options.get("password")));
    Path file = scratch.resolve(table + ".parquet");
    try (InputStream rows = connection.getInputStream()) {
      Files.copy(rows, file, StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }

  /** Compares with a stream: the same rows, each as often. Doubles to nine digits. */
  void assertEqual(String stream, String table) throws SQLException, IOException {
    Map<String, String> types = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet columns = statement.executeQuery("DESCRIBE " + stream)) {
      while (columns.next()) {
        types.put(columns.getString(1), columns.getString(2));
      }
    }
    // Parquet has no integers of 128 bits.
    String exported =
        types.entrySet().stream()
            .map(
                e ->
                    e.getValue().endsWith("HUGEINT")
                        ? "toString(`%1$s`) AS `%1$s`".formatted(e.getKey())
                        : "`" + e.getKey() + "`")
            .collect(Collectors.joining(", "));
    Path file = export(exported, table);
    String columns =
        types.entrySet().stream()
            .map(
                e ->
                    e.getValue().equals("DOUBLE")
                        ? "round(\"" + e.getKey() + "\", 9)"
                        : "CAST(\"" + e.getKey() + "\" AS " + e.getValue() + ")")
            .collect(Collectors.joining(", "));
    String stored = "SELECT " + columns + " FROM " + stream;
    String delivered = "SELECT " + columns + " FROM '" + file + "'";
    assertThat(number("SELECT count(*) FROM (" + delivered + ")")).as(stream).isPositive();
    assertThat(number("SELECT count(*) FROM ((" + delivered + ") EXCEPT ALL (" + stored + "))"))
        .as("%s: delivered too much", stream)
        .isZero();
    assertThat(number("SELECT count(*) FROM ((" + stored + ") EXCEPT ALL (" + delivered + "))"))
        .as("%s: missing", stream)
        .isZero();
  }

  @Override
  public void close() throws SQLException {
    try {
      connection.close();
      store.close();
    } finally {
      system.stop();
    }
  }
}
