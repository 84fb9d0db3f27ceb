package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.AggregateCall.Order;
import dev.millrace.sql.SelectList.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** GROUP BY, HAVING and the aggregates of one SELECT. */
final class Grouping {
  private final Compilation compilation;
  private final JsonNode select;
  private final List<Item> items;
  private final @Nullable JsonNode having;

  /** Resolved GROUP BY expressions, and the same as the text has them. */
  private final List<JsonNode> groups = new ArrayList<>();

  private final List<JsonNode> groupsWritten = new ArrayList<>();

  /** Field names by the group's or aggregate's tree without places. */
  private final Map<String, String> groupFields = new HashMap<>();

  private final Map<String, JsonNode> written = new LinkedHashMap<>();
  private final Set<String> unnested = new HashSet<>();
  private final Map<String, JsonNode> calls = new LinkedHashMap<>();
  private final Map<String, String> callFields = new HashMap<>();
  private final @Nullable Subqueries subqueries;
  private @Nullable GroupingSets sets;

  Grouping(
      Compilation compilation, ExpressionResolver resolver, JsonNode select, List<Item> items) {
    this.compilation = compilation;
    this.select = select;
    this.items = items;
    subqueries = resolver.subqueries();
    having = select.path("having").isObject() ? resolver.resolve(select.path("having")) : null;
    for (JsonNode expression : select.path("group_expressions")) {
      addGroup(expression, resolver);
    }
    if (isGroupByAll()) {
      for (Item item : items) {
        if (item.tree() != null && !hasAggregate(item.tree()) && hasColumn(item.tree())) {
          groups.add(item.tree());
          groupsWritten.add(item.written());
        }
      }
    }
  }

  private boolean isGroupByAll() {
    return select.path("aggregate_handling").asText().equals("FORCE_AGGREGATES");
  }

  private void addGroup(JsonNode expression, ExpressionResolver resolver) {
    JsonNode literal = expression.path("literal");
    if (literal.path("kind").asText().equals("INTEGER")) {
      int position = literal.path("text").asInt();
      if (position >= 1 && position <= items.size()) {
        Item item = items.get(position - 1);
        if (item.tree() != null) {
          groups.add(item.tree());
          groupsWritten.add(item.written());
        }
      } else {
        compilation
            .findings()
            .add(
                expression,
                SqlCode.SQL_INVALID,
                "GROUP BY " + position + ": the list has " + items.size() + " columns",
                null);
      }
      return;
    }
    groups.add(resolver.resolve(expression));
    groupsWritten.add(expression);
  }

  /** Groups by a resolved expression, too. */
  void addGroup(JsonNode tree) {
    groups.add(tree);
    groupsWritten.add(tree);
  }

  /** True for GROUPING SETS, ROLLUP and CUBE. */
  boolean hasSets() {
    return select.path("group_sets").size() > 1;
  }

  /** True if all rows are one group. */
  boolean isGlobal() {
    return groups.isEmpty();
  }

  /** What is computed besides the list, resolved: the groups and HAVING. */
  List<JsonNode> trees() {
    List<JsonNode> trees = new ArrayList<>(groups);
    if (having != null) {
      trees.add(having);
    }
    return trees;
  }

  /** HAVING, resolved; null if there is none. */
  @Nullable JsonNode having() {
    return having;
  }

  /** The name of the field that is grouped by that expression, once groups are made. */
  String group(JsonNode tree) {
    return String.valueOf(groupFields.get(key(tree)));
  }

  /** True if the SELECT has groups or aggregates. */
  boolean isNeeded() {
    return !groups.isEmpty()
        || select.path("group_sets").size() > 1
        || isGroupByAll()
        || having != null
        || items.stream().anyMatch(item -> item.tree() != null && hasAggregate(item.tree()));
  }

