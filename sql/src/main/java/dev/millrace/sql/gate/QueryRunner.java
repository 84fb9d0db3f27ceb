package dev.millrace.sql.gate;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.DataType;
import dev.millrace.sql.JavaFunctions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Judges and runs users' queries, each in a read-only transaction of its own, within limits.
 * Thread-safe; a connection is used by one thread at a time.
 *
 * <p>A connection should stream its results (DuckDB's property {@code jdbc_stream_results}), so
 * that a large result is never held as a whole.
 */
public final class QueryRunner implements AutoCloseable {
  /** DuckDB ends its messages with the line, a caret below it, and advice. */
  private static final Pattern CARET =
      Pattern.compile("\\R+LINE (\\d+): (.*)\\R( *)(\\^+)", Pattern.DOTALL);

  private final TableVersions versions;
  private final ScheduledThreadPoolExecutor clock;

  /** As the other, where no table has versions. */
  public QueryRunner() {
    this(TableVersions.NONE);
  }

  /**
   * Starts the thread that cancels queries at their time limit.
   *
   * @param versions of tables that queries may ask for
   */
  public QueryRunner(TableVersions versions) {
    this.versions = versions;
    clock =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              Thread thread = new Thread(task, "query-limit");
              thread.setDaemon(true);
              return thread;
            });
    clock.setRemoveOnCancelPolicy(true);
  }

  /**
   * Judges a query and runs it.
   *
   * @param connection to the store, in autocommit mode and without an open transaction; it is so
   *     again afterwards
   * @param sql one SELECT
   * @param parameters what it may use as {@code $name}; not all have to be used
   * @param place where the text is from
   * @throws StopException if the gate refuses it, if it fails, or at its time limit
   */
  public QueryResult run(
      Connection connection,
      String sql,
      List<QueryParameter> parameters,
      QueryPlace place,
      QueryLimits limits) {
    long started = System.nanoTime();
    try {
      execute(connection, "BEGIN TRANSACTION READ ONLY");
      try (TableVersions.Reading reading = versions.open()) {
        Map<String, DataType> types = new HashMap<>();
        parameters.forEach(p -> types.put(p.name(), p.type()));
        TimeTravel travel =
            new TimeTravel(
                connection,
                types,
                reading,
                q -> Optional.of(run(connection, q, parameters, limits, started)));
        GatedQuery query = QueryGate.judge(connection, sql, types, place, travel);
        return run(connection, query, parameters, limits, started);
      } finally {
        execute(connection, "ROLLBACK");
      }
    } catch (SQLException e) {
      throw failed(String.valueOf(e.getMessage()), place.locate(0, 0), e);
    }
  }

  /**
   * Judges a query and lets the database resolve its names and types, without running it.
   *
   * @param connection as for {@link #run}
   * @param parameters the names and types of what it may use as {@code $name}
   * @throws StopException if the gate refuses it or a name or type is wrong
   */
  public void check(
      Connection connection, String sql, Map<String, DataType> parameters, QueryPlace place) {
    try {
      execute(connection, "BEGIN TRANSACTION READ ONLY");
      try (TableVersions.Reading reading = versions.open()) {
        TimeTravel travel = new TimeTravel(connection, parameters, reading, q -> Optional.empty());
        GatedQuery query = QueryGate.judge(connection, sql, parameters, place, travel);
        try (PreparedStatement statement = connection.prepareStatement(query.sql())) {
          statement.getMetaData();
        } catch (SQLException e) {
          throw databaseError(query, e);
        }
      } finally {
        execute(connection, "ROLLBACK");
      }
    } catch (SQLException e) {
      throw failed(String.valueOf(e.getMessage()), place.locate(0, 0), e);
    }
  }

  private QueryResult run(
      Connection connection,
      GatedQuery query,
      List<QueryParameter> parameters,
      QueryLimits limits,
      long started) {
    AtomicBoolean timedOut = new AtomicBoolean();
    try (PreparedStatement statement = connection.prepareStatement(query.sql())) {
      bind(statement, query, parameters);
      ScheduledFuture<?> limit =
          clock.schedule(
              () -> {
                timedOut.set(true);
                statement.cancel();
                return null;
              },
              // Versions that the query reads have taken some of its time.
              limits.time().toNanos() - (System.nanoTime() - started),
              TimeUnit.NANOSECONDS);
      try (ResultSet rows = statement.executeQuery()) {
        return ResultReader.read(rows, limits, started);
      } finally {
        limit.cancel(false);
      }
    } catch (SQLException e) {
      if (timedOut.get()) {
        throw new StopException(
            Problem.error(
                GateError.QUERY_TIMEOUT,
                query.place().locate(0, 0),
                "the query was stopped after " + limits.time().toSeconds() + " s",
                "narrow it by time or aggregate it in a model"),
            e);
      }
      throw databaseError(query, e);
    }
  }

  private static void bind(
      PreparedStatement statement, GatedQuery query, List<QueryParameter> parameters)
      throws SQLException {
    for (int i = 0; i < query.parameters().size(); i++) {
      String name = query.parameters().get(i);
      for (QueryParameter parameter : parameters) {
        if (parameter.name().equals(name)) {
          statement.setString(i + 1, parameter.value().orElse(null));
        }
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static StopException databaseError(GatedQuery query, SQLException e) {
    String message = String.valueOf(e.getMessage());
    Matcher caret = CARET.matcher(message);
    if (!caret.find()) {
      return failed(message, query.place().locate(0, 0), e);
    }
    int offset = caretOffset(query.sql(), caret);
    int original = query.originalOffset(offset);
    SourceLocation where = query.place().locate(original, caret.group(4).length());
    return failed(message.substring(0, caret.start()), where, e);
  }

  /**
   * Where the caret points. DuckDB shortens a long line with {@code ...}, so the shown part is
   * found again in the line.
   */
  private static int caretOffset(String sql, Matcher caret) {
    int line = Integer.parseInt(caret.group(1));
    int start = 0;
    for (int i = 1; i < line && start >= 0; i++) {
      start = sql.indexOf('\n', start) + 1;
    }
    String shown = caret.group(2);
    int column = caret.group(3).length() - ("LINE " + line + ": ").length();
    if (shown.startsWith("...")) {
      String part =
          shown.substring(3, Math.max(3, shown.length() - (shown.endsWith("...") ? 3 : 0)));
      int at = sql.indexOf(part, start);
      return at < 0 ? start : at + column - 3;
    }
    return Math.min(sql.length(), start + Math.max(0, column));
  }

  private static StopException failed(String message, SourceLocation where, SQLException e) {
    String text =
        JavaFunctions.failure(message.replaceFirst("^[A-Z][A-Za-z ]+ Error: ", "")).strip();
    return new StopException(Problem.error(GateError.QUERY_FAILED, where, text, null), e);
  }

  /** Stops the thread; a query that runs is no longer limited. */
  @Override
  public void close() {
    clock.shutdownNow();
  }
}
