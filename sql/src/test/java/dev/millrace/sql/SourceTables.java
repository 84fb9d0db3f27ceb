package dev.millrace.sql;

import static dev.millrace.api.type.Identifier.quote;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/**
 * A source in a {@link Pipeline}: its complete table, what has arrived, and its delta. Events are
 * admitted unless they are behind the watermark; change data takes the place of what it changes.
 */
final class SourceTables {
  /** Puts what has arrived into the tables. */
  @FunctionalInterface
  interface Arrival {
    void into(SourceTables tables) throws SQLException;
  }

  private static final Pattern PLAIN = Pattern.compile("-?[0-9]+(\\.[0-9]+)?|NULL|'([^']|'')*'");

  private final Pipeline pipeline;
  private final DuckDBConnection connection;
  private final StreamCase.Source source;
  private final Schema schema;
  private final String variable;
  private final String arrived;
  private final String raw;
  private final Map<String, MarkedStatement> statements = new HashMap<>();
  private boolean idle = true;
  private boolean texts;

  SourceTables(Pipeline pipeline, DuckDBConnection connection, StreamCase.Source source)
      throws SQLException {
    this.pipeline = pipeline;
    this.connection = connection;
    this.source = source;
    String plain = source.name().replace('.', '_');
    variable = "wm_" + plain;
    arrived = "arrived_" + plain;
    raw = "raw_" + plain;
    pipeline.execute("CREATE TABLE " + source.name() + " (" + source.columns() + ")");
    schema = describe();
    pipeline.execute(
        "CREATE TABLE " + arrived + " AS SELECT *, 1::TINYINT AS _w FROM " + source.name());
    String columns =
        schema.names().stream().map(n -> quote(n) + " VARCHAR").collect(Collectors.joining(", "));
    pipeline.execute("CREATE TABLE " + raw + " (" + columns + ", _w TINYINT)");
    String id = source.key().isEmpty() ? "0::BIGINT AS _id, " : "";
    pipeline.execute(
        "CREATE TABLE "
            + quote(relation().delta())
            + " AS SELECT *, "
            + id
            + "1::TINYINT AS _w FROM "
            + source.name());
  }

