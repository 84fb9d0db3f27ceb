package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.Scope.Visible;
import dev.millrace.sql.SelectList.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Resolves one SELECT: FROM, WHERE, GROUP BY, HAVING, the list, DISTINCT, in this order. */
final class SelectResolver {
  private final Compilation compilation;
  private final QueryResolver queries;
  private final Closing closing;

  SelectResolver(Compilation compilation, QueryResolver queries, Closing closing) {
    this.compilation = compilation;
    this.queries = queries;
    this.closing = closing;
  }

  @Nullable Resolved resolve(JsonNode select, Map<String, QueryResolver.Cte> ctes) {
    FromResolver.From from =
        new FromResolver(compilation, queries).resolve(select.path("from_table"), ctes);
    boolean distinct = checkClauses(select);
    if (from == null) {
      return null;
    }
    Map<String, JsonNode> aliases = writeOut((ObjectNode) select, from.scope());
    Subqueries subqueries = new Subqueries(compilation, queries.within(from.scope()), ctes);
    ExpressionResolver resolver =
        new ExpressionResolver(compilation, from.scope(), aliases, queries.outer(), subqueries);
    List<JsonNode> conditions = conditions(select, from, resolver);
    List<Item> items = new SelectList(compilation, from.scope()).expand(select, resolver);
    Grouping grouping = new Grouping(compilation, resolver, select, items);
    TopRows top = new TopRows(compilation, select);
    boolean qualify = select.path("qualify").isObject();
    List<JsonNode> trees = trees(select, items, top, resolver);
    checkQualify(select, trees);
    Correlation correlation = new Correlation(compilation, queries.outer());
    correlation.take(conditions);
    boolean whole = !distinct && !top.isNeeded() && trees.stream().noneMatch(WindowFunctions::isIn);
    List<JsonNode> computed = new ArrayList<>(trees);
    computed.addAll(grouping.trees());
    correlation.check(computed, whole, QueryResolver.firstPlace(select));
    List<JsonNode> open = subqueries.take(conditions);
    if (!compilation.findings().isEmpty()) {
      return withoutMeaning(from, items);
    }
    Node input = new JoinBuilder(compilation).inner(from.items(), conditions);
    input = subqueries.where(input, open);
    boolean onClose = closing.isWanted(select);
    List<String> whenEmpty = null;
    if (grouping.isNeeded()) {
      if (!correlation.isEmpty()) {
        whenEmpty = correlation.group(grouping, input, items, subqueries);
      }
      input = grouping.apply(input, onClose ? closing : null, trees);
      if (!compilation.findings().isEmpty()) {
        return withoutMeaning(from, items);
      }
      correlation.overGroups(grouping);
    } else if (onClose) {
      closing.refuse(QueryResolver.firstPlace(select));
    }
    input = subqueries.attach(input, trees);
    Resolved result = windows(input, items, trees, qualify);
    if (distinct) {
      result = SetOperations.distinct(result);
    }
    if (top.isNeeded()) {
      result =
          top.apply(
              result, trees.subList(0, items.size()), trees.subList(items.size(), trees.size()));
    }
    if (onClose) {
      closing.checkAbove(select, result.node());
    }
    return new Resolved(result.node(), result.columns(), correlation.conditions(), whenEmpty);
  }

  /** Writes out in the text's tree what stands for more; returns the list's names. */
  private Map<String, JsonNode> writeOut(ObjectNode select, Scope scope) {
    new WholeRows(compilation, scope).writeOut(select, SelectList.aliases(select));
    new ColumnsExpansion(compilation, scope).expand(select);
    Map<String, JsonNode> aliases = SelectList.aliases(select);
    new WindowTies(compilation, scope, select, aliases).settle();
    return aliases;
  }

  private void checkQualify(JsonNode select, List<JsonNode> trees) {
    JsonNode qualify = select.path("qualify");
    if (qualify.isObject() && trees.stream().noneMatch(WindowFunctions::isIn)) {
      compilation
          .findings()
          .add(
              qualify,
              SqlCode.SQL_INVALID,
              "QUALIFY is about window functions, and the SELECT has none",
              "write the condition into WHERE, or into HAVING behind GROUP BY");
    }
  }

