package dev.millrace.engine.store;

import dev.millrace.api.error.RetryException;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.duckdb.DuckDBConnection;
import org.duckdb.DuckDBPreparedStatement;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions on the store, for one thread. It alone decides about commits, since DuckDB's
 * driver is treacherous there: after a failed statement {@code commit()} returns normally having
 * rolled everything back, and after a failed commit the connection commits every statement by
 * itself.
 */
public final class Writer implements AutoCloseable {
  private final Store store;
  private final Map<String, DuckDBPreparedStatement> plans = new LinkedHashMap<>();
  private @Nullable DuckDBConnection connection;
  private long generation;

  Writer(Store store) {
    this.store = store;
  }

  /** What a transaction does. */
  @FunctionalInterface
  public interface Body<T extends @Nullable Object> {
    /** Runs statements; any exception rolls all of them back. */
    T run(Transaction transaction) throws SQLException;
  }

  /**
   * Runs {@code body} and commits.
   *
   * @return what the body returned, committed durably
   * @throws RetryException if the commit's outcome is unknown or the store cannot be written, as on
   *     a full disk: whatever the caller holds in memory about the store must be read again before
   *     the next try
   * @throws SQLException if a statement failed; nothing was committed, and the store is usable
   * @throws RuntimeException what the body threw; nothing was committed
   */
  public <T extends @Nullable Object> T transact(Body<T> body) throws SQLException {
    DuckDBConnection current;
    try {
      current = open();
    } catch (SQLException e) {
      if (store.isFatal(e, generation)) {
        throw recover(e);
      }
      throw e;
    }
    T result;
    try (Transaction transaction = new Transaction(store, current, plans)) {
      result = body.run(transaction);
      if (transaction.failed()) {
        throw new IllegalStateException("a statement failed and its exception was swallowed");
      }
    } catch (SQLException e) {
      rollback(current);
      if (store.isFatal(e, generation) || Store.isPassing(e)) {
        throw recover(e);
      }
      throw e;
    } catch (RuntimeException | Error e) {
      rollback(current);
      throw e;
    }
    try {
      current.commit();
      return result;
    } catch (SQLException e) {
      if (!Store.isPassing(e) && !Store.isOutOfMemory(e)) {
        // Whatever it was, the instance is not to be trusted with another batch.
        store.reopen(generation);
      }
      throw recover(e);
    }
  }

  private DuckDBConnection open() throws SQLException {
    DuckDBConnection current = connection;
    if (current == null || generation != store.generation()) {
      discard();
      generation = store.generation();
      current = store.connect().unwrap(DuckDBConnection.class);
      current.setAutoCommit(false);
      connection = current;
    }
    return current;
  }

  private RetryException recover(SQLException e) {
    discard();
    if (store.isFatal(e, generation)) {
      store.reopen(generation);
    }
    return Store.retry(e);
  }

  private void rollback(DuckDBConnection current) {
    try {
      current.rollback();
    } catch (SQLException e) {
      discard();
    }
  }

  private void discard() {
    DuckDBConnection current = connection;
    connection = null;
    plans.clear();
    if (current != null) {
      try {
        current.close();
      } catch (SQLException e) {
        // It was unusable already.
      }
    }
  }

  @Override
  public void close() {
    discard();
  }
}
