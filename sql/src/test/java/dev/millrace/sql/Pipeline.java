package dev.millrace.sql;

import static dev.millrace.api.type.Identifier.quote;

import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * Sources and streams over an in-memory DuckDB: takes batches of rows in, keeps every stream up to
 * date and compares each with its query over all rows so far. For one thread.
 */
final class Pipeline implements AutoCloseable {
  /** DuckDB takes longer to start than a pipeline runs: each has a database of one instance. */
  private static final AtomicReference<@Nullable DuckDBConnection> INSTANCE =
      new AtomicReference<>();

  /**
   * What DuckDB does not know, or answers as it pleases: which of equal rows comes first, and in
   * what order. The compiler's query says it.
   */
  private static final Pattern OPEN =
      Pattern.compile(
          "(?i)\\b(tumble|hop|session|cumulate|over|qualify|limit|fetch|asof|distinct\\s+on|first|last|any_value"
              + "|arbitrary|list|array_agg|string_agg|group_concat|listagg|mode|arg_\\w+|argm\\w+|\\w+_by"
              + "|approx\\w*|reservoir\\w*)\\b");

  private static final AtomicLong DATABASES = new AtomicLong();
  private static final Queue<StreamCompiler> COMPILERS = new ConcurrentLinkedQueue<>();

  private final DuckDBConnection connection;
  private final String database = "p" + DATABASES.incrementAndGet();
  private final StreamCompiler compiler;
  private final boolean whole;
  private final Map<String, SourceTables> sources = new LinkedHashMap<>();
  private final Map<String, Relation> relations = new LinkedHashMap<>();
  private final List<ProgramRunner> runners = new ArrayList<>();
  private final Map<String, String> texts = new LinkedHashMap<>();
  private Map<String, String> marks = new HashMap<>();
  private int checks;

  Pipeline() throws SQLException {
    this("UTC", false);
  }

  /**
   * An empty pipeline.
   *
   * @param whole whether all steps of a stream are one statement that DuckDB does not optimize, as
   *     in an engine's small batches; else they run one by one and optimized
   */
  Pipeline(String zone, boolean whole) throws SQLException {
    this.whole = whole;
    StreamCompiler idle = COMPILERS.poll();
    compiler = idle == null ? StreamCompiler.open() : idle;
    compiler.setTimeZone(ZoneId.of(zone));
    connection = connect(database);
    execute("USE " + database);
    execute("SET TimeZone = '" + zone + "'");
    execute("CREATE SEQUENCE rows");
    execute("CREATE SEQUENCE ids");
    execute("CREATE TABLE barrier (n HUGEINT)");
    execute("CREATE TABLE broken (what VARCHAR)");
    execute("CREATE SCHEMA state");
    execute("CREATE SCHEMA published");
  }

  /** A connection to the instance with a new database; after a fatal error, to a new instance. */
  private static synchronized DuckDBConnection connect(String database) throws SQLException {
    DuckDBConnection instance = INSTANCE.get();
    if (instance != null) {
      DuckDBConnection connection = (DuckDBConnection) instance.duplicate();
      try (Statement statement = connection.createStatement()) {
        statement.execute("ATTACH ':memory:' AS " + database);
        return connection;
      } catch (SQLException e) {
        connection.close();
        if (!isFatal(e)) {
          throw e;
        }
        instance.close();
      }
    }
    DuckDBConnection started = (DuckDBConnection) DriverManager.getConnection("jdbc:duckdb:");
    try (Statement statement = started.createStatement()) {
      statement.execute("SET threads = 1");
      statement.execute("ATTACH ':memory:' AS " + database);
    }
    INSTANCE.set(started);
    return (DuckDBConnection) started.duplicate();
  }

  private static boolean isFatal(SQLException e) {
    return String.valueOf(e.getMessage()).contains("database has been invalidated");
  }

  /**
   * Declares a source of events.
   *
   * @param columns as {@code id VARCHAR, at TIMESTAMPTZ}
   */
  Pipeline source(String name, String columns, String eventTime, String lateness)
      throws SQLException {
    source(StreamCase.Source.events(name, columns, eventTime, lateness));
    return this;
  }

  /** Declares a source. */
  void source(StreamCase.Source source) throws SQLException {
    execute("CREATE SCHEMA IF NOT EXISTS " + quote(source.name().split("\\.")[0]));
    SourceTables tables = new SourceTables(this, connection, source);
    tables.setVariable(marks);
    sources.put(source.name(), tables);
    relations.put(source.name(), tables.relation());
  }