  private Schema describe() throws SQLException {
    List<Column> list = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("DESCRIBE " + source.name())) {
      while (rows.next()) {
        list.add(
            new Column(rows.getString(1), DataTypeParser.parse(rows.getString(2)).orElseThrow()));
      }
    }
    return new Schema(list);
  }

  Relation relation() {
    if (source.eventTime() == null) {
      return new Relation(
          source.name(), schema, source.key(), new Schema(List.of()), false, Map.of());
    }
    return new Relation(
        source.name(),
        schema,
        List.of("_id"),
        new Schema(List.of(new Column("_id", DataTypeParser.parse("BIGINT").orElseThrow()))),
        true,
        Map.of(source.eventTime(), "getvariable('" + variable + "')"));
  }

  /** Sets DuckDB's variable to the watermark. */
  void setVariable(Map<String, String> marks) throws SQLException {
    String mark = marks.get(variable);
    String literal = mark == null ? "NULL" : "'" + mark + "'";
    pipeline.execute("SET VARIABLE " + variable + " = " + literal + "::TIMESTAMPTZ");
  }

  /** Rows of a SELECT arrive. */
  void select(String select) throws SQLException {
    texts = false;
    pipeline.execute("INSERT INTO " + arrived + " SELECT *, 1 FROM (" + select + ") AS arriving");
  }

  /** Rows of literals arrive. */
  void rows(List<List<String>> rows, List<List<String>> deletes) throws SQLException {
    texts =
        rows.stream().allMatch(row -> row.stream().allMatch(SourceTables::isText))
            && deletes.stream().allMatch(row -> row.stream().allMatch(SourceTables::isText));
    if (!texts) {
      String values =
          rows.stream()
              .map(row -> "(" + String.join(", ", row) + ", 1)")
              .collect(Collectors.joining(", "));
      if (!rows.isEmpty()) {
        pipeline.execute("INSERT INTO " + arrived + " VALUES " + values);
      }
      String keys = String.join(", ", source.key()) + ", _w";
      for (List<String> delete : deletes) {
        pipeline.execute(
            "INSERT INTO "
                + arrived
                + " ("
                + keys
                + ") VALUES ("
                + String.join(", ", delete)
                + ", -1)");
      }
      return;
    }
    try (DuckDBAppender appender = connection.createAppender(raw)) {
      for (List<String> row : rows) {
        appender.beginRow();
        for (String literal : row) {
          append(appender, literal);
        }
        appender.append((byte) 1);
        appender.endRow();
      }
      for (List<String> delete : deletes) {
        appender.beginRow();
        for (String name : schema.names()) {
          int position = source.key().indexOf(name);
          append(appender, position < 0 ? "NULL" : delete.get(position));
        }
        appender.append((byte) -1);
        appender.endRow();
      }
    }
  }

  private static boolean isText(String literal) {
    return PLAIN.matcher(literal).matches();
  }

  private static void append(DuckDBAppender appender, String literal) throws SQLException {
    if (literal.equals("NULL")) {
      appender.appendNull();
    } else if (literal.startsWith("'")) {
      appender.append(literal.substring(1, literal.length() - 1).replace("''", "'"));
    } else {
      appender.append(literal);
    }
  }

  /**
   * Makes the delta of what has arrived, and adds it to the complete table.
   *
   * @param before the watermarks before the batch
   * @param after receives that after the batch
   */
  void admit(@Nullable Arrival arrival, Map<String, String> before, Map<String, String> after)
      throws SQLException {
    String delta = quote(relation().delta());
    if (!idle) {
      execute("DELETE FROM " + delta, Map.of());
      idle = true;
    }
    if (arrival == null) {
      return;
    }
    idle = false;
    arrival.into(this);
    if (source.eventTime() == null) {
      change();
    } else {
      events(before, after);
    }
    execute("DELETE FROM " + (texts ? raw : arrived), Map.of());
  }

  /** The typed columns of what has arrived. */
  private String typed() {
    if (!texts) {
      return schema.names().stream().map(n -> quote(n)).collect(Collectors.joining(", "));
    }
    return schema.columns().stream()
        .map(c -> "CAST(" + quote(c.name()) + " AS " + c.type() + ") AS " + quote(c.name()))
        .collect(Collectors.joining(", "));
  }

  private void events(Map<String, String> before, Map<String, String> after) throws SQLException {
    String delta = quote(relation().delta());
    String time = quote(String.valueOf(source.eventTime()));
    String mark = "getvariable('" + variable + "')";
    execute(
        "INSERT INTO "
            + delta
            + " SELECT *, nextval('ids'), 1 FROM (SELECT "
            + typed()
            + " FROM "
            + (texts ? raw : arrived)
            + ") WHERE "
            + time
            + " >= coalesce("
            + mark
            + ", '-infinity'::TIMESTAMPTZ)",
        before);
    execute("INSERT INTO " + source.name() + " SELECT * EXCLUDE (_id, _w) FROM " + delta, before);
    String latest =
        "SELECT greatest("
            + mark
            + ", max("
            + time
            + ") - INTERVAL '"
            + source.lateness()
            + "') FROM "
            + delta;
    String now = statement(latest).firstRow(before).get(0);
    if (now != null) {
      after.put(variable, now);
    }
  }

  private void change() throws SQLException {
    String delta = quote(relation().delta());
    String same =
        source.key().stream()
            .map(c -> "o." + quote(c) + " IS NOT DISTINCT FROM c." + quote(c))
            .collect(Collectors.joining(" AND "));
    String changes = "(SELECT " + typed() + ", _w FROM " + (texts ? raw : arrived) + ")";
    String columns = schema.names().stream().map(n -> quote(n)).collect(Collectors.joining(", "));
    execute(
        "INSERT INTO "
            + delta
            + " SELECT "
            + columns
            + ", sum(_w)::TINYINT FROM (SELECT o.*, -1 AS _w FROM "
            + source.name()
            + " o SEMI JOIN "
            + changes
            + " c ON "
            + same
            + " UNION ALL SELECT * FROM "
            + changes
            + " WHERE _w > 0) GROUP BY "
            + columns
            + " HAVING sum(_w) <> 0",
        Map.of());
    execute(
        "DELETE FROM "
            + source.name()
            + " o USING (SELECT * FROM "
            + delta
            + " WHERE _w < 0) c WHERE "
            + same,
        Map.of());
    execute(
        "INSERT INTO " + source.name() + " SELECT * EXCLUDE (_w) FROM " + delta + " WHERE _w > 0",
        Map.of());
  }

  private MarkedStatement statement(String sql) {
    return statements.computeIfAbsent(sql, text -> new MarkedStatement(connection, text, true));
  }

  private void execute(String sql, Map<String, String> marks) throws SQLException {
    statement(sql).execute(marks);
  }
}
