package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Scope.Visible;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PIVOT with a list of values, as the SELECT that it stands for: each aggregate once for each
 * value, with a FILTER. DuckDB compares values as text, and null with null.
 */
final class Pivot {
  /** One value of the list, or one combination of several lists. */
  private record Cell(String name, List<JsonNode> conditions) {}

  /** Up to so many values DuckDB filters; for more it groups by the value itself first. */
  private static final int FILTERED = 20;

  private static final Pattern PLAIN =
      Pattern.compile("VARCHAR|BOOLEAN|DATE|U?(TINY|SMALL|BIG)?INT(EGER)?");

  private final Compilation compilation;
  private final JsonNode tree;
  private final JsonNode place;
  private final List<Visible> columns;

  /**
   * Of a relation.
   *
   * @param tree the PIVOT in FROM
   * @param columns the relation's
   */
  Pivot(Compilation compilation, JsonNode tree, List<Visible> columns) {
    this.compilation = compilation;
    this.tree = tree;
    this.place = place(tree);
    this.columns = columns;
  }

  /** A node of a PIVOT that knows its place; that of a statement PIVOT does not itself. */
  static JsonNode place(JsonNode tree) {
    boolean known = tree.path("query_location_length").asLong() > 0;
    return known ? tree : tree.path("source");
  }

  /** True for UNPIVOT. */
  static boolean isUnpivot(JsonNode tree) {
    return !tree.path("unpivot_names").isEmpty();
  }

  /**
   * Names aggregates in the text's tree as DuckDB would, before anything else is done with them:
   * the names of columns have those of the aggregates in them.
   */
  static void nameAggregates(JsonNode query, DuckDb duck) {
    JsonNode aggregates = query.path("aggregates");
    if (query.path("type").asText().equals("PIVOT") && aggregates.size() > 1) {
      for (JsonNode aggregate : aggregates) {
        if (aggregate.path("alias").asText().isEmpty()) {
          ((ObjectNode) aggregate).put("alias", duck.printExpression(aggregate));
        }
      }
    }
    query.forEach(child -> nameAggregates(child, duck));
  }

  /** The SELECT; null if there is none, which was told. */
  @Nullable JsonNode select() {
    List<Cell> cells = cells();
    if (cells == null || !checkAggregates()) {
      return null;
    }
    ObjectNode select = (ObjectNode) compilation.duck().parseQuery("SELECT 1 FROM x");
    ArrayNode list = select.putArray("select_list");
    ArrayNode groups = select.putArray("group_expressions");
    List<String> names = new ArrayList<>(groups());
    for (String group : names) {
      list.add(reference(group));
      groups.add(reference(group));
    }
    for (Cell cell : cells) {
      for (JsonNode aggregate : tree.path("aggregates")) {
        String alias = aggregate.path("alias").asText();
        String name = alias.isEmpty() ? cell.name : cell.name + "_" + alias;
        ObjectNode filtered = aggregate.deepCopy();
        filtered.put("alias", name);
        calls(filtered)
            .forEach(call -> ((ObjectNode) call).set("filter", Compilation.and(cell.conditions)));
        list.add(filtered);
        names.add(name);
      }
    }
    select.set("from_table", tree.path("source"));
    return areDistinct(names, compilation, place) ? select : null;
  }

