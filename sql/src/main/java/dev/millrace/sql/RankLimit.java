package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Node.Item;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * That of a window operator's rows only those matter whose rank is small enough: {@code WHERE rn <=
 * 3} over {@code row_number() OVER (...) AS rn}.
 *
 * @param call the ranking function
 * @param most the greatest rank that matters
 */
record RankLimit(Item call, long most) {
  private static final Set<String> RANKS = Set.of("row_number", "rank", "dense_rank", "rank_dense");

  /**
   * A limit up to which looking for the edge pays: DuckDB's {@code max(x, n)} has room for n values
   * in every partition, however few rows it has, and does not spill.
   */
  private static final int MOST_WITH_EDGE = 10;

  /** The same where a value may be long. */
  private static final int MOST_TEXTS_WITH_EDGE = 1;

  /**
   * The last value of the first ORDER BY column that rows within the limit can have: with as many
   * better ones before it, a worse one is beyond the limit.
   *
   * @param value an aggregate: null if a partition has too few rows with a value to tell
   */
  record Edge(Field column, String value, boolean descending, boolean nullsFirst) {
    /** SQL that is false for a row that is beyond the limit for certain. */
    String admits(String row, String edge) {
      String own = row + "." + column.sql();
      String within = own + (descending ? " >= " : " <= ") + edge;
      String nulls = nullsFirst ? " OR " + own + " IS NULL" : "";
      return edge + " IS NULL OR " + within + nulls;
    }
  }

  /** The limit that a condition sets to a window operator. */
  static Optional<RankLimit> of(JsonNode condition, Node.Window window) {
    RankLimit least = null;
    for (JsonNode conjunct : JoinBuilder.conjuncts(condition)) {
      for (Item call : window.calls()) {
        Optional<Long> most = isRank(call) ? most(conjunct, call.field().name()) : Optional.empty();
        if (most.isPresent() && (least == null || most.get() < least.most)) {
          least = new RankLimit(call, most.get());
        }
      }
    }
    return Optional.ofNullable(least);
  }

  private static boolean isRank(Item call) {
    JsonNode tree = call.expr().tree();
    return RANKS.contains(tree.path("function_name").asText())
        && tree.path("arg_orders").isEmpty()
        && tree.path("filter_expr").isNull()
        && tree.path("exclude_clause").asText().equals("NO_OTHER");
  }

  private static Optional<Long> most(JsonNode conjunct, String field) {
    JsonNode left = conjunct.path("left");
    JsonNode right = conjunct.path("right");
    String type = conjunct.path("type").asText();
    if (isField(right, field)) {
      return switch (type) {
        case "COMPARE_GREATERTHAN" -> integer(left).map(n -> n - 1);
        case "COMPARE_GREATERTHANOREQUALTO", "COMPARE_EQUAL" -> integer(left);
        default -> Optional.empty();
      };
    }
    if (!isField(left, field)) {
      return Optional.empty();
    }
    return switch (type) {
      case "COMPARE_LESSTHAN" -> integer(right).map(n -> n - 1);
      case "COMPARE_LESSTHANOREQUALTO", "COMPARE_EQUAL" -> integer(right);
      default -> Optional.empty();
    };
  }

  private static boolean isField(JsonNode tree, String field) {
    return tree.path("class").asText().equals("COLUMN_REF")
        && tree.path("column_names").size() == 1
        && tree.path("column_names").path(0).asText().equals(field);
  }

  private static Optional<Long> integer(JsonNode tree) {
    JsonNode literal = tree.path("literal");
    if (!literal.path("kind").asText().equals("INTEGER")) {
      return Optional.empty();
    }
    String digits = literal.path("text").asText();
    return digits.length() > 18 ? Optional.empty() : Optional.of(Long.parseLong(digits));
  }

  /** The ranking function's field, quoted. */
  String field() {
    return Identifier.quote(call.field().name());
  }

  /** The rows of a partition that are within the limit, for people. */
  String rows() {
    return switch (call.expr().tree().path("function_name").asText()) {
      case "row_number" -> "the first " + most + " rows";
      case "rank" -> "the first " + most + " rows and those equal to the last of them";
      default -> "all rows with the first " + most + " values of its order";
    };
  }

  /** The field, or null where it does not matter, as REPLACE wants it. */
  String clip() {
    return "CASE WHEN " + field() + " <= " + most + " THEN " + field() + " END AS " + field();
  }

  /** The edge of a partition, if its order has one that is cheap to find. */
  Optional<Edge> edge(List<Field> fields) {
    JsonNode tree = call.expr().tree();
    JsonNode order = tree.path("orders").path(0);
    boolean dense = tree.path("function_name").asText().contains("dense");
    if (dense || most < 1) {
      return Optional.empty();
    }
    boolean descending = order.path("type").asText().equals("DESCENDING");
    boolean nullsFirst = order.path("null_order").asText().contains("FIRST");
    String pick = descending ? "max(" : "min(";
    return fields.stream()
        .filter(field -> isField(order.path("expression"), field.name()))
        .filter(field -> AggregateRule.isComparable(field.type()))
        .filter(field -> most <= (isLong(field) ? MOST_TEXTS_WITH_EDGE : MOST_WITH_EDGE))
        .findFirst()
        .map(
            field -> {
              String last = most == 1 ? ")" : ", " + most + ")[" + most + "]";
              return new Edge(field, pick + field.sql() + last, descending, nullsFirst);
            });
  }

  private static boolean isLong(Field field) {
    return field.type().equals("VARCHAR") || field.type().equals("BLOB");
  }

  /** True if rows behind the limit have no influence on the results of those before it. */
  boolean decides(List<Item> calls) {
    JsonNode own = call.expr().tree();
    return calls.stream()
        .map(item -> item.expr().tree())
        .allMatch(
            tree ->
                RANKS.contains(tree.path("function_name").asText())
                    && tree.path("arg_orders").isEmpty()
                    && startsAlike(own.path("orders"), tree.path("orders")));
  }

  /** True if one order refines the other: they differ in how they break ties alone. */
  private static boolean startsAlike(JsonNode a, JsonNode b) {
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      if (!Grouping.key(a.path(i)).equals(Grouping.key(b.path(i)))) {
        return false;
      }
    }
    return true;
  }
}
