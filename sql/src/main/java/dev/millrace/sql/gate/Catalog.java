package dev.millrace.sql.gate;

import dev.millrace.api.type.Identifier;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tables and views that a query may read: those of the store and the standard's views of its
 * schema. A name that is not here must not reach DuckDB, which would take {@code FROM data.csv} for
 * a file.
 */
final class Catalog {
  private static final Set<String> INFORMATION_VIEWS =
      Set.of("tables", "columns", "schemata", "views");

  private final String name;
  private final String currentSchema;
  private final Map<String, Set<String>> tables;

  private Catalog(String name, String currentSchema, Map<String, Set<String>> tables) {
    this.name = name;
    this.currentSchema = currentSchema;
    this.tables = tables;
  }

  /** Reads the names that the connection's transaction sees. */
  static Catalog of(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                """
                SELECT current_database(), current_schema(), '', ''
                UNION ALL
                SELECT '', '', schema_name, table_name FROM duckdb_tables()
                WHERE database_name = current_database() AND NOT internal
                UNION ALL
                SELECT '', '', schema_name, view_name FROM duckdb_views()
                WHERE database_name = current_database() AND NOT internal""")) {
      String name = "";
      String schema = "main";
      Map<String, Set<String>> tables = new HashMap<>();
      while (rows.next()) {
        if (!rows.getString(1).isEmpty()) {
          name = rows.getString(1);
          schema = lower(rows.getString(2));
        } else {
          tables
              .computeIfAbsent(lower(rows.getString(3)), s -> new TreeSet<>())
              .add(lower(rows.getString(4)));
        }
      }
      return new Catalog(name, schema, tables);
    }
  }

  /**
   * How a name in FROM is to be completed: the text to put before it, mostly empty; nothing if
   * there is no such table. Two parts are completed by the catalog's name, because DuckDB finds
   * {@code system.late} ambiguous: it has a catalog of that name.
   */
  Optional<String> complete(List<String> path) {
    List<String> lower = path.stream().map(Catalog::lower).toList();
    return switch (lower.size()) {
      case 1 -> has(currentSchema, lower.get(0)) ? Optional.of("") : Optional.empty();
      case 2 -> {
        if (has(lower.get(0), lower.get(1))) {
          yield Optional.of(Identifier.quote(name) + ".");
        }
        boolean standard =
            lower.get(0).equals("information_schema") && INFORMATION_VIEWS.contains(lower.get(1));
        yield standard ? Optional.of("") : Optional.empty();
      }
      case 3 ->
          lower.get(0).equals(lower(name)) && has(lower.get(1), lower.get(2))
              ? Optional.of("")
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  /** Every name as a query would write it, for hints. */
  List<String> names() {
    return tables.entrySet().stream()
        .flatMap(
            e ->
                e.getValue().stream()
                    .map(t -> e.getKey().equals(currentSchema) ? t : e.getKey() + "." + t))
        .sorted()
        .toList();
  }

  private boolean has(String schema, String table) {
    return tables.getOrDefault(schema, Set.of()).contains(table);
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }
}