  /** Tells of a name that two columns would have. */
  static boolean areDistinct(List<String> names, Compilation compilation, JsonNode place) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name.toLowerCase(Locale.ROOT))) {
        compilation
            .findings()
            .add(
                place,
                SqlCode.SQL_COLUMN_NAME,
                "two columns would be called `" + name + "`",
                "give one another name with AS");
        return false;
      }
    }
    return true;
  }

  private ObjectNode reference(String column) {
    ObjectNode reference = Compilation.reference(column);
    reference.set("query_location", place.path("query_location"));
    reference.set("query_location_length", place.path("query_location_length"));
    return reference;
  }

  /** The columns of GROUP BY; without it those that nothing else reads. */
  private List<String> groups() {
    List<String> names = new ArrayList<>();
    if (!tree.path("groups").isEmpty()) {
      for (JsonNode group : tree.path("groups")) {
        column(group.asText(), columns, compilation, place);
        columns.stream()
            .map(Visible::name)
            .filter(name -> name.equalsIgnoreCase(group.asText()))
            .forEach(names::add);
      }
      return names;
    }
    Set<String> read = new HashSet<>();
    tree.path("aggregates").forEach(a -> Expr.refs(a).forEach(ref -> read.add(lower(ref))));
    for (JsonNode pivot : tree.path("pivots")) {
      Expr.refs(pivot.path("pivot_expressions")).forEach(ref -> read.add(lower(ref)));
    }
    columns.stream().map(Visible::name).filter(n -> !read.contains(lower(n))).forEach(names::add);
    return names;
  }

  /** The column of that name; null if there is none, which was told. */
  static @Nullable Visible column(
      String name, List<Visible> columns, Compilation compilation, JsonNode place) {
    for (Visible column : columns) {
      if (column.name().equalsIgnoreCase(name)) {
        return column;
      }
    }
    compilation
        .findings()
        .add(
            place,
            SqlCode.SQL_UNKNOWN_COLUMN,
            "there is no column `" + name + "`",
            Suggestion.didYouMean(name, columns.stream().map(Visible::name).toList()));
    return null;
  }

  private static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  private boolean checkAggregates() {
    for (JsonNode aggregate : tree.path("aggregates")) {
      List<JsonNode> calls = calls(aggregate);
      if (calls.size() != 1) {
        return refuse(aggregate, "other than one aggregate in an expression", "write several");
      }
      if (calls.get(0).path("filter").isObject()) {
        // DuckDB puts its own in the place of this one.
        return refuse(aggregate, "FILTER", "write sum(CASE WHEN ... THEN amount END)");
      }
    }
    return true;
  }

  private List<JsonNode> calls(JsonNode expression) {
    List<JsonNode> calls = new ArrayList<>();
    Grouping.collectAggregates(expression, compilation, calls);
    return calls;
  }

  private boolean refuse(JsonNode where, String what, String hint) {
    compilation.findings().unsupported(where, "PIVOT with " + what, hint);
    return false;
  }

  /** What there is a column for; null if that is not certain, which was told. */
  private @Nullable List<Cell> cells() {
    List<Cell> cells = new ArrayList<>(List.of(new Cell("", List.of())));
    boolean plain = true;
    for (JsonNode pivot : tree.path("pivots")) {
      List<Cell> own = values(pivot);
      if (own == null) {
        return null;
      }
      plain &= isPlain(pivot.path("pivot_expressions").path(0));
      List<Cell> product = new ArrayList<>();
      for (Cell first : cells) {
        for (Cell second : own) {
          List<JsonNode> both = new ArrayList<>(first.conditions);
          both.addAll(second.conditions);
          String name = first.name.isEmpty() ? second.name : first.name + "_" + second.name;
          product.add(new Cell(name, both));
        }
      }
      cells = product;
    }
    if (cells.size() > FILTERED && !plain) {
      refuse(
          place,
          "more than "
              + FILTERED
              + " values of something else than a column of text, of whole"
              + " numbers or of dates",
          "cast it to VARCHAR in a subquery: FROM (SELECT ..., x::VARCHAR AS x FROM t) PIVOT (...)");
      return null;
    }
    return cells;
  }

  private boolean isPlain(JsonNode expression) {
    String name = expression.path("column_names").path(0).asText();
    return columns.stream()
        .anyMatch(
            c -> c.name().equalsIgnoreCase(name) && PLAIN.matcher(c.field().type()).matches());
  }

  private @Nullable List<Cell> values(JsonNode pivot) {
    if (pivot.path("entries").isEmpty()) {
      compilation
          .findings()
          .add(
              place,
              SqlCode.SQL_UNSUPPORTED,
              "PIVOT without a list of values: its columns would depend on the data",
              "list the values in IN: FOR status IN ('paid', 'open')");
      return null;
    }
    if (pivot.path("pivot_expressions").size() != 1) {
      refuse(place, "several columns before one IN", "write an IN for each, or join them with ||");
      return null;
    }
    List<Cell> cells = new ArrayList<>();
    for (JsonNode entry : pivot.path("entries")) {
      List<@Nullable String> text = new ArrayList<>();
      if (!text(entry, text)) {
        return null;
      }
      String alias = entry.path("alias").asText();
      String name = text.get(0) == null ? "NULL" : text.get(0);
      JsonNode condition = condition(pivot.path("pivot_expressions").path(0), text.get(0));
      cells.add(new Cell(alias.isEmpty() ? name : alias, List.of(condition)));
    }
    return cells;
  }

  /** Adds a constant's text to a list, or tells why it has none. A name stands for itself. */
  private boolean text(JsonNode entry, List<@Nullable String> text) {
    JsonNode name = entry.path("values").path(0);
    if (entry.path("values").size() == 1
        && name.path("type").path("id").asText().equals("VARCHAR")
        && name.path("value").isTextual()) {
      text.add(name.path("value").asText());
      return true;
    }
    JsonNode value = entry.path("star_expr");
    boolean constant = value.isObject() && !value.path("class").asText().equals("STAR");
    if (constant) {
      new ExpressionResolver(compilation, new Scope(), Map.of()).resolve(value);
    }
    if (!constant || RowEqualities.isRow(value)) {
      return refuse(place, "something else than constants in IN", "list the values");
    }
    if (!compilation.findings().isEmpty()) {
      return false;
    }
    try {
      text.add(compilation.duck().text(compilation.expr(value).sql()));
      return true;
    } catch (SQLException e) {
      return refuse(value, "something else than constants in IN", "list the values");
    }
  }

  private JsonNode condition(JsonNode expression, @Nullable String text) {
    String literal = text == null ? "NULL" : Identifier.literal(text);
    JsonNode condition =
        compilation.duck().parseExpression("CAST(x AS VARCHAR) IS NOT DISTINCT FROM " + literal);
    ((ObjectNode) condition.path("left")).set("child", expression);
    return condition;
  }
}
