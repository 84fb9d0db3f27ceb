package dev.millrace.sql.gate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** A store on disk, with the schemas that a real one has and a file that must not be read. */
final class Store implements AutoCloseable {
  final Connection connection;
  final Path secret;

  Store(Path folder) throws Exception {
    secret = Files.writeString(folder.resolve("secret.csv"), "word\nxyzzy\n");
    Properties properties = new Properties();
    properties.setProperty("jdbc_stream_results", "true");
    connection =
        DriverManager.getConnection("jdbc:duckdb:" + folder.resolve("store.db"), properties);
    execute("SET TimeZone = 'UTC'");
    execute("CREATE SCHEMA store.system");
    execute("CREATE SCHEMA ads");
    execute(
        "CREATE TABLE campaigns (id INTEGER, name VARCHAR, cost DECIMAL(10,2), seen TIMESTAMPTZ)");
    execute(
        "INSERT INTO campaigns SELECT i, 'c' || i, i / 4, TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL 1 MINUTE * i"
            + " FROM range(100) t(i)");
    execute("CREATE TABLE store.system.late AS SELECT 1 AS x, 'late'::BLOB AS raw");
    execute("CREATE TABLE ads.impressions AS SELECT 7 AS n");
    execute("CREATE VIEW cheap AS SELECT * FROM campaigns WHERE cost < 2");
    execute("CREATE SEQUENCE ids");
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
