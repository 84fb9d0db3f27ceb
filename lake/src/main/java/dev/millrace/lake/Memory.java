package dev.millrace.lake;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.LoggerFactory;

/** A DuckDB without a file, which writes and rewrites Parquet within a cap of memory. */
final class Memory {
  /** What a file of Parquet and a merge of chunks need; more of it goes to the disk. */
  private static final String CAP = "512MB";

  private Memory() {}

  static Connection open() throws SQLException {
    Connection duckdb = DriverManager.getConnection("jdbc:duckdb:");
    boolean ready = false;
    try (Statement statement = duckdb.createStatement()) {
      statement.execute("SET memory_limit = '" + CAP + "'");
      statement.execute("SET TimeZone = 'UTC'");
      ready = true;
      return duckdb;
    } finally {
      if (!ready) {
        close(duckdb);
      }
    }
  }

  static void close(Connection duckdb) {
    try {
      duckdb.close();
    } catch (SQLException e) {
      LoggerFactory.getLogger(Memory.class).warn("DuckDB was not closed: {}", e.getMessage());
    }
  }
}
