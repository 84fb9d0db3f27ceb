package dev.millrace.engine.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;

/**
 * Statements of one transaction. Knows whether one failed, after which nothing may be committed.
 */
public final class Transaction implements AutoCloseable {
  private final DuckDBConnection connection;
  private final Map<String, DuckDBPreparedStatement> plans;

  /** So many plans are kept; they are memory that nobody counts. */
  private static final int PLANS = 64;

  private final Store store;
  private final Statement statement;
  private boolean failed;

  Transaction(Store store, DuckDBConnection connection, Map<String, DuckDBPreparedStatement> plans)
      throws SQLException {
    this.store = store;
    this.connection = connection;
    this.plans = plans;
    this.statement = connection.createStatement();
  }

  /** Runs one statement. */
  public void execute(String sql) throws SQLException {
    try {
      statement.execute(sql);
    } catch (SQLException e) {
      failed = true;
      throw new StatementException(sql, e);
    }
  }

  /**
   * Lets statements run on so many threads from now on, at most those of the store's options. It
   * holds for the whole instance, other flows' statements included, so nothing may rely on it.
   */
  public void useThreads(int threads) throws SQLException {
    store.useThreads(this, threads);
  }

  /**
   * Lets checkpoints do so many tasks of putting groups of rows together from now on; for the whole
   * instance too.
   */
  void useVacuumTasks(int tasks) throws SQLException {
    store.useVacuumTasks(this, tasks);
  }

  /** Runs one INSERT, UPDATE, DELETE or CREATE TABLE AS, and returns how many rows it wrote. */
  public long update(String sql) throws SQLException {
    try {
      return statement.executeLargeUpdate(sql);
    } catch (SQLException e) {
      failed = true;
      throw new StatementException(sql, e);
    }
  }

  /**
   * Runs a statement that is planned once, without DuckDB's optimizer, and kept for the next time.
   *
   * @param parameters {@code $1} and so on, numbers or texts; empty for null
   */
  public void executePrepared(String sql, List<? extends Optional<?>> parameters)
      throws SQLException {
    try {
      DuckDBPreparedStatement prepared = plans.get(sql);
      if (prepared == null) {
        if (plans.size() >= PLANS) {
          Prepared.closeAll(plans.values());
          plans.clear();
        }
        prepared = Prepared.unoptimized(connection, sql);
        plans.put(sql, prepared);
      }
      for (int i = 0; i < parameters.size(); i++) {
        prepared.setObject(i + 1, parameters.get(i).orElse(null));
      }
      prepared.query().close();
    } catch (SQLException e) {
      failed = true;
      Prepared.forget(plans, sql);
      throw new StatementException(sql, e);
    }
  }

  /** What is done with the rows of a query. */
  @FunctionalInterface
  public interface RowReader {
    /** Reads the current row; never calls {@code next()}. */
    void read(ResultSet row) throws SQLException;
  }

  /** Runs a query and gives every row to {@code reader}. */
  public void query(String sql, RowReader reader) throws SQLException {
    try (ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        reader.read(rows);
      }
    } catch (SQLException e) {
      failed = true;
      throw new StatementException(sql, e);
    }
  }

  /** The first column of the only row, as a number; null counts as 0. */
  public long number(String sql) throws SQLException {
    long[] value = {0};
    query(sql, row -> value[0] = row.getLong(1));
    return value[0];
  }

  boolean failed() {
    return failed;
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