  /**
   * The aggregate and HAVING over the input.
   *
   * @param closing what makes groups appear when they close; null if they appear at once
   * @param trees expressions over the input, which become such over the groups and aggregates
   */
  Node apply(Node input, @Nullable Closing closing, List<JsonNode> trees) {
    boolean global = groups.isEmpty();
    List<Field> fields = new ArrayList<>();
    Node grouped = groups(attach(input, readBelow(trees)), fields);
    if (select.path("group_sets").size() > 1) {
      return sets(grouped, fields, closing, trees);
    }
    if (global) {
      grouped = compilation.extendByZero(grouped, "_group", fields);
    }
    trees.replaceAll(tree -> replace(tree, Set.of()));
    JsonNode condition = having == null ? null : replace(having, Set.of());
    List<AggregateCall> made = calls(grouped);
    String closes = closing == null ? null : closing.apply(select, marked(grouped.watermarks()));
    Node groups = new Node.Aggregate(grouped, fields, made, global, closes, Set.of());
    return having(groups, condition, trees);
  }

  /** The expressions of groups that have a watermark, as the text has them, by the watermark. */
  private Map<String, Closing.Group> marked(Map<String, String> marks) {
    Map<String, Closing.Group> marked = new LinkedHashMap<>();
    written.forEach(
        (name, tree) -> {
          String mark = marks.get(name);
          if (mark != null && !unnested.contains(name)) {
            marked.put(name, new Closing.Group(tree, mark));
          }
        });
    return marked;
  }

  /** The groups with the subqueries that are read above them, and those of which HAVING is true. */
  private Node having(Node groups, @Nullable JsonNode condition, List<JsonNode> trees) {
    List<JsonNode> read = new ArrayList<>(trees);
    if (condition != null) {
      read.add(condition);
    }
    Node result = attach(groups, read);
    return condition == null ? result : new Node.Filter(result, compilation.expr(condition));
  }

  private Node attach(Node input, List<JsonNode> trees) {
    return subqueries == null ? input : subqueries.attach(input, trees);
  }

  /** What is computed below the aggregate: groups, and what aggregates read. */
  private List<JsonNode> readBelow(List<JsonNode> trees) {
    List<JsonNode> below = new ArrayList<>(groups);
    trees.forEach(tree -> collectAggregates(tree, compilation, below));
    if (having != null) {
      collectAggregates(having, compilation, below);
    }
    return below;
  }

  /** Adds the outermost aggregates of a tree to a list. */
  static void collectAggregates(JsonNode tree, Compilation compilation, List<JsonNode> found) {
    if (isAggregate(tree, compilation)) {
      found.add(tree);
    } else {
      tree.forEach(child -> collectAggregates(child, compilation, found));
    }
  }

  /** The fields that a tree reads outside of aggregates. */
  static Set<String> readAbove(JsonNode tree, Compilation compilation) {
    Set<String> read = new HashSet<>();
    if (!isAggregate(tree, compilation)) {
      if (tree.path("class").asText().equals("COLUMN_REF")) {
        read.add(tree.path("column_names").path(0).asText());
      }
      tree.forEach(child -> read.addAll(readAbove(child, compilation)));
    }
    return read;
  }

  private Node sets(
      Node input, List<Field> fields, @Nullable Closing closing, List<JsonNode> trees) {
    List<Set<String>> names = new ArrayList<>();
    for (JsonNode set : select.path("group_sets")) {
      Set<String> own = new HashSet<>();
      set.forEach(i -> own.add(String.valueOf(groupFields.get(key(groups.get(i.asInt()))))));
      names.add(own);
    }
    if (groups.stream().map(Grouping::key).distinct().count() < groups.size()) {
      compilation
          .findings()
          .add(
              select.path("group_expressions").path(0),
              SqlCode.SQL_UNSUPPORTED,
              "one group is written in two ways, which DuckDB takes for two groups",
              "write it the same way in each set: GROUPING SETS ((a, b), (a))");
    }
    GroupingSets made = new GroupingSets(compilation, fields, names);
    sets = made;
    groupFields.replaceAll((key, name) -> made.group(name).name());
    Map<String, Closing.Group> marked = marked(input.watermarks());
    boolean isMarked = !marked.isEmpty();
    marked.keySet().removeIf(name -> !made.isInAll(made.group(name).name()));
    String closes = null;
    if (closing != null && isMarked && marked.isEmpty()) {
      compilation
          .findings()
          .add(
              select.path("group_expressions").path(0),
              SqlCode.SQL_NO_WINDOW,
              "with emit='on_close' every set of groups needs the window, or it is never complete",
              "add the window to each of the GROUPING SETS, or use emit='on_change'");
    } else if (closing != null) {
      String group = closing.apply(select, marked);
      closes = group == null ? null : made.group(group).name();
    }
    trees.replaceAll(tree -> replace(tree, Set.of()));
    JsonNode condition = having == null ? null : replace(having, Set.of());
    Node result = made.apply(input, calls(input), closes);
    return having(result, condition, trees);
  }

