package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.Node.Item;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The window functions of one SELECT. Those with the same PARTITION BY share an operator, others
 * are stacked.
 */
final class WindowFunctions {
  private static final List<String> OPERANDS =
      List.of("partitions", "orders", "arg_orders", "arguments");
  private static final List<String> SINGLE_OPERANDS =
      List.of("filter_expr", "start_expr", "end_expr", "offset_expr", "default_expr");

  private final Compilation compilation;

  /** Calls and the names of their fields, by their trees without places. */
  private final Map<String, JsonNode> calls = new LinkedHashMap<>();

  private final Map<String, String> fields = new LinkedHashMap<>();

  WindowFunctions(Compilation compilation) {
    this.compilation = compilation;
  }

  /** True if there is a window function in a tree. */
  static boolean isIn(JsonNode tree) {
    if (tree.path("class").asText().equals("WINDOW")) {
      return true;
    }
    for (JsonNode child : tree) {
      if (isIn(child)) {
        return true;
      }
    }
    return false;
  }

  /** The tree with fields in place of window functions. */
  JsonNode replace(JsonNode tree) {
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(replace(child)));
      return array;
    }
    if (!tree.isObject()) {
      return tree;
    }
    if (tree.path("class").asText().equals("WINDOW")) {
      String key = Grouping.key(tree);
      calls.putIfAbsent(key, tree);
      String alias = tree.path("alias").asText();
      String wish = alias.isEmpty() ? tree.path("function_name").asText() : alias;
      return Compilation.reference(
          fields.computeIfAbsent(key, k -> compilation.names().fresh(wish)));
    }
    ObjectNode copy = DuckDb.object();
    tree.fields().forEachRemaining(e -> copy.set(e.getKey(), replace(e.getValue())));
    return copy;
  }

  /** The input with a field for each window function that was replaced. */
  Node apply(Node input) {
    if (calls.isEmpty()) {
      return input;
    }
    Operands operands = new Operands(compilation, input);
    Map<List<String>, Map<String, JsonNode>> partitions = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> call : calls.entrySet()) {
      ObjectNode tree = call.getValue().deepCopy();
      tree.put("alias", "");
      for (String list : OPERANDS) {
        operands.replace(tree.path(list));
      }
      for (String name : SINGLE_OPERANDS) {
        if (Watermarks.hasColumn(tree.path(name))) {
          tree.set(name, operands.reference(tree.path(name)));
        }
      }
      List<String> keys = new ArrayList<>();
      tree.path("partitions")
          .forEach(partition -> keys.add(partition.path("column_names").path(0).asText()));
      partitions
          .computeIfAbsent(keys.stream().distinct().sorted().toList(), k -> new LinkedHashMap<>())
          .put(call.getKey(), tree);
    }
    Node node = operands.input();
    for (Map.Entry<List<String>, Map<String, JsonNode>> partition : partitions.entrySet()) {
      node = window(node, partition.getKey(), partition.getValue());
    }
    return node;
  }

  private Node window(Node input, List<String> keys, Map<String, JsonNode> trees) {
    List<Expr> exprs = new ArrayList<>();
    for (JsonNode tree : trees.values()) {
      totalize(tree, input.identity());
      exprs.add(compilation.expr(tree));
    }
    List<String> types = compilation.heldTypes(input.fields(), exprs);
    List<Item> items = new ArrayList<>();
    int i = 0;
    for (String key : trees.keySet()) {
      Field unused = compilation.field("_unused", "", exprs.get(i).refs(), input.fields());
      Field field = new Field(String.valueOf(fields.get(key)), types.get(i), unused.origins());
      items.add(new Item(compilation.declare(field), exprs.get(i)));
      i++;
    }
    return of(compilation, input, keys, items);
  }

  /** The operator; rows without PARTITION BY are one partition. */
  static Node of(Compilation compilation, Node input, List<String> keys, List<Item> items) {
    List<Field> partition = new ArrayList<>();
    Node node = input;
    if (keys.isEmpty()) {
      node = compilation.extendByZero(input, "_partition", partition);
    }
    for (String key : keys) {
      // A partition that is no field was told as a problem; DuckDB says more about it.
      input.field(key).ifPresent(partition::add);
    }
    return new Node.Window(node, partition, items);
  }

  /** Rows that agree in everything stay in one order, so that no row changes without need. */
  private static void totalize(JsonNode call, List<String> identity) {
    for (String list : WindowTies.ordering(call)) {
      ArrayNode orders = (ArrayNode) call.path(list);
      identity.forEach(name -> orders.add(TopRows.order(Compilation.reference(name))));
    }
  }

  /** Fields for what window functions read: an error in an expression is then its row's fault. */
  private static final class Operands {
    private final Compilation compilation;
    private final Node input;
    private final Map<String, String> names = new LinkedHashMap<>();
    private Node extended;

    Operands(Compilation compilation, Node input) {
      this.compilation = compilation;
      this.input = input;
      this.extended = input;
    }

    Node input() {
      return extended;
    }

    /** Replaces the expressions of a list of orders, arguments or expressions. */
    void replace(JsonNode list) {
      for (int i = 0; i < list.size(); i++) {
        JsonNode element = list.path(i);
        if (element.has("class")) {
          if (!element.path("class").asText().equals("COLUMN_REF")) {
            ((ArrayNode) list).set(i, reference(element));
          }
        } else if (Watermarks.hasColumn(element.path("expression"))) {
          ((ObjectNode) element).set("expression", reference(element.path("expression")));
        }
      }
    }

    JsonNode reference(JsonNode tree) {
      Expr expr = compilation.expr(tree);
      if (expr.isField()) {
        return tree;
      }
      String name = names.get(Grouping.key(tree));
      if (name == null) {
        List<Field> made = new ArrayList<>();
        extended = compilation.extend(extended, List.of("operand"), List.of(expr), made);
        name = made.get(0).name();
        names.put(Grouping.key(tree), name);
      }
      return Compilation.reference(name);
    }
  }
}
