package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.SelectList.Item;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one SELECT that read columns of the queries around it. They are left to whoever
 * joins it with them; its groups are then those of GROUP BY for each value that they compare.
 */
final class Correlation {
  private final Compilation compilation;
  private final @Nullable Outer outer;
  private final List<JsonNode> conditions = new ArrayList<>();

  Correlation(Compilation compilation, @Nullable Outer outer) {
    this.compilation = compilation;
    this.outer = outer;
  }

  /** Takes the conditions that read columns around the SELECT out of all conditions. */
  void take(List<JsonNode> all) {
    if (outer != null) {
      all.stream().filter(outer::reads).forEach(conditions::add);
      all.removeAll(conditions);
    }
  }

  boolean isEmpty() {
    return conditions.isEmpty();
  }

  List<JsonNode> conditions() {
    return conditions;
  }

  /** Tells of expressions that only the query around can compute, and of clauses. */
  void check(List<JsonNode> trees, boolean isWhole, JsonNode place) {
    if (outer == null) {
      return;
    }
    trees.stream()
        .filter(outer::reads)
        .forEach(
            tree ->
                refuse(
                    tree,
                    "an outer column outside of a subquery's WHERE",
                    Unnesting.isIn(tree)
                        ? "write list_contains(o.tags, 'a') in place of 'a' IN (SELECT"
                            + " unnest(o.tags)); or unnest in FROM: FROM orders o,"
                            + " unnest(o.tags) u(t)"
                        : "compute with it in the query around"));
    if (!conditions.isEmpty() && !isWhole) {
      refuse(
          place,
          "DISTINCT, LIMIT or a window function in a correlated subquery",
          "join a subquery that has them PARTITION BY or GROUP BY the key");
    }
  }

  private void refuse(JsonNode place, String what, String hint) {
    compilation.findings().unsupported(place, what, hint);
  }

  /**
   * Groups by what the conditions compare, too.
   *
   * @return if the SELECT has a row whatever surrounds it, what its columns are where there is no
   *     row to aggregate; else null
   */
  @Nullable List<String> group(
      Grouping grouping, Node input, List<Item> items, Subqueries subqueries) {
    boolean global = grouping.isGlobal();
    conditions.replaceAll(this::ofOneType);
    for (JsonNode condition : conditions) {
      JsonNode own = own(condition);
      if (own == null || grouping.hasSets()) {
        refuse(
            condition,
            grouping.hasSets()
                ? "GROUPING SETS in a correlated subquery"
                : "an aggregate over rows that are correlated by more than equalities",
            "correlate it by equalities such as `b.id = a.id`, or join and GROUP BY");
      } else {
        new Collations(compilation.findings()).refuseKey(condition);
        grouping.addGroup(own);
      }
    }
    if (!global || !compilation.findings().isEmpty()) {
      return null;
    }
    JsonNode having = grouping.having();
    if (!isComputable(items, having, subqueries)) {
      return null;
    }
    Optional<List<String>> row = whenEmpty(input, items, having);
    if (row.isPresent() && having != null) {
      refuse(having, "HAVING that is true of no rows", "put the condition into the query around");
    }
    return row.orElse(null);
  }

  /** The side of an equality that the SELECT's own columns make; null if there is none. */
  private @Nullable JsonNode own(JsonNode condition) {
    String type = condition.path("type").asText();
    JsonNode left = condition.path("left");
    JsonNode right = condition.path("right");
    if (outer == null || !type.equals("COMPARE_EQUAL")) {
      return null;
    }
    boolean leftOuter = outer.reads(left);
    boolean rightOuter = outer.reads(right);
    if (leftOuter == rightOuter) {
      return null;
    }
    JsonNode own = leftOuter ? right : left;
    return Watermarks.hasColumn(own) ? own : null;
  }

  /**
   * An equality whose own side is cast to the type in which it is compared, so that there is one
   * group for each value that the query around has.
   */
  private JsonNode ofOneType(JsonNode condition) {
    JsonNode own = own(condition);
    if (own == null || RowEqualities.isRow(own)) {
      return condition;
    }
    boolean left = condition.path("left").equals(own);
    JsonNode other = condition.path(left ? "right" : "left");
    List<Field> read =
        Expr.refs(condition).stream().flatMap(ref -> compilation.field(ref).stream()).toList();
    List<String> types =
        compilation.types(
            read, List.of(compilation.expr(own).sql(), compilation.expr(other).sql()));
    String common = compilation.commonType(types.get(0), types.get(1));
    if (types.get(0).equals(common) || types.contains("VARCHAR") || common.equals("VARCHAR")) {
      return condition;
    }
    ObjectNode cast = (ObjectNode) compilation.duck().parseExpression("CAST(x AS " + common + ")");
    cast.set("child", own);
    cast.set("query_location", own.path("query_location"));
    cast.set("query_location_length", own.path("query_location_length"));
    return Compilation.compare("COMPARE_EQUAL", cast, other);
  }

  /** The conditions over the groups that {@link #group} made. */
  void overGroups(Grouping grouping) {
    conditions.replaceAll(
        condition -> {
          JsonNode own = own(condition);
          if (own == null) {
            return condition;
          }
          boolean left = condition.path("left").equals(own);
          return Compilation.compare(
              "COMPARE_EQUAL",
              Compilation.reference(grouping.group(own)),
              condition.path(left ? "right" : "left"));
        });
  }

  /** False, and told, if what there is without rows depends on a subquery beside aggregates. */
  private boolean isComputable(List<Item> items, @Nullable JsonNode having, Subqueries subqueries) {
    for (JsonNode tree : trees(items, having)) {
      if (Grouping.readAbove(tree, compilation).stream().anyMatch(subqueries::isOne)) {
        refuse(
            tree,
            "a subquery beside the aggregates of a correlated subquery",
            "compute with it in the query around");
        return false;
      }
    }
    return true;
  }

  private static List<JsonNode> trees(List<Item> items, @Nullable JsonNode having) {
    List<JsonNode> trees = new ArrayList<>();
    items.forEach(item -> trees.add(item.tree() == null ? item.written() : item.tree()));
    if (having != null) {
      trees.add(having);
    }
    return trees;
  }

  /** The SQL of each item's value where there are no rows; empty if HAVING drops the row. */
  private Optional<List<String>> whenEmpty(
      Node input, List<Item> items, @Nullable JsonNode having) {
    List<String> expressions = new ArrayList<>();
    trees(items, null).forEach(tree -> expressions.add(compilation.expr(tree).sql()));
    String condition = having == null ? "" : " HAVING " + compilation.expr(having).sql();
    // Subqueries that aggregates read are not joined yet.
    Map<String, Field> fields = new LinkedHashMap<>();
    input.fields().forEach(field -> fields.put(field.name(), field));
    for (JsonNode tree : trees(items, having)) {
      Expr.refs(tree)
          .forEach(ref -> compilation.field(ref).ifPresent(f -> fields.putIfAbsent(ref, f)));
    }
    return compilation.whenEmpty(fields.values(), expressions, condition);
  }
}
