package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.sql.Node.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** {@code unnest} in the list of a SELECT and in FROM: a row for each element of a list. */
final class Unnesting {
  private static final Set<String> SERIES = Set.of("generate_series", "range");

  private final Compilation compilation;

  /** The calls and the names of their fields, by their trees without places. */
  private final Map<String, JsonNode> calls = new LinkedHashMap<>();

  private final Map<String, String> fields = new LinkedHashMap<>();

  Unnesting(Compilation compilation) {
    this.compilation = compilation;
  }

  static boolean isUnnest(JsonNode tree) {
    String name = tree.path("function_name").asText().toLowerCase(Locale.ROOT);
    return tree.path("class").asText().equals("FUNCTION")
        && (name.equals("unnest") || name.equals("unlist"));
  }

  /** True if there is a call in a tree. */
  static boolean isIn(JsonNode tree) {
    if (isUnnest(tree)) {
      return true;
    }
    for (JsonNode child : tree) {
      if (isIn(child)) {
        return true;
      }
    }
    return false;
  }

  /** The type that a resolved call unnests, unless it is told as a problem. */
  private Optional<DataType> operand(JsonNode call) {
    if (call.path("arguments").size() != 1) {
      compilation
          .findings()
          .add(
              call,
              SqlCode.SQL_UNSUPPORTED,
              "`unnest` takes one list or struct in a stream",
              "instead of `recursive` or `max_depth` write one unnest inside another query");
      return Optional.empty();
    }
    JsonNode argument = call.path("arguments").path(0).path("expression");
    if (Grouping.isOverAggregates(argument, compilation)) {
      return Optional.empty();
    }
    Expr expr = compilation.expr(argument);
    List<Field> over = new ArrayList<>();
    expr.refs().forEach(name -> compilation.field(name).ifPresent(over::add));
    String type = compilation.types(over, List.of(expr.sql())).get(0);
    return DataTypeParser.parse(type);
  }

  /**
   * The columns that a resolved item of the list stands for: one for each field if it unnests a
   * struct, else itself.
   */
  List<SelectList.Item> expand(SelectList.Item item) {
    JsonNode tree = item.tree();
    if (tree == null || !isUnnest(tree)) {
      return List.of(item);
    }
    Optional<DataType> type = operand(tree);
    if (type.isEmpty() || !(type.get() instanceof DataType.Struct struct)) {
      return List.of(item);
    }
    List<SelectList.Item> items = new ArrayList<>();
    for (Column field : struct.fields()) {
      ObjectNode extract = DuckDb.object();
      extract.put("class", "OPERATOR").put("type", "STRUCT_EXTRACT").put("alias", "");
      ObjectNode name = DuckDb.object();
      name.put("class", "CONSTANT").put("type", "VALUE_CONSTANT").put("alias", "");
      name.putObject("literal").put("kind", "STRING").put("text", field.name());
      extract.putArray("children").add(tree.path("arguments").path(0).path("expression")).add(name);
      items.add(new SelectList.Item(field.name(), item.written(), extract));
    }
    return items;
  }

