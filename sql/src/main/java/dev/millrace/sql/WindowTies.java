package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes window functions depend on the values of their rows alone. Where a function tells rows of
 * equal order apart, they are ordered further by every column that the SELECT uses, after which
 * they are interchangeable; so a stream and the same query run once agree, whatever order rows came
 * in. Changes the text's tree, from which both are made.
 */
final class WindowTies {
  private static final Set<String> RANKS =
      Set.of("rank", "dense_rank", "rank_dense", "percent_rank", "cume_dist");
  private static final Set<String> POSITIONS = Set.of("row_number", "ntile", "lag", "lead");

  private final Compilation compilation;
  private final Scope scope;
  private final JsonNode select;
  private final Map<String, JsonNode> aliases;

  WindowTies(Compilation compilation, Scope scope, JsonNode select, Map<String, JsonNode> aliases) {
    this.compilation = compilation;
    this.scope = scope;
    this.select = select;
    this.aliases = aliases;
  }

  /** Settles the window functions of the SELECT. */
  void settle() {
    List<JsonNode> windows = new ArrayList<>();
    List<JsonNode> places =
        List.of(select.path("select_list"), select.path("qualify"), select.path("modifiers"));
    places.forEach(place -> collect(place, windows));
    List<JsonNode> ties = null;
    for (JsonNode window : windows) {
      // A common table expression is resolved wherever it is read, and its tree is one.
      if (compilation.isFirst(window)) {
        ties = ties == null ? ties() : ties;
        settle((ObjectNode) window, ties);
      }
    }
  }

  private static void collect(JsonNode tree, List<JsonNode> windows) {
    if (tree.path("class").asText().equals("SUBQUERY")) {
      return;
    }
    if (tree.path("class").asText().equals("WINDOW")) {
      windows.add(tree);
    }
    tree.forEach(child -> collect(child, windows));
  }

  /**
   * The lists of a settled call's tree that order the rows which it tells apart: {@code orders},
   * {@code arg_orders}.
   */
  static List<String> ordering(JsonNode call) {
    String name = name(call);
    boolean rows = isRows(call);
    List<String> lists = new ArrayList<>();
    boolean positions = POSITIONS.contains(name);
    if (!call.path("arg_orders").isEmpty() && !call.path("distinct").asBoolean()) {
      lists.add("arg_orders");
    }
    if (!call.path("orders").isEmpty() && (rows || (positions && lists.isEmpty()))) {
      lists.add("orders");
    }
    return RANKS.contains(name) ? List.of() : lists;
  }

  private static String name(JsonNode call) {
    return call.path("function_name").asText().toLowerCase(Locale.ROOT);
  }

  /** True if the frame counts rows and is not the whole partition. */
  private static boolean isRows(JsonNode call) {
    return call.path("start").asText().endsWith("_ROWS")
        || call.path("end").asText().endsWith("_ROWS");
  }

  private void settle(ObjectNode call, List<JsonNode> ties) {
    String name = name(call);
    if (RANKS.contains(name)) {
      return;
    }
    if (name.equals("fill")) {
      refuse(call, SqlCode.SQL_UNSUPPORTED, "`fill` cannot be kept up to date in a stream", null);
      return;
    }
    if (OrderedAggregates.isApproximate(name)) {
      refuse(
          call,
          SqlCode.SQL_ORDER_DEPENDENT,
          "`" + name + "` gives another result when rows come in another order",
          "use quantile_cont, or count(*) by value");
      return;
    }
    boolean ordered = !call.path("orders").isEmpty();
    boolean argumentsOrdered = !call.path("arg_orders").isEmpty();
    boolean free = OrderedAggregates.isFree(name);
    boolean any = OrderedAggregates.isAny(name);
    boolean indifferent = free || any || (call.path("distinct").asBoolean() && !isRows(call));
    if (!ordered && (isRows(call) || !(indifferent || argumentsOrdered))) {
      refuse(
          call,
          SqlCode.SQL_ORDER_DEPENDENT,
          "`" + name + "` over rows without an order depends on how they come",
          "say which order: OVER (... ORDER BY ts)");
      return;
    }
    String exclude = call.path("exclude_clause").asText();
    if (isRows(call) && (exclude.equals("TIES") || exclude.equals("GROUP"))) {
      refuse(
          call,
          SqlCode.SQL_ORDER_DEPENDENT,
          "ROWS with EXCLUDE " + exclude + " depends on the order of rows that are equal",
          "use RANGE or GROUPS, or EXCLUDE CURRENT ROW");
      return;
    }
    if (!free
        && !POSITIONS.contains(name)
        && (!isRows(call) || call.path("distinct").asBoolean())) {
      orderArguments(call);
    }
    if (free) {
      ((ArrayNode) call.path("arg_orders")).removeAll();
    }
    for (String list : ordering(call)) {
      append((ArrayNode) call.path(list), ties);
    }
  }

  /** Orders the rows of a frame in which a value is picked, since the frame does not. */
  private void orderArguments(ObjectNode call) {
    ArrayNode orders = (ArrayNode) call.path("arg_orders");
    boolean distinct = call.path("distinct").asBoolean();
    if (orders.isEmpty() && !distinct && !OrderedAggregates.isAny(name(call))) {
      call.path("orders").forEach(order -> orders.add(order.deepCopy()));
    }
    List<JsonNode> arguments = new ArrayList<>();
    for (JsonNode argument : call.path("arguments")) {
      if (Watermarks.hasColumn(argument.path("expression"))) {
        arguments.add(argument.path("expression"));
      }
    }
    append(orders, distinct ? arguments.subList(0, Math.min(1, arguments.size())) : arguments);
  }

