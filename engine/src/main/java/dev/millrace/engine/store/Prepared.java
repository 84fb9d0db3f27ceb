package dev.millrace.engine.store;

import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;

/** Statements that are planned once and run many times. */
final class Prepared {
  private Prepared() {}

  static void closeAll(Collection<DuckDBPreparedStatement> statements) {
    for (DuckDBPreparedStatement statement : statements) {
      try {
        statement.close();
      } catch (SQLException e) {
        // It is not used again.
      }
    }
  }

  /** Forgets a statement that failed: DuckDB closes it, so it cannot run again. */
  static void forget(Map<String, DuckDBPreparedStatement> statements, String sql) {
    DuckDBPreparedStatement statement = statements.remove(sql);
    if (statement != null) {
      closeAll(List.of(statement));
    }
  }

  /**
   * Prepares a statement without DuckDB's optimizer. Only such a plan is kept: an optimized one may
   * rest on what was in the tables, so DuckDB plans it anew at every run, which takes several times
   * as long as running it over a few rows.
   */
  static DuckDBPreparedStatement unoptimized(DuckDBConnection connection, String sql)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION enable_optimizer = false");
      try {
        return connection.prepare(sql);
      } finally {
        statement.execute("SET SESSION enable_optimizer = true");
      }
    }
  }
}
