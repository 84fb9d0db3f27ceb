package dev.millrace.engine.unittest;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A DuckDB in memory that reads values, runs the SELECTs of tests and types views. It can reach no
 * file. For one thread.
 */
final class Workbench implements AutoCloseable {
  private final Connection connection;

  private Workbench(Connection connection) {
    this.connection = connection;
  }

  /** Opens one whose times without an offset are in a zone. */
  static Workbench open(ZoneId zone) {
    try {
      Workbench bench = new Workbench(DriverManager.getConnection("jdbc:duckdb:"));
      bench.execute("SET threads = 1");
      bench.execute("SET enable_external_access = false");
      String name = zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
      bench.execute("SET TimeZone = " + Identifier.literal(name));
      return bench;
    } catch (SQLException e) {
      throw new IllegalStateException("DuckDB did not start", e);
    }
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Makes casts, each expression's in one statement. */
  void make(List<Cast> casts) {
    Map<String, List<Cast>> byExpression = new LinkedHashMap<>();
    for (Cast cast : casts) {
      byExpression.computeIfAbsent(cast.expression(), k -> new ArrayList<>()).add(cast);
    }
    byExpression.forEach(
        (expression, same) -> {
          try {
            make(expression, same);
          } catch (SQLException e) {
            throw new IllegalStateException("no value could be read by " + expression, e);
          }
        });
  }

  private void make(String expression, List<Cast> casts) throws SQLException {
    String values =
        java.util.stream.IntStream.range(0, casts.size())
            .mapToObj(i -> "(" + i + ", ?)")
            .collect(Collectors.joining(", "));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT " + expression + " FROM (VALUES " + values + ") t(i, v) ORDER BY i")) {
      for (int i = 0; i < casts.size(); i++) {
        statement.setString(i + 1, casts.get(i).text());
      }
      try (ResultSet rows = statement.executeQuery()) {
        for (Cast cast : casts) {
          rows.next();
          cast.result(rows.getString(1));
        }
      }
    }
  }

  /** The columns of a SELECT. */
  Schema describe(String select) throws SQLException {
    List<Column> columns = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("DESCRIBE " + select)) {
      while (rows.next()) {
        String type = rows.getString(2);
        columns.add(
            new Column(
                rows.getString(1),
                DataTypeParser.parse(type)
                    .orElseThrow(() -> new SQLException("a column of type " + type))));
      }
    }
    return new Schema(columns);
  }

  /** The rows of a SELECT of texts. */
  List<List<@Nullable String>> rows(String select) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(select)) {
      return read(result);
    }
  }

  /** Reads a result of texts. */
  static List<List<@Nullable String>> read(ResultSet result) throws SQLException {
    List<List<@Nullable String>> rows = new ArrayList<>();
    int columns = result.getMetaData().getColumnCount();
    while (result.next()) {
      List<@Nullable String> row = new ArrayList<>();
      for (int i = 1; i <= columns; i++) {
        row.add(result.getString(i));
      }
      rows.add(Collections.unmodifiableList(row));
    }
    return rows;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      // Nothing in it is kept.
    }
  }
}
