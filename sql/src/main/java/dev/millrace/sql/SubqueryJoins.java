package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.type.Identifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The joins that subqueries in expressions become. */
final class SubqueryJoins {
  private final Compilation compilation;
  private final JoinBuilder joins;

  SubqueryJoins(Compilation compilation) {
    this.compilation = compilation;
    this.joins = new JoinBuilder(compilation);
  }

  void refuse(JsonNode place, String what, String hint) {
    compilation.findings().unsupported(place, what, hint);
  }

  /**
   * The rows for which IN, ANY or EXISTS is true, or its opposite.
   *
   * <p>{@code x NOT IN (SELECT y ...)} is true if {@code x <> y} is for every y: a row is dropped
   * by an equal y, by a null y, and if x is null by any y.
   */
  Node keep(Node input, boolean not, JsonNode tree, @Nullable JsonNode child, Resolved query) {
    if (!isJoinable(input, tree, query)) {
      return input;
    }
    Join.Kind kind = not ? Join.Kind.ANTI : Join.Kind.SEMI;
    if (child == null) {
      return joins.join(input, rows(query), kind, query.correlated());
    }
    if (RowEqualities.isRow(child)) {
      return not
          ? refuseRow(input, tree)
          : joins.join(input, query.node(), kind, with(query, pairs(child, query)));
    }
    JsonNode compare = compare(tree, child, query);
    if (!not || !mayBeNull(input, child, query)) {
      return joins.join(input, query.node(), kind, with(query, compare));
    }
    if (!query.correlated().isEmpty()) {
      JsonNode notFalse = or(List.of(compare, isNull(child), isNull(column(query))));
      return joins.join(input, query.node(), kind, with(query, notFalse));
    }
    Node unequal = joins.join(input, query.node(), kind, List.of(compare));
    return unknown(unequal, kind, child, query);
  }

  /** The input with a field for the subquery's value. */
  Node add(Node input, Field field, JsonNode tree, @Nullable JsonNode child, Resolved query) {
    if (!isJoinable(input, tree, query)) {
      return input;
    }
    if (tree.path("subquery_type").asText().equals("SCALAR")) {
      return scalar(input, field, tree, query);
    }
    if (child != null && RowEqualities.isRow(child)) {
      return refuseRow(input, tree);
    }
    if (query.whenEmpty() != null) {
      if (child == null) {
        return extend(input, field, compilation.duck().parseExpression("true"));
      }
      // One row for whatever surrounds it: compared as a value is.
      Field value =
          compilation.field("_value", query.columns().get(0).field().type(), Set.of(), List.of());
      Node with = scalar(input, value, tree, query);
      JsonNode compare =
          Compilation.compare(
              tree.path("comparison_type").asText(), child, Compilation.reference(value.name()));
      return extend(with, field, compare);
    }
    if (child == null) {
      Join marked = joins.join(input, rows(query), Join.Kind.MARK, query.correlated());
      return extend(marked, field, flag(marked));
    }
    List<JsonNode> equal = with(query, compare(tree, child, query));
    Join marked = joins.join(input, query.node(), Join.Kind.MARK, equal);
    if (!mayBeNull(input, child, query)) {
      return extend(marked, field, flag(marked));
    }
    Join unknown = unknown(marked, Join.Kind.MARK, child, query);
    String sql =
        "CASE WHEN "
            + Identifier.quote(flag(marked).path("column_names").path(0).asText())
            + " THEN true WHEN "
            + Identifier.quote(flag(unknown).path("column_names").path(0).asText())
            + " THEN NULL ELSE false END";
    return extend(unknown, field, compilation.duck().parseExpression(sql));
  }

  private Node refuseRow(Node input, JsonNode tree) {
    refuse(
        tree,
        "several columns IN a subquery, but as a condition of WHERE that has to be true,",
        "use EXISTS or NOT EXISTS with an equality for each column");
    return input;
  }

  /** The equalities of a row's values with the subquery's columns. */
  private static List<JsonNode> pairs(JsonNode row, Resolved query) {
    List<JsonNode> pairs = new ArrayList<>();
    for (int i = 0; i < query.columns().size(); i++) {
      pairs.add(
          Compilation.compare(
              "COMPARE_EQUAL",
              row.path("arguments").path(i).path("expression"),
              Compilation.reference(query.columns().get(i).field().name())));
    }
    return pairs;
  }

