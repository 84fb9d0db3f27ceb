package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Scope.Source;
import dev.millrace.sql.Scope.Visible;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code range}, {@code generate_series} and {@code unnest} of constants in FROM: a calendar, for
 * example. Their rows never change.
 */
final class ConstantTable {
  /** They are computed anew in every batch that joins them. */
  private static final int MOST = 100_000;

  private static final Set<String> SERIES = Set.of("range", "generate_series");

  private final Compilation compilation;
  private final JsonNode table;
  private final JsonNode function;
  private final String name;

  ConstantTable(Compilation compilation, JsonNode table) {
    this.compilation = compilation;
    this.table = table;
    this.function = function(table);
    this.name = name(table);
  }

  private static JsonNode function(JsonNode table) {
    return table.path("function");
  }

  private static String name(JsonNode table) {
    return function(table).path("function_name").asText().toLowerCase(Locale.ROOT);
  }

  /** True for {@code range(...)} and {@code generate_series(...)} in FROM. */
  static boolean isSeries(JsonNode from) {
    return from.path("type").asText().equals("TABLE_FUNCTION") && SERIES.contains(name(from));
  }

  /**
   * The rows; null if it has none that are constant, which was told.
   *
   * @param resolver resolves the arguments
   */
  FromResolver.@Nullable From resolve(ExpressionResolver resolver) {
    List<String> arguments = new ArrayList<>();
    for (JsonNode argument : function.path("arguments")) {
      JsonNode resolved = resolver.resolve(argument.path("expression"));
      if (Watermarks.hasColumn(resolved)) {
        if (compilation.findings().isEmpty()) {
          compilation
              .findings()
              .unsupported(
                  argument.path("expression"),
                  "`" + name + "` of a column, with nothing before it in FROM to join it with,",
                  "write list_contains(o.tags, 'a'), or len(list_filter(o.tags, lambda t: ...)) > 0,"
                      + " in place of a subquery; or unnest beside the list: FROM orders o,"
                      + " unnest(o.tags) u(t)");
        }
        return null;
      }
      arguments.add(compilation.expr(resolved).sql());
    }
    return compilation.findings().isEmpty() ? rows(arguments) : null;
  }

  private FromResolver.@Nullable From rows(List<String> arguments) {
    String call = Identifier.quote(name) + "(" + String.join(", ", arguments) + ")";
    String from = " FROM " + call + " WITH ORDINALITY AS r(x, o)";
    long count;
    try {
      count =
          compilation.duck()
              .numbers("SELECT count(*) FROM (SELECT x" + from + " LIMIT " + (MOST + 1) + ")")[0];
    } catch (SQLException e) {
      String message = DuckDb.details(e).path("exception_message").asText();
      compilation
          .findings()
          .add(table, SqlCode.SQL_INVALID, message.lines().findFirst().orElse(message), null);
      return null;
    }
    if (count > MOST) {
      compilation
          .findings()
          .add(
              table,
              SqlCode.SQL_UNSUPPORTED,
              "`" + name + "` has more than " + MOST + " rows here, too many for a stream",
              "make them in a model that is a table, and read that by ref()");
      return null;
    }
    String type = compilation.types(List.of(), List.of("(SELECT x" + from + " LIMIT 1)")).get(0);
    Field value = compilation.field(name, type, Set.of(), List.of());
    Field ordinal = compilation.field("ordinality", "BIGINT", Set.of(), List.of());
    Field number = compilation.field("_row", "INTEGER", Set.of(), List.of());
    String select =
        "SELECT x AS "
            + value.sql()
            + ", o AS "
            + ordinal.sql()
            + ", CAST(o - 1 AS INTEGER) AS "
            + number.sql()
            + from;
    Node node = new Values(List.of(value, ordinal, number), select, count, number);
    return new FromResolver.From(List.of(node), List.of(), Scope.of(source(table, value, ordinal)));
  }

  /**
   * How a table function's column can be named: as the function and, if there is an alias, as that.
   */
  static Source source(JsonNode table, Field value, Field ordinal) {
    JsonNode names = table.path("column_name_alias");
    String alias = table.path("alias").asText();
    String own = name(table);
    boolean numbered = table.path("with_ordinality").asText().equals("WITH_ORDINALITY");
    boolean called = !alias.isEmpty() && !(numbered && Watermarks.hasColumn(function(table)));
    String shown = names.path(0).asText(called ? alias : own);
    List<Visible> columns = new ArrayList<>(List.of(new Visible(shown, value)));
    if (numbered) {
      columns.add(new Visible(names.path(1).asText("ordinality"), ordinal));
    }
    List<Visible> also = new ArrayList<>();
    if (names.isEmpty() && !shown.equalsIgnoreCase(own)) {
      also.add(new Visible(own, value));
    }
    List<String> path = List.of(alias.isEmpty() ? own : alias);
    return new Source(path, columns, Set.of(), Map.of(), also);
  }
}