  /** The input with the fields that it is grouped by; rows are multiplied by unnest first. */
  private Node groups(Node input, List<Field> fields) {
    Unnesting unnesting = new Unnesting(compilation);
    Map<String, Expr> exprs = new LinkedHashMap<>();
    groups.forEach(g -> exprs.putIfAbsent(key(g), compilation.expr(unnesting.replace(g))));
    Node rows = unnesting.apply(input, false);
    Map<String, Expr> computed = new LinkedHashMap<>(exprs);
    computed.values().removeIf(Expr::isField);
    List<String> wishes = new ArrayList<>();
    computed.keySet().forEach(key -> wishes.add(groupName(key)));
    List<Field> made = new ArrayList<>();
    Node node = compilation.extend(rows, wishes, List.copyOf(computed.values()), made);
    List<String> keys = List.copyOf(computed.keySet());
    for (int i = 0; i < groups.size(); i++) {
      String key = key(groups.get(i));
      if (groupFields.containsKey(key)) {
        continue;
      }
      int position = keys.indexOf(key);
      Expr expr = exprs.getOrDefault(key, compilation.expr(groups.get(i)));
      Field field = position >= 0 ? made.get(position) : rows.field(expr.field()).orElseThrow();
      groupFields.put(key, field.name());
      written.put(field.name(), groupsWritten.get(i));
      if (Unnesting.isIn(groups.get(i))) {
        unnested.add(field.name());
      }
      fields.add(field);
    }
    return node;
  }

  /** A computed group is called as the list's column is. */
  private String groupName(String key) {
    for (Item item : items) {
      if (item.tree() != null && key(item.tree()).equals(key)) {
        return item.name();
      }
    }
    return "grouped";
  }

  private List<AggregateCall> calls(Node input) {
    List<Expr> exprs = calls.values().stream().map(compilation::expr).toList();
    List<String> types = compilation.heldTypes(input.fields(), exprs);
    List<AggregateCall> made = new ArrayList<>();
    int i = 0;
    for (Map.Entry<String, JsonNode> entry : calls.entrySet()) {
      Field result =
          new Field(
              String.valueOf(callFields.get(entry.getKey())),
              types.get(i),
              compilation.field("_unused", "", exprs.get(i).refs(), input.fields()).origins());
      made.add(call(entry.getValue(), exprs.get(i), compilation.declare(result), input));
      compilation.write(result, entry.getValue());
      i++;
    }
    return made;
  }

  private AggregateCall call(JsonNode tree, Expr whole, Field result, Node input) {
    List<Expr> arguments = new ArrayList<>();
    for (JsonNode argument : tree.path("arguments")) {
      arguments.add(compilation.expr(argument.path("expression")));
    }
    List<Order> orders = new ArrayList<>();
    for (JsonNode order : tree.path("order_bys").path("orders")) {
      String nulls = order.path("null_order").asText();
      String words = order.path("type").asText().equals("DESCENDING") ? " DESC" : " ASC";
      words +=
          nulls.contains("FIRST") ? " NULLS FIRST" : nulls.contains("LAST") ? " NULLS LAST" : "";
      orders.add(new Order(compilation.expr(order.path("expression")), words));
    }
    // Of a thousand columns DuckDB need not look at all for each of a thousand aggregates.
    List<Field> read =
        input.fields().stream().filter(f -> whole.refs().contains(f.name())).toList();
    JsonNode filter = tree.path("filter");
    return new AggregateCall(
        tree.path("function_name").asText(),
        arguments,
        compilation.types(read, arguments.stream().map(Expr::sql).toList()),
        tree.path("distinct").asBoolean(),
        filter.isObject() ? compilation.expr(filter) : null,
        orders,
        whole,
        result);
  }