  private static JsonNode flag(Join join) {
    Field flag = join.flag();
    if (flag == null) {
      throw new IllegalStateException("only MARK has a flag");
    }
    return Compilation.reference(flag.name());
  }

  private Node extend(Node input, Field field, JsonNode tree) {
    Node.Item item = new Node.Item(field, compilation.expr(tree));
    return new Node.Extend(input, List.of(item), input.watermarks());
  }

  private Node scalar(Node input, Field field, JsonNode tree, Resolved query) {
    boolean always = query.correlated().isEmpty() && isAlwaysOneRow(query.node());
    Join.Kind kind = always ? Join.Kind.INNER : Join.Kind.LEFT;
    Join join = joins.join(input, query.node(), kind, query.correlated());
    if (!join.hasOnePartner()) {
      refuse(
          tree,
          "a subquery that may return several rows for one value",
          "aggregate it, as in `(SELECT max(x) FROM ...)`, or join it");
    }
    JsonNode value = column(query);
    List<String> whenEmpty = query.whenEmpty();
    if (whenEmpty == null) {
      return extend(join, field, value);
    }
    return extend(join, field, join.orWhenEmpty(value, whenEmpty.get(0), compilation));
  }

  /** True for an aggregate over everything, which has a row even over nothing. */
  private static boolean isAlwaysOneRow(Node node) {
    Node below = node;
    while (below instanceof Node.Extend) {
      below = below.inputs().get(0);
    }
    return below instanceof Node.Aggregate aggregate && aggregate.global() && !aggregate.onClose();
  }

  private boolean isJoinable(Node input, JsonNode tree, Resolved query) {
    Set<String> fields = new HashSet<>();
    input.fields().forEach(field -> fields.add(field.name()));
    query.node().fields().forEach(field -> fields.add(field.name()));
    for (JsonNode condition : query.correlated()) {
      if (!fields.containsAll(Expr.refs(condition))) {
        refuse(
            tree,
            "a subquery that is correlated with something else than columns of the query that it"
                + " stands in",
            "join step by step, and correlate with grouped columns only where there is a GROUP BY");
        return false;
      }
    }
    return true;
  }

  /**
   * The subquery's rows; of one that is not correlated all that matters is whether there is one.
   */
  private Node rows(Resolved query) {
    return query.correlated().isEmpty()
        ? distinct(query.node(), compilation.duck().parseExpression("0"))
        : query.node();
  }

  private Node distinct(Node input, JsonNode tree) {
    List<Field> made = new ArrayList<>();
    Node extended =
        compilation.extend(input, List.of("_distinct"), List.of(compilation.expr(tree)), made);
    return new Node.Aggregate(extended, made, List.of(), false);
  }

  /** Joins with the rows for which a comparison is neither true nor false. */
  private Join unknown(Node input, Join.Kind kind, JsonNode child, Resolved query) {
    if (!query.correlated().isEmpty()) {
      JsonNode either = or(List.of(isNull(child), isNull(column(query))));
      return joins.join(input, query.node(), kind, with(query, either));
    }
    Node nulls = distinct(query.node(), isNull(column(query)));
    JsonNode isNull = Compilation.reference(nulls.identity().get(0));
    return joins.join(input, nulls, kind, List.of(or(List.of(isNull(child), isNull))));
  }

  private static boolean mayBeNull(Node input, JsonNode child, Resolved query) {
    return !NotNull.is(input, child) || !NotNull.is(query.node(), column(query));
  }

  private static JsonNode column(Resolved query) {
    return Compilation.reference(query.columns().get(0).field().name());
  }

  private static JsonNode compare(JsonNode tree, JsonNode child, Resolved query) {
    return Compilation.compare(tree.path("comparison_type").asText(), child, column(query));
  }

  private static List<JsonNode> with(Resolved query, JsonNode condition) {
    return with(query, List.of(condition));
  }

  private static List<JsonNode> with(Resolved query, List<JsonNode> conditions) {
    List<JsonNode> all = new ArrayList<>(query.correlated());
    all.addAll(conditions);
    return all;
  }

  private JsonNode isNull(JsonNode tree) {
    ObjectNode is = (ObjectNode) compilation.duck().parseExpression("x IS NULL");
    ((ArrayNode) is.path("children")).set(0, tree);
    return is;
  }

  private JsonNode or(List<JsonNode> conditions) {
    ObjectNode or = (ObjectNode) compilation.duck().parseExpression("x OR y");
    ArrayNode children = or.putArray("children");
    conditions.forEach(children::add);
    return or;
  }
}
