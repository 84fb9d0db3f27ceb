package dev.millrace.sql;

import static dev.millrace.api.type.Identifier.quote;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sources and streams over an in-memory DuckDB: takes batches of rows in, keeps every stream up to
 * date and compares each with its query over all rows so far.
 */
final class Pipeline implements AutoCloseable {
  private record Source(Relation relation, String eventTime, String lateness) {}

  private final Connection connection;
  private static final StreamCompiler COMPILER = StreamCompiler.open();

  private final Map<String, Source> sources = new LinkedHashMap<>();
  private final Map<String, Relation> relations = new LinkedHashMap<>();
  private final List<ProgramRunner> runners = new ArrayList<>();
  private long nextId;

  Pipeline() throws SQLException {
    connection = DriverManager.getConnection("jdbc:duckdb:");
    execute("SET TimeZone = 'UTC'");
    execute("CREATE SEQUENCE rows");
  }

  /**
   * Declares a source.
   *
   * @param columns as {@code id VARCHAR, at TIMESTAMPTZ}
   */
  Pipeline source(String name, String columns, String eventTime, String lateness)
      throws SQLException {
    String schemaName = name.substring(0, name.indexOf('.'));
    execute("CREATE SCHEMA IF NOT EXISTS " + quote(schemaName));
    execute("CREATE TABLE " + name + " (" + columns + ")");
    List<Column> list = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("DESCRIBE " + name)) {
      while (rows.next()) {
        list.add(
            new Column(rows.getString(1), DataTypeParser.parse(rows.getString(2)).orElseThrow()));
      }
    }
    String variable = "wm_" + name.replace('.', '_');
    execute("SET VARIABLE " + variable + " = NULL::TIMESTAMPTZ");
    Relation relation =
        new Relation(
            name,
            new Schema(list),
            List.of("_id"),
            new Schema(List.of(new Column("_id", DataTypeParser.parse("BIGINT").orElseThrow()))),
            true,
            Map.of(eventTime, "getvariable('" + variable + "')"));
    sources.put(name, new Source(relation, eventTime, lateness));
    relations.put(name, relation);
    return this;
  }

  /** Adds a stream. */
  StreamProgram stream(String name, String sql, boolean onClose)
      throws SQLException, QueryException {
    StreamProgram program = COMPILER.compile(name, sql, onClose, relations);
    runners.add(new ProgramRunner(connection, program));
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
    List<@Nullable String> before = new ArrayList<>();
    for (Source source : sources.values()) {
      before.add(admit(source, rows.get(source.relation.name())));
    }
    for (ProgramRunner runner : runners) {
      runner.run(forget);
      runner.publish();
    }
    List<@Nullable String> after = new ArrayList<>();
    int i = 0;
    for (Source source : sources.values()) {
      after.add(value("SELECT getvariable('" + variable(source) + "')::VARCHAR"));
      setMark(source, before.get(i++));
    }
    for (ProgramRunner runner : runners) {
      runner.checkWatermarks();
    }
    i = 0;
    for (Source source : sources.values()) {
      setMark(source, after.get(i++));
    }
  }

  /** Admits rows and nothing more: for measurements. */
  void admitAll(Map<String, String> rows) throws SQLException {
    for (Source source : sources.values()) {
      admit(source, rows.get(source.relation.name()));
    }
  }

  private static String variable(Source source) {
    return "wm_" + source.relation.name().replace('.', '_');
  }

  private void setMark(Source source, @Nullable String value) throws SQLException {
    String literal = value == null ? "NULL" : "'" + value + "'";
    execute("SET VARIABLE " + variable(source) + " = " + literal + "::TIMESTAMPTZ");
  }

  /** Puts the rows that are not late into the source's delta; returns the watermark before. */
  private @Nullable String admit(Source source, @Nullable String select) throws SQLException {
    String name = source.relation.name();
    String delta = quote(source.relation.delta());
    String time = quote(source.eventTime);
    String mark = "getvariable('" + variable(source) + "')";
    String before = value("SELECT " + mark + "::VARCHAR");
    execute("CREATE OR REPLACE TEMP TABLE arrived AS SELECT * FROM " + name + " LIMIT 0");
    if (select != null) {
      execute("INSERT INTO arrived " + select);
    }
    execute(
        "CREATE OR REPLACE TEMP TABLE "
            + delta
            + " AS SELECT *, (row_number() OVER () + "
            + nextId
            + ")::BIGINT AS _id, 1::TINYINT AS _w FROM arrived WHERE "
            + time
            + " >= coalesce("
            + mark
            + ", '-infinity'::TIMESTAMPTZ)");
    nextId += Long.parseLong(String.valueOf(value("SELECT count(*) FROM " + delta)));
    execute("INSERT INTO " + name + " SELECT * EXCLUDE (_id, _w) FROM " + delta);
    execute(
        "SET VARIABLE "
            + variable(source)
            + " = (SELECT greatest("
            + mark
            + ", max("
            + time
            + ") - INTERVAL '"
            + source.lateness
            + "') FROM "
            + name
            + ")");
    return before;
  }

  /** Compares every stream with its query. */
  void check() throws SQLException {
    for (ProgramRunner runner : runners) {
      StreamProgram program = runner.program();
      List<List<@Nullable Object>> expected = rows(program.batchSql());
      List<List<@Nullable Object>> actual = rows("SELECT * FROM " + quote(program.output().name()));
      String difference = Tables.difference(expected, actual);
      if (difference != null) {
        throw new AssertionError(
            program.output().name() + " differs from its query: " + difference);
      }
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
    return Long.parseLong(String.valueOf(value("SELECT count(*) FROM " + table)));
  }

  @Nullable String value(String query) throws SQLException {
    Object value = rows(query).get(0).get(0);
    return value == null ? null : value.toString();
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
    connection.close();
  }

  /** For messages. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%d streams over %s", runners.size(), sources.keySet());
  }
}