  /** What is computed over the rows: the list, then what orders the rows to keep, then QUALIFY. */
  private static List<JsonNode> trees(
      JsonNode select, List<Item> items, TopRows top, ExpressionResolver resolver) {
    List<JsonNode> trees = new ArrayList<>();
    items.forEach(item -> trees.add(item.tree() == null ? item.written() : item.tree()));
    trees.addAll(top.expressions(items, resolver));
    if (select.path("qualify").isObject()) {
      trees.add(resolver.resolve(select.path("qualify")));
    }
    return trees;
  }

  /** WHERE, and the conditions of FROM. */
  private static List<JsonNode> conditions(
      JsonNode select, FromResolver.From from, ExpressionResolver resolver) {
    List<JsonNode> conditions = new ArrayList<>(from.conditions());
    if (select.path("where_clause").isObject()) {
      conditions.addAll(JoinBuilder.conjuncts(resolver.resolve(select.path("where_clause"))));
    }
    return conditions;
  }

  /** Window functions, QUALIFY, unnest and the list. */
  private Resolved windows(Node below, List<Item> items, List<JsonNode> trees, boolean qualify) {
    WindowFunctions windows = new WindowFunctions(compilation);
    trees.replaceAll(windows::replace);
    Node input = windows.apply(below);
    if (qualify) {
      JsonNode condition = trees.remove(trees.size() - 1);
      input = new Node.Filter(input, compilation.expr(condition));
    }
    Unnesting unnesting = new Unnesting(compilation);
    trees.replaceAll(unnesting::replace);
    input = unnesting.apply(input, false);
    return project(input, items, trees.subList(0, items.size()));
  }

  /** Names go on to be checked in the queries around, though nothing will be planned. */
  private Resolved withoutMeaning(FromResolver.From from, List<Item> items) {
    List<Visible> columns = new ArrayList<>();
    for (Item item : items) {
      Field field =
          new Field(compilation.names().fresh(item.name()), "VARCHAR", java.util.Set.of());
      columns.add(new Visible(item.name(), field));
    }
    return new Resolved(from.items().get(0), columns);
  }

  private boolean checkClauses(JsonNode select) {
    boolean distinct = false;
    JsonNode place = QueryResolver.firstPlace(select);
    for (JsonNode modifier : select.path("modifiers")) {
      switch (modifier.path("type").asText()) {
        case "DISTINCT_MODIFIER" -> distinct = modifier.path("distinct_on_targets").isEmpty();
        case "ORDER_MODIFIER" -> {
          // The rows of a table have no order: harmless, and common in models.
        }
        default -> {
          // LIMIT, see TopRows.
        }
      }
    }
    if (select.path("sample").isObject()) {
      refuse(place, "a sample", null);
    }
    return distinct;
  }

  private void refuse(JsonNode place, String what, @Nullable String hint) {
    compilation
        .findings()
        .unsupported(place, what, hint == null ? "use `materialized='view'` for this model" : hint);
  }

  private Resolved project(Node input, List<Item> items, List<JsonNode> trees) {
    List<Expr> computed = new ArrayList<>();
    List<String> wishes = new ArrayList<>();
    Map<String, Integer> positions = new HashMap<>();
    List<Expr> exprs = trees.stream().map(compilation::expr).toList();
    for (int i = 0; i < exprs.size(); i++) {
      Expr expr = exprs.get(i);
      if (!expr.isField() && positions.putIfAbsent(expr.sql(), computed.size()) == null) {
        computed.add(expr);
        wishes.add(items.get(i).name());
      }
    }
    List<Field> made = new ArrayList<>();
    Node node = compilation.extend(input, wishes, computed, made);
    List<Visible> columns = new ArrayList<>();
    for (int i = 0; i < exprs.size(); i++) {
      Expr expr = exprs.get(i);
      Integer position = positions.get(expr.sql());
      Field field = position == null ? input.field(expr.field()).orElseThrow() : made.get(position);
      columns.add(new Visible(items.get(i).name(), field));
      compilation.write(field, items.get(i).written());
    }
    return new Resolved(node, columns);
  }
}
