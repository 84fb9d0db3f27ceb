package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.Node.Item;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * ORDER BY with LIMIT, and DISTINCT ON: rows numbered by their order, of which the first are kept.
 * Rows of equal order are ordered by all columns of the result, in the text's tree too, so that a
 * stream keeps the same ones as its query run once.
 */
final class TopRows {
  private final Compilation compilation;
  private final JsonNode query;
  private final List<JsonNode> on = new ArrayList<>();
  private @Nullable ObjectNode order;
  private @Nullable JsonNode limit;

  /** For one query, a SELECT or a set operation. */
  TopRows(Compilation compilation, JsonNode query) {
    this.compilation = compilation;
    this.query = query;
    for (JsonNode modifier : query.path("modifiers")) {
      switch (modifier.path("type").asText()) {
        case "DISTINCT_MODIFIER" -> modifier.path("distinct_on_targets").forEach(on::add);
        case "ORDER_MODIFIER" -> order = (ObjectNode) modifier;
        default -> limit = modifier;
      }
    }
  }

  /** An ORDER BY expression in ascending order. */
  static ObjectNode order(JsonNode expression) {
    ObjectNode order = DuckDb.object();
    order.put("type", "ORDER_DEFAULT").put("null_order", "ORDER_DEFAULT");
    order.set("expression", expression);
    return order;
  }

  /** The words behind an ORDER BY expression. */
  static String direction(JsonNode order) {
    String nulls = order.path("null_order").asText();
    return (order.path("type").asText().equals("DESCENDING") ? " DESC" : " ASC")
        + (nulls.contains("FIRST") ? " NULLS FIRST" : nulls.contains("LAST") ? " NULLS LAST" : "");
  }

  /** True if the query keeps some of its rows; without LIMIT an order has no effect. */
  boolean isNeeded() {
    return limit != null || !on.isEmpty();
  }

  /** What the rows are ordered by, as the text has it. */
  private List<JsonNode> orders() {
    List<JsonNode> orders = new ArrayList<>();
    if (order != null) {
      order.path("orders").forEach(orders::add);
    }
    return orders;
  }

  /**
   * The expressions that it needs, resolved: those of DISTINCT ON, then those of ORDER BY.
   *
   * @param items the SELECT list, which positions and names mean
   */
  List<JsonNode> expressions(List<SelectList.Item> items, ExpressionResolver resolver) {
    List<JsonNode> resolved = new ArrayList<>();
    if (!isNeeded()) {
      return resolved;
    }
    if (order != null && compilation.isFirst(order)) {
      writeOut(order, items.size());
    }
    Map<String, JsonNode> names = new HashMap<>();
    for (SelectList.Item item : items) {
      if (item.tree() != null) {
        names.putIfAbsent(item.name().toLowerCase(Locale.ROOT), item.tree());
      }
    }
    List<JsonNode> written = new ArrayList<>(on);
    orders().forEach(each -> written.add(each.path("expression")));
    for (JsonNode expression : written) {
      resolved.add(resolve(expression, items, names, resolver));
    }
    return resolved;
  }

  private static JsonNode resolve(
      JsonNode expression,
      List<SelectList.Item> items,
      Map<String, JsonNode> names,
      ExpressionResolver resolver) {
    JsonNode literal = expression.path("literal");
    JsonNode known = null;
    if (literal.path("kind").asText().equals("INTEGER")) {
      int position = literal.path("text").asInt();
      boolean inside = position >= 1 && position <= items.size();
      known = inside ? items.get(position - 1).tree() : null;
    } else if (expression.path("column_names").size() == 1) {
      String name = expression.path("column_names").path(0).asText();
      known = names.get(name.toLowerCase(Locale.ROOT));
    }
    return known == null ? resolver.resolve(expression) : known;
  }

  /** ORDER BY ALL means each column in turn. */
  private static void writeOut(ObjectNode order, int columns) {
    ArrayNode written = DuckDb.array();
    for (JsonNode each : order.path("orders")) {
      JsonNode expression = each.path("expression");
      boolean all =
          expression.path("class").asText().equals("STAR")
              && expression.path("relation_name").asText().isEmpty()
              && expression.path("exclude_list").isEmpty()
              && expression.path("qualified_exclude_list").isEmpty()
              && expression.path("replace_list").isEmpty()
              && !expression.path("expr").isObject();
      if (!all) {
        written.add(each);
        continue;
      }
      for (int i = 1; i <= columns; i++) {
        ObjectNode copy = each.deepCopy();
        copy.set("expression", position(i));
        written.add(copy);
      }
    }
    order.set("orders", written);
  }

  private static JsonNode position(int position) {
    ObjectNode tree = DuckDb.object();
    tree.put("class", "CONSTANT").put("type", "VALUE_CONSTANT").put("alias", "");
    tree.putObject("literal").put("kind", "INTEGER").put("text", String.valueOf(position));
    return tree;
  }

  /**
   * The rows to keep.
   *
   * @param list the expressions of the result's columns
   * @param expressions those that {@link #expressions} gave, over the same fields
   */
  Resolved apply(Resolved result, List<JsonNode> list, List<JsonNode> expressions) {
    if (limit != null && order == null) {
      refuse(
          limit.path("limit").isObject() ? limit.path("limit") : place(),
          SqlCode.SQL_ORDER_DEPENDENT,
          "LIMIT without ORDER BY keeps any rows",
          "say which: ORDER BY ts DESC LIMIT 10");
      return result;
    }
    settle(result.columns().size());
    List<String> fields = new ArrayList<>();
    Node node = operands(result, list, expressions, fields);
    List<String> orders = new ArrayList<>();
    int at = on.size();
    for (JsonNode each : orders()) {
      if (at < fields.size()) {
        orders.add(Sql.list(List.of(fields.get(at++))) + direction(each));
      }
    }
    Set<String> ties = new LinkedHashSet<>();
    result.columns().forEach(column -> ties.add(column.field().name()));
    ties.addAll(node.identity());
    ties.forEach(tie -> orders.add(Sql.list(List.of(tie))));
    if (!on.isEmpty()) {
      node = first(node, fields.subList(0, on.size()), orders, 1, 0);
    }
    if (limit != null) {
      long offset = count(limit.path("offset"), 0);
      long most = count(limit.path("limit"), Long.MAX_VALUE);
      node = first(node, List.of(), orders, most, offset);
    }
    return new Resolved(node, result.columns());
  }