  /** The tree with fields in place of calls. */
  JsonNode replace(JsonNode tree) {
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(replace(child)));
      return array;
    }
    if (!tree.isObject()) {
      return tree;
    }
    if (isUnnest(tree)) {
      String key = Grouping.key(tree);
      calls.putIfAbsent(key, tree);
      String alias = tree.path("alias").asText();
      String wish = alias.isEmpty() ? "unnest" : alias;
      return Compilation.reference(
          fields.computeIfAbsent(key, k -> compilation.names().fresh(wish)));
    }
    ObjectNode copy = DuckDb.object();
    tree.fields().forEachRemaining(e -> copy.set(e.getKey(), replace(e.getValue())));
    return copy;
  }

  /**
   * The input with a row for each element, several lists side by side.
   *
   * @param keepsEmpty true if a row without elements stays, with nulls
   */
  Node apply(Node input, boolean keepsEmpty) {
    if (calls.isEmpty()) {
      return input;
    }
    List<Item> items = new ArrayList<>();
    Map<String, String> marks = new HashMap<>(input.watermarks());
    for (Map.Entry<String, JsonNode> call : calls.entrySet()) {
      JsonNode list = call.getValue().path("arguments").path(0).path("expression");
      Expr expr = compilation.expr(list);
      compilation.heldTypes(input.fields(), List.of(expr));
      String type = compilation.types(input.fields(), List.of("unnest(" + expr.sql() + ")")).get(0);
      Field unused = compilation.field("_unused", "", expr.refs(), input.fields());
      Field field = new Field(String.valueOf(fields.get(call.getKey())), type, unused.origins());
      items.add(new Item(compilation.declare(field), expr));
      if (field.isTime()) {
        first(expr.tree())
            .flatMap(first -> Watermarks.of(first, input.watermarks(), compilation))
            .ifPresent(mark -> marks.put(field.name(), mark));
      }
    }
    Field ordinal = compilation.field("_ordinal", "BIGINT", Set.of(), List.of());
    return new Unnest(input, items, ordinal, keepsEmpty, marks);
  }

  /** The least element of a list, if it is a series that grows. */
  private Optional<Expr> first(JsonNode list) {
    JsonNode series = list;
    JsonNode checks = list.path("case_checks");
    if (checks.size() == 1
        && list.path("else_expr").path("literal").path("kind").asText().equals("NULL_LITERAL")) {
      series = checks.path(0).path("then_expr");
    }
    JsonNode step = series.path("arguments").path(2).path("expression");
    if (!SERIES.contains(series.path("function_name").asText())
        || step.isMissingNode()
        || Watermarks.hasColumn(step)) {
      return Optional.empty();
    }
    JsonNode first = series.path("arguments").path(0).path("expression");
    return compilation
        .intervals()
        .cast(step)
        .filter(i -> i.months() >= 0 && i.days() >= 0 && i.micros() >= 0)
        .map(i -> compilation.expr(first));
  }

  /** True for {@code unnest(...)} in FROM. */
  static boolean isTable(JsonNode from) {
    return from.path("type").asText().equals("TABLE_FUNCTION") && isUnnest(from.path("function"));
  }

  /** The call in FROM; of a series, {@code unnest} of the list that it is in an expression. */
  private JsonNode listed(JsonNode table) {
    JsonNode function = table.path("function");
    if (!ConstantTable.isSeries(table)) {
      return function;
    }
    JsonNode call = compilation.duck().parseExpression("unnest(x)");
    ((ObjectNode) call.path("arguments").path(0)).set("expression", function);
    return call;
  }

  /**
   * {@code FROM left, unnest(left.list) AS u(x)}, or a series {@code range(1, left.x)}.
   *
   * @param table the call in FROM
   * @param left what its argument can name
   * @param keepsEmpty true for a LEFT JOIN
   */
  FromResolver.From join(JsonNode table, FromResolver.From left, boolean keepsEmpty) {
    JsonNode call =
        new ExpressionResolver(compilation, left.scope(), Map.of()).resolve(listed(table));
    List<Node> items = new ArrayList<>(left.items());
    if (!isUnnest(call) || !compilation.findings().isEmpty() || operand(call).isEmpty()) {
      return left;
    }
    Set<String> refs = Expr.refs(call);
    int position = 0;
    while (position < items.size() - 1
        && !AggregateRule.names(items.get(position).fields()).containsAll(refs)) {
      position++;
    }
    if (!AggregateRule.names(items.get(position).fields()).containsAll(refs)) {
      compilation
          .findings()
          .add(
              table,
              SqlCode.SQL_UNSUPPORTED,
              "`unnest` of a list that is made of several relations' columns",
              "join them in a subquery or in WITH, and unnest what it returns");
      return left;
    }
    JsonNode element = replace(call);
    Unnest unnest = (Unnest) apply(items.get(position), keepsEmpty);
    items.set(position, unnest);
    Field value = unnest.field(element.path("column_names").path(0).asText()).orElseThrow();
    Scope.Source source = ConstantTable.source(table, value, unnest.ordinal());
    Scope scope = Scope.join(left.scope(), Scope.of(source));
    return new FromResolver.From(items, left.conditions(), scope);
  }
}
