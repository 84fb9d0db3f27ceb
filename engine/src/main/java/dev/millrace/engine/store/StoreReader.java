package dev.millrace.engine.store;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.duckdb.DuckDBChunkedResult;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * Reads what is committed, on a connection of its own, also in the middle of a statement of the
 * flow, on whichever of DuckDB's threads.
 */
public final class StoreReader implements AutoCloseable {
  private final Store store;
  private @Nullable DuckDBConnection connection;
  private final Map<String, DuckDBPreparedStatement> prepared = new HashMap<>();
  private long generation = -1;

  StoreReader(Store store) {
    this.store = store;
  }

  Store store() {
    return store;
  }

  /** What is done with a row. */
  @FunctionalInterface
  public interface Action {
    /** Gets the rows of a chunk, and which one is meant. */
    void accept(Block rows, int row);
  }

  /**
   * Runs a query and gives every row to {@code action}.
   *
   * @param kinds of the result's columns, which are BIGINT, DOUBLE, BOOLEAN or VARCHAR
   */
  public synchronized void query(String sql, List<Wire.Kind> kinds, Action action)
      throws SQLException {
    try (DuckDBPreparedStatement statement = connection().prepare(sql)) {
      query(statement, kinds, action);
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  private static void query(DuckDBPreparedStatement statement, List<Wire.Kind> kinds, Action action)
      throws SQLException {
    Block block = new Block(kinds);
    try (DuckDBChunkedResult result = statement.query()) {
      while (result.nextChunk()) {
        block.clear();
        block.add(result.chunk());
        for (int i = 0; i < block.size(); i++) {
          action.accept(block, i);
        }
      }
    }
  }

  /**
   * As {@link #query}, of a text that is always the same, over few rows: it is planned once, and
   * without DuckDB's optimizer, which would take longer than the query itself.
   *
   * @param parameters {@code $1} and so on; empty for null
   */
  public synchronized void queryPrepared(
      String sql, List<? extends Optional<?>> parameters, List<Wire.Kind> kinds, Action action)
      throws SQLException {
    try {
      DuckDBConnection current = connection();
      DuckDBPreparedStatement statement = prepared.get(sql);
      if (statement == null) {
        statement = Prepared.unoptimized(current, sql);
        prepared.put(sql, statement);
      }
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i).orElse(null));
      }
      query(statement, kinds, action);
    } catch (SQLException e) {
      // DuckDB has closed it: another run would say that, and not what was wrong.
      Prepared.forget(prepared, sql);
      throw failed(e);
    }
  }

  /** What is done with the rows of a chunk. */
  interface BlockAction {
    /** Gets rows that are other ones afterwards. */
    void accept(Block rows);
  }

  /** As {@link #query}, by chunks. */
  synchronized void queryBlocks(String sql, List<Wire.Kind> kinds, BlockAction action)
      throws SQLException {
    Block block = new Block(kinds);
    try (DuckDBPreparedStatement statement = connection().prepare(sql);
        DuckDBChunkedResult result = statement.query()) {
      while (result.nextChunk()) {
        block.clear();
        block.add(result.chunk());
        action.accept(block);
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Runs a query and adds its rows to a block. */
  synchronized void query(String sql, Block into) throws SQLException {
    try (DuckDBPreparedStatement statement = connection().prepare(sql);
        DuckDBChunkedResult result = statement.query()) {
      while (result.nextChunk()) {
        into.add(result.chunk());
      }
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** The only value of a query, a number; 0 if it is null. */
  public long number(String sql) throws SQLException {
    long[] value = {0};
    query(
        sql,
        List.of(Wire.Kind.LONG),
        (rows, i) -> value[0] = rows.isNull(0, i) ? 0 : rows.number(0, i));
    return value[0];
  }

  /** A query that fails because the instance has is tried again on a new one. */
  private SQLException failed(SQLException e) {
    boolean fatal = store.isFatal(e, generation);
    if (!fatal && !Store.isPassing(e)) {
      return e;
    }
    if (fatal) {
      store.reopen(generation);
    }
    throw Store.retry(e);
  }

  private DuckDBConnection connection() throws SQLException {
    DuckDBConnection current = connection;
    if (current == null || generation != store.generation()) {
      close();
      generation = store.generation();
      current = store.connect().unwrap(DuckDBConnection.class);
      connection = current;
    }
    return current;
  }

  @Override
  public void close() {
    Connection current = connection;
    connection = null;
    prepared.clear();
    if (current != null) {
      try {
        current.close();
      } catch (SQLException e) {
        // It only read.
      }
    }
  }
}
