package dev.millrace.server;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.engine.Instance;
import dev.millrace.sql.gate.QueryLimits;
import dev.millrace.sql.gate.QueryParameter;
import dev.millrace.sql.gate.QueryPlace;
import dev.millrace.sql.gate.QueryResult;
import dev.millrace.sql.gate.QueryRunner;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs gated queries on a few connections that are kept open. Thread-safe; at most {@value
 * #AT_ONCE} run at once, so that readers cannot starve the flow.
 */
final class Queries implements AutoCloseable {
  static final int AT_ONCE = 3;
  private static final long PATIENCE_SECONDS = 15;

  private final Instance instance;
  private final QueryRunner runner;
  private final Semaphore slots = new Semaphore(AT_ONCE, true);
  private final Deque<Connection> idle = new ArrayDeque<>();
  private boolean closed;

  Queries(Instance instance) {
    this.instance = instance;
    this.runner = new QueryRunner(instance.versions());
  }

  /**
   * Runs one query; see {@link QueryRunner#run}.
   *
   * @throws RetryException if too many others run or the store cannot be read now
   */
  QueryResult run(
      String sql, List<QueryParameter> parameters, QueryPlace place, QueryLimits limits) {
    acquire();
    try {
      Connection connection = take();
      boolean healthy = false;
      try {
        QueryResult result = runner.run(connection, sql, parameters, place, limits);
        healthy = true;
        return result;
      } finally {
        // A failed query may have left its connection in an unknown state: open a new one next
        // time.
        giveBack(connection, healthy);
      }
    } catch (SQLException e) {
      throw new RetryException(
          Problem.error(
              ServerError.STORE_NOT_READABLE,
              null,
              "the store cannot be read at the moment: " + firstLine(e.getMessage()),
              "try again; if it stays so, look at the process's output"),
          e);
    } finally {
      slots.release();
    }
  }

  private void acquire() {
    boolean acquired = false;
    try {
      acquired = slots.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!acquired) {
      throw new RetryException(
          Problem.error(
              ServerError.TOO_MANY_QUERIES,
              null,
              AT_ONCE + " other queries are still running",
              "try again in a moment"),
          null);
    }
  }

  private Connection take() throws SQLException {
    synchronized (idle) {
      Connection connection = idle.poll();
      if (connection != null) {
        return connection;
      }
    }
    return instance.read();
  }

  private void giveBack(Connection connection, boolean healthy) throws SQLException {
    synchronized (idle) {
      if (healthy && !closed) {
        idle.push(connection);
        return;
      }
    }
    connection.close();
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "unknown reason" : message.strip().lines().findFirst().orElse("");
  }

  @Override
  public void close() throws SQLException {
    runner.close();
    synchronized (idle) {
      closed = true;
      for (Connection connection : idle) {
        connection.close();
      }
      idle.clear();
    }
  }
}
