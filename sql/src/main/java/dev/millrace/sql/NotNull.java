package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** Tells which columns are never null, as far as the plan says so. */
final class NotNull {
  private static final Set<String> COMPARISONS =
      Set.of(
          "COMPARE_EQUAL",
          "COMPARE_NOTEQUAL",
          "COMPARE_LESSTHAN",
          "COMPARE_GREATERTHAN",
          "COMPARE_LESSTHANOREQUALTO",
          "COMPARE_GREATERTHANOREQUALTO");
  private static final Set<String> COUNTS = Set.of("count", "count_star");

  private NotNull() {}

  /** True if an expression over the node's fields is a column or a constant and never null. */
  static boolean is(Node node, JsonNode tree) {
    String kind = tree.path("class").asText();
    if (kind.equals("CONSTANT")) {
      return !tree.path("literal").path("kind").asText().startsWith("NULL");
    }
    return kind.equals("COLUMN_REF") && isField(node, tree.path("column_names").path(0).asText());
  }

  private static boolean isField(Node node, String field) {
    if (node instanceof Node.Filter filter) {
      return JoinBuilder.conjuncts(filter.condition().tree()).stream()
              .anyMatch(condition -> isNeeded(condition, field))
          || isField(filter.input(), field);
    } else if (node instanceof Node.Extend extend) {
      return extend.items().stream()
          .filter(item -> item.field().name().equals(field))
          .findFirst()
          .map(item -> is(extend.input(), item.expr().tree()))
          .orElseGet(() -> isField(extend.input(), field));
    } else if (node instanceof Node.Aggregate aggregate) {
      return aggregate.calls().stream()
              .anyMatch(c -> c.result().name().equals(field) && COUNTS.contains(c.function()))
          || (aggregate.input().field(field).isPresent() && isField(aggregate.input(), field));
    } else if (node instanceof Join join && join.kind() != Join.Kind.FULL) {
      boolean left = join.left().field(field).isPresent();
      return isKey(join, field)
          || (left && isField(join.left(), field))
          || (!left && join.kind() == Join.Kind.INNER && isField(join.right(), field));
    }
    return false;
  }

  private static boolean isKey(Join join, String field) {
    boolean both = join.kind() == Join.Kind.INNER;
    return (both || join.kind() == Join.Kind.SEMI)
        && join.keys().stream()
            .filter(key -> key.match() == Join.Match.EQUAL)
            .anyMatch(k -> k.left().equals(field) || (both && k.right().equals(field)));
  }

  /** True if a condition is not true where the field is null. */
  private static boolean isNeeded(JsonNode condition, String field) {
    String type = condition.path("type").asText();
    if (type.equals("OPERATOR_IS_NOT_NULL")) {
      return isField(condition.path("children").path(0), field);
    }
    return COMPARISONS.contains(type)
        && (isField(condition.path("left"), field) || isField(condition.path("right"), field));
  }

  private static boolean isField(JsonNode tree, String field) {
    return tree.path("class").asText().equals("COLUMN_REF")
        && tree.path("column_names").path(0).asText().equals(field);
  }
}