  /** Adds a stream; not after the first batch. */
  StreamProgram stream(String name, String sql, boolean onClose)
      throws SQLException, QueryException {
    StreamProgram program = compiler.compile(name, sql, onClose, relations);
    runners.add(new ProgramRunner(connection, program, whole));
    if (!onClose && !OPEN.matcher(sql).find()) {
      texts.put(name, sql);
    }
    relations.put(name, program.output());
    return program;
  }

  List<ProgramRunner> runners() {
    return runners;
  }

  /**
   * Admits rows and runs every stream.
   *
   * @param rows a SELECT of the source's columns by source; a source without rows may be missing
   */
  void batch(Map<String, String> rows, boolean forget) throws SQLException {
    Map<String, SourceTables.Arrival> arrivals = new HashMap<>();
    rows.forEach((source, select) -> arrivals.put(source, tables -> tables.select(select)));
    run(arrivals, forget);
  }

  /** Admits rows and runs every stream. */
  void batch(StreamCase.Batch batch) throws SQLException {
    Map<String, SourceTables.Arrival> arrivals = new HashMap<>();
    for (String source : sources.keySet()) {
      List<List<String>> rows = batch.rows().getOrDefault(source, List.of());
      List<List<String>> deletes = batch.deletes().getOrDefault(source, List.of());
      if (!rows.isEmpty() || !deletes.isEmpty()) {
        arrivals.put(source, tables -> tables.rows(rows, deletes));
      }
    }
    run(arrivals, batch.forget());
  }

  private void run(Map<String, SourceTables.Arrival> arrivals, boolean forget) throws SQLException {
    connection.setAutoCommit(false);
    try {
      Map<String, String> after = new HashMap<>(marks);
      for (Map.Entry<String, SourceTables> source : sources.entrySet()) {
        source.getValue().admit(arrivals.get(source.getKey()), marks, after);
      }
      Map<String, String> both = new HashMap<>(after);
      marks.forEach((variable, mark) -> both.put("before_" + variable, mark));
      for (ProgramRunner runner : runners) {
        runner.run(forget, both);
      }
      connection.commit();
      marks = after;
    } catch (SQLException e) {
      try {
        connection.rollback();
      } catch (SQLException alsoFailed) {
        e.addSuppressed(alsoFailed);
        throw e;
      }
      connection.setAutoCommit(true);
      throw e;
    }
    connection.setAutoCommit(true);
  }

  /** Compares every stream with its query, now and then also as it was written. */
  void check() throws SQLException {
    if (checks++ % 4 == 0) {
      checkTexts();
    }
    for (ProgramRunner runner : runners) {
      if (runner.certainlyEqualsQuery(marks)) {
        continue;
      }
      StreamProgram program = runner.program();
      for (SourceTables source : sources.values()) {
        source.setVariable(marks);
      }
      String name = program.output().name();
      compare(name + " differs from its query", rows(program.batchSql()), name);
    }
  }

  /** What rewrites make of a query is what the compiler runs, and its own query too. */
  private void checkTexts() throws SQLException {
    for (Map.Entry<String, String> text : texts.entrySet()) {
      compare(text.getKey() + " differs from its text", rows(text.getValue()), text.getKey());
    }
  }

  private void compare(String what, List<List<@Nullable Object>> expected, String stream)
      throws SQLException {
    String difference = Tables.difference(expected, rows("SELECT * FROM " + quote(stream)));
    if (difference != null) {
      throw new AssertionError(what + ": " + difference);
    }
  }

  /** The rows of a query. */
  List<List<@Nullable Object>> rows(String query) throws SQLException {
    List<List<@Nullable Object>> result = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      int width = rows.getMetaData().getColumnCount();
      while (rows.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
          Object value = rows.getObject(i);
          row.add(value instanceof Number ? value : value == null ? null : rows.getString(i));
        }
        result.add(row);
      }
    } catch (SQLException e) {
      throw new SQLException(e.getMessage() + "\nin " + query, e);
    }
    return result;
  }

  /** How many rows a table has. */
  long count(String table) throws SQLException {
    return Long.parseLong(String.valueOf(rows("SELECT count(*) FROM " + table).get(0).get(0)));
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new SQLException(e.getMessage() + "\nin " + sql, e);
    }
  }

  @Override
  public void close() throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("USE memory");
      statement.execute("DETACH " + database);
    } catch (SQLException e) {
      // After a fatal error of DuckDB, which has been told; nothing of the database is left then.
      if (!isFatal(e)) {
        throw e;
      }
    } finally {
      connection.close();
      COMPILERS.add(compiler);
    }
  }

  /** For messages. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d streams over %s", runners.size(), sources.keySet());
  }
}