  /** Puts fields in place of groups and aggregates. */
  private JsonNode replace(JsonNode tree, Set<String> parameters) {
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(replace(child, parameters)));
      return array;
    }
    if (!tree.isObject()) {
      return tree;
    }
    String kind = tree.path("class").asText();
    String key = kind.isEmpty() ? "" : key(tree);
    String group = groupFields.get(key);
    if (group != null) {
      return Compilation.reference(group);
    }
    if (isAggregate(tree, compilation)) {
      calls.putIfAbsent(key, tree);
      String wish = tree.path("alias").asText();
      String name = wish.isEmpty() ? tree.path("function_name").asText() : wish;
      return Compilation.reference(
          callFields.computeIfAbsent(key, k -> compilation.names().fresh(name)));
    }
    if (tree.path("type").asText().equals("GROUPING_FUNCTION")) {
      return grouping(tree);
    }
    if (kind.equals("COLUMN_REF")) {
      boolean subquery =
          subqueries != null && subqueries.isOne(tree.path("column_names").path(0).asText());
      if (!subquery) {
        notGrouped(tree, parameters);
      }
      return tree;
    }
    Set<String> inner = parameters;
    if (kind.equals("LAMBDA")) {
      inner = new HashSet<>(parameters);
      collect(tree.path("lhs"), inner);
    }
    ObjectNode copy = DuckDb.object();
    Set<String> scope = inner;
    tree.fields().forEachRemaining(e -> copy.set(e.getKey(), replace(e.getValue(), scope)));
    return copy;
  }

  private JsonNode grouping(JsonNode tree) {
    List<String> arguments = new ArrayList<>();
    for (JsonNode child : tree.path("children")) {
      String group = groupFields.get(key(child));
      if (group == null) {
        compilation
            .findings()
            .add(tree, SqlCode.SQL_INVALID, "`grouping` is about expressions of GROUP BY", null);
        return tree;
      }
      arguments.add(group);
    }
    return sets == null
        ? compilation.duck().parseExpression("CAST(0 AS BIGINT)")
        : sets.grouping(arguments);
  }

  private static void collect(JsonNode tree, Set<String> names) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      names.add(tree.path("column_names").path(0).asText().toLowerCase(Locale.ROOT));
    } else {
      tree.forEach(child -> collect(child, names));
    }
  }

  private void notGrouped(JsonNode tree, Set<String> parameters) {
    String name = tree.path("column_names").path(0).asText();
    if (!parameters.contains(name.toLowerCase(Locale.ROOT))) {
      compilation
          .findings()
          .add(
              tree,
              SqlCode.SQL_INVALID,
              "`" + name + "` is neither grouped by nor inside an aggregate",
              "add it to GROUP BY, or write any_value(" + name + ")");
    }
  }

  private static boolean isAggregate(JsonNode tree, Compilation compilation) {
    return tree.path("class").asText().equals("FUNCTION")
        && !tree.path("is_operator").asBoolean()
        && compilation
            .duck()
            .isAggregate(tree.path("function_name").asText().toLowerCase(Locale.ROOT));
  }

  private boolean hasAggregate(JsonNode tree) {
    return isOverAggregates(tree, compilation);
  }

  /** True if an aggregate is in the tree. */
  static boolean isOverAggregates(JsonNode tree, Compilation compilation) {
    if (isAggregate(tree, compilation)) {
      return true;
    }
    for (JsonNode child : tree) {
      if (isOverAggregates(child, compilation)) {
        return true;
      }
    }
    return false;
  }

  private static boolean hasColumn(JsonNode tree) {
    return Watermarks.hasColumn(tree);
  }

  /** The tree without places and aliases: equal for equal expressions. */
  static String key(JsonNode tree) {
    JsonNode copy = tree.deepCopy();
    strip(copy);
    return copy.toString();
  }

  private static void strip(JsonNode tree) {
    if (tree instanceof ObjectNode object) {
      object.remove(List.of("query_location", "query_location_length", "alias"));
    }
    tree.forEach(Grouping::strip);
  }
}