  /** The rows to keep of a set operation, whose ORDER BY can name its columns. */
  Resolved over(Resolved result) {
    if (!isNeeded()) {
      return result;
    }
    List<SelectList.Item> items = new ArrayList<>();
    List<JsonNode> trees = new ArrayList<>();
    for (Scope.Visible column : result.columns()) {
      JsonNode tree = Compilation.reference(column.field().name());
      items.add(new SelectList.Item(column.name(), tree, tree));
      trees.add(tree);
    }
    Scope scope = Scope.of(new Scope.Source(List.of(), result.columns(), Set.of()));
    ExpressionResolver resolver = new ExpressionResolver(compilation, scope, Map.of());
    List<JsonNode> expressions = expressions(items, resolver);
    return compilation.findings().isEmpty() ? apply(result, trees, expressions) : result;
  }

  /** Orders the rows of the text's tree by every column at last. */
  private void settle(int columns) {
    if (!compilation.isFirst(query.path("modifiers"))) {
      return;
    }
    ObjectNode orders = order;
    if (orders == null) {
      orders = ((ArrayNode) query.path("modifiers")).addObject().put("type", "ORDER_MODIFIER");
      orders.putArray("orders");
    }
    for (int i = 1; i <= columns; i++) {
      ((ArrayNode) orders.path("orders")).add(order(position(i)));
    }
  }

  private Node operands(
      Resolved result, List<JsonNode> list, List<JsonNode> expressions, List<String> fields) {
    Node node = result.node();
    List<String> keys = list.stream().map(Grouping::key).toList();
    for (JsonNode tree : expressions) {
      Expr expr = compilation.expr(tree);
      int column = keys.indexOf(Grouping.key(tree));
      if (column >= 0) {
        fields.add(result.columns().get(column).field().name());
      } else if (!AggregateRule.names(node.fields()).containsAll(expr.refs())) {
        refuse(
            place(),
            SqlCode.SQL_INVALID,
            "with DISTINCT, ORDER BY can only use columns of the result",
            null);
      } else if (!expr.isField()) {
        List<Field> made = new ArrayList<>();
        node = compilation.extend(node, List.of("ordered"), List.of(expr), made);
        fields.add(made.get(0).name());
      } else {
        fields.add(expr.field());
      }
    }
    return node;
  }

  private Node first(Node input, List<String> keys, List<String> orders, long most, long offset) {
    StringBuilder call = new StringBuilder("row_number() OVER (");
    if (!keys.isEmpty()) {
      call.append("PARTITION BY ").append(Sql.list(keys)).append(' ');
    }
    call.append("ORDER BY ").append(String.join(", ", orders)).append(')');
    Expr expr = compilation.expr(compilation.duck().parseExpression(call.toString()));
    Field number = compilation.field("_row_number", "BIGINT", Set.of(), List.of());
    Node window =
        WindowFunctions.of(
            compilation, input, keys.stream().distinct().toList(), List.of(new Item(number, expr)));
    long last = most > Long.MAX_VALUE - offset ? Long.MAX_VALUE : most + offset;
    String condition = number.sql() + " > " + offset;
    if (last < Long.MAX_VALUE) {
      condition = number.sql() + " <= " + last + (offset > 0 ? " AND " + condition : "");
    }
    JsonNode tree = compilation.duck().parseExpression(condition);
    return new Node.Filter(window, compilation.expr(tree));
  }

  /** A constant number of rows. */
  private long count(JsonNode tree, long none) {
    if (!tree.isObject()) {
      return none;
    }
    if (limit != null && limit.path("limit_type").asText().startsWith("PERCENT")) {
      refuse(
          tree,
          SqlCode.SQL_UNSUPPORTED,
          "LIMIT with PERCENT cannot be kept up to date in a stream yet",
          "write a number of rows, or QUALIFY percent_rank() OVER (ORDER BY ...) < 0.2");
      return none;
    }
    boolean rows =
        limit != null && limit.path("limit_type").asText("ROW_COUNT").equals("ROW_COUNT");
    try {
      if (rows && !Watermarks.hasColumn(tree) && !hasSubquery(tree)) {
        String sql = compilation.duck().printExpression(tree);
        return compilation.duck().numbers("SELECT coalesce(" + sql + ", " + none + ")::BIGINT")[0];
      }
    } catch (SQLException e) {
      // Told as a problem below: it is no number.
    }
    refuse(
        tree, SqlCode.SQL_UNSUPPORTED, "LIMIT needs a constant number of rows", "write a number");
    return none;
  }

  private static boolean hasSubquery(JsonNode tree) {
    if (tree.path("class").asText().equals("SUBQUERY")) {
      return true;
    }
    for (JsonNode child : tree) {
      if (hasSubquery(child)) {
        return true;
      }
    }
    return false;
  }

  private JsonNode place() {
    return QueryResolver.firstPlace(query);
  }

  private void refuse(JsonNode place, SqlCode code, String message, @Nullable String hint) {
    compilation.findings().add(place, code, message, hint);
  }
}