  private void append(ArrayNode orders, List<JsonNode> expressions) {
    for (JsonNode expression : expressions) {
      String key = Grouping.key(expression);
      boolean known = false;
      for (JsonNode order : orders) {
        known |= Grouping.key(order.path("expression")).equals(key);
      }
      if (!known) {
        ObjectNode copy = expression.deepCopy();
        copy.put("alias", "");
        orders.add(TopRows.order(copy));
      }
    }
  }

  private void refuse(JsonNode place, SqlCode code, String message, @Nullable String hint) {
    compilation.findings().add(place, code, message, hint);
  }

  /** What rows must agree in to be interchangeable. */
  private List<JsonNode> ties() {
    boolean all = select.path("aggregate_handling").asText().equals("FORCE_AGGREGATES");
    List<JsonNode> groups = new ArrayList<>();
    for (JsonNode group : select.path("group_expressions")) {
      groups.add(written(group));
    }
    Map<String, JsonNode> aggregates = new LinkedHashMap<>();
    aggregates(select.path("select_list"), aggregates);
    aggregates(select.path("qualify"), aggregates);
    aggregates(select.path("having"), aggregates);
    aggregates(select.path("modifiers"), aggregates);
    if (groups.isEmpty() && !all && aggregates.isEmpty()) {
      return columns();
    }
    if (all) {
      for (JsonNode item : select.path("select_list")) {
        Map<String, JsonNode> inside = new LinkedHashMap<>();
        aggregates(item, inside);
        List<JsonNode> windows = new ArrayList<>();
        collect(item, windows);
        if (inside.isEmpty() && windows.isEmpty() && Watermarks.hasColumn(item)) {
          groups.add(item);
        }
      }
    }
    if (select.path("group_sets").size() > 1) {
      // A null may be a group's value or stand for every value: rows may differ in no group.
      groups.addAll(aggregates.values());
    }
    return groups;
  }

  /** A group by position or alias as its expression. */
  private JsonNode written(JsonNode group) {
    JsonNode literal = group.path("literal");
    if (literal.path("kind").asText().equals("INTEGER")) {
      JsonNode item = select.path("select_list").path(literal.path("text").asInt() - 1);
      return item.isMissingNode() ? group : item;
    }
    JsonNode names = group.path("column_names");
    if (names.size() == 1 && scope.find(names.path(0).asText()).isEmpty()) {
      JsonNode item = aliases.get(names.path(0).asText().toLowerCase(Locale.ROOT));
      return item == null ? group : item;
    }
    return group;
  }

  private void aggregates(JsonNode tree, Map<String, JsonNode> found) {
    String kind = tree.path("class").asText();
    if (kind.equals("SUBQUERY")) {
      return;
    }
    if (kind.equals("FUNCTION") && compilation.duck().isAggregate(name(tree))) {
      found.putIfAbsent(Grouping.key(tree), tree);
      return;
    }
    tree.forEach(child -> aggregates(child, found));
  }

  /** The columns of FROM that the SELECT reads. */
  private List<JsonNode> columns() {
    Map<String, JsonNode> found = new LinkedHashMap<>();
    for (JsonNode item : select.path("select_list")) {
      if (item.path("class").asText().equals("STAR")) {
        star(item.path("relation_name").asText(), found);
      }
      columns(item, found);
    }
    columns(select.path("qualify"), found);
    columns(select.path("modifiers"), found);
    return List.copyOf(found.values());
  }

  private void star(String relation, Map<String, JsonNode> found) {
    if (scope.sources().stream().noneMatch(source -> source.isNamed(List.of(relation)))) {
      // A column that is a struct.
      add(List.of(relation), found);
    }
    for (Scope.Source source : scope.sources()) {
      if (!relation.isEmpty() && !source.isNamed(List.of(relation))) {
        continue;
      }
      for (Scope.Visible column : source.columns()) {
        List<String> path = new ArrayList<>(source.path());
        path.add(column.name());
        boolean unique = scope.find(column.name()).size() == 1;
        add(unique ? List.of(column.name()) : path, found);
      }
    }
  }

  private void columns(JsonNode tree, Map<String, JsonNode> found) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      List<String> path = new ArrayList<>();
      tree.path("column_names").forEach(part -> path.add(part.asText()));
      for (int i = Math.min(2, path.size() - 1); i >= 0; i--) {
        if (add(path.subList(0, i + 1), found)) {
          return;
        }
      }
    }
    tree.forEach(child -> columns(child, found));
  }

  /** False if no column has that name. */
  private boolean add(List<String> path, Map<String, JsonNode> found) {
    int last = path.size() - 1;
    List<Field> fields =
        last == 0 ? scope.find(path.get(0)) : scope.find(path.subList(0, last), path.get(last));
    if (fields.size() != 1) {
      return false;
    }
    ObjectNode reference = Compilation.reference(path.get(last));
    ArrayNode names = reference.putArray("column_names");
    path.forEach(names::add);
    found.putIfAbsent(fields.get(0).name(), reference);
    return true;
  }
}
