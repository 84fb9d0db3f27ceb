package dev.millrace.engine.batch;

import java.sql.SQLException;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/** Texts into a temporary table, a column for each. */
final class SeedAppender {
  private SeedAppender() {}

  static void append(
      DuckDBConnection connection, String table, int columns, Iterable<@Nullable String[]> rows)
      throws SQLException {
    try (DuckDBAppender appender = connection.createAppender("temp", "main", table)) {
      for (@Nullable String[] row : rows) {
        appender.beginRow();
        for (int i = 0; i < columns; i++) {
          String value = row[i];
          if (value == null) {
            appender.appendNull();
          } else {
            appender.append(value);
          }
        }
        appender.endRow();
      }
    }
  }
}
