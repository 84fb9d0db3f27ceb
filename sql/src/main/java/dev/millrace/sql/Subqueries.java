package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The subqueries in expressions of one SELECT. Each is resolved where it stands and becomes a
 * field, which a join adds to the plan before it is read: a scalar one the columns of a left join,
 * IN, ANY and EXISTS a flag that tells whether there is a partner. Where IN or EXISTS is a whole
 * condition of WHERE, a semi or anti join takes its place.
 */
final class Subqueries {
  /**
   * A subquery that is not part of the plan yet.
   *
   * @param child what ANY compares; null for others
   */
  private record Pending(JsonNode tree, @Nullable JsonNode child, Resolved query, Field field) {
    String type() {
      return tree.path("subquery_type").asText();
    }
  }

  private final Compilation compilation;
  private final QueryResolver queries;
  private final Map<String, QueryResolver.Cte> ctes;
  private final SubqueryJoins joins;
  private final Map<String, Pending> pending = new LinkedHashMap<>();
  private final Set<String> names = new HashSet<>();

  /**
   * Of a SELECT.
   *
   * @param queries resolves queries that can name the SELECT's relations
   */
  Subqueries(Compilation compilation, QueryResolver queries, Map<String, QueryResolver.Cte> ctes) {
    this.compilation = compilation;
    this.queries = queries;
    this.ctes = ctes;
    this.joins = new SubqueryJoins(compilation);
  }

  /**
   * Resolves a subquery.
   *
   * @param child the resolved expression that it is compared with, or null
   * @return what stands for it
   */
  JsonNode add(JsonNode tree, @Nullable JsonNode child) {
    Resolved query = queries.resolve(tree.path("subquery").path("node"), ctes);
    if (query == null) {
      return tree;
    }
    boolean scalar = tree.path("subquery_type").asText().equals("SCALAR");
    boolean exists = tree.path("subquery_type").asText().equals("EXISTS");
    int width = child != null && RowEqualities.isRow(child) ? child.path("arguments").size() : 0;
    boolean equality = tree.path("comparison_type").asText().equals("COMPARE_EQUAL");
    int columns = query.columns().size();
    boolean matches = width == 0 ? columns == 1 : columns == width && equality;
    if (!exists && !matches) {
      joins.refuse(tree, "a subquery of several columns in an expression", "use EXISTS, or a join");
      return tree;
    }
    Set<String> origins = new HashSet<>();
    query.columns().forEach(column -> origins.addAll(column.field().origins()));
    String type = scalar ? query.columns().get(0).field().type() : "BOOLEAN";
    Field field =
        compilation.declare(new Field(compilation.names().fresh("_subquery"), type, origins));
    pending.put(field.name(), new Pending(tree, child, query, field));
    names.add(field.name());
    ObjectNode reference = Compilation.reference(field.name());
    reference.set("query_location", tree.path("query_location"));
    reference.set("query_location_length", tree.path("query_location_length"));
    return reference;
  }

  /** True if a field stands for a subquery. */
  boolean isOne(String field) {
    return names.contains(field);
  }

  /** Takes the conditions that read subqueries out of all conditions. */
  List<JsonNode> take(List<JsonNode> conditions) {
    List<JsonNode> taken =
        conditions.stream().filter(c -> Expr.refs(c).stream().anyMatch(this::isOne)).toList();
    conditions.removeAll(taken);
    return taken;
  }

  /** The rows for which every condition is true. */
  Node where(Node input, List<JsonNode> conditions) {
    Node node = input;
    List<JsonNode> rest = new ArrayList<>();
    for (JsonNode condition : conditions) {
      boolean not = condition.path("type").asText().equals("OPERATOR_NOT");
      JsonNode plain = not ? condition.path("children").path(0) : condition;
      Pending subquery = pending.get(plain.path("column_names").path(0).asText());
      if (subquery == null
          || subquery.type().equals("SCALAR")
          || subquery.query.whenEmpty() != null) {
        rest.add(condition);
        continue;
      }
      pending.remove(subquery.field.name());
      if (subquery.child != null) {
        node = attach(node, List.of(subquery.child));
      }
      node = joins.keep(node, not, subquery.tree, subquery.child, subquery.query);
    }
    if (rest.isEmpty()) {
      return node;
    }
    return new Node.Filter(attach(node, rest), compilation.expr(Compilation.and(rest)));
  }

  /** The input with a field for each subquery that the trees read and that it does not have yet. */
  Node attach(Node input, Collection<JsonNode> trees) {
    Node node = input;
    for (JsonNode tree : trees) {
      for (String name : Expr.refs(tree)) {
        Pending subquery = pending.remove(name);
        if (subquery != null) {
          if (subquery.child != null) {
            node = attach(node, List.of(subquery.child));
          }
          node = joins.add(node, subquery.field, subquery.tree, subquery.child, subquery.query);
        }
      }
    }
    return node;
  }
}
