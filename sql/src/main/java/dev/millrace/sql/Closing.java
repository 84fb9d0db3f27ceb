package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * {@code emit='on_close'}: the outermost SELECT groups by a time that has a watermark, and a group
 * is published once, when the watermark has passed it. A group g of window starts is closed as soon
 * as g < f(W), f being the window function: every later row has f(t) >= f(W).
 */
final class Closing {
  private final Compilation compilation;
  private final JsonNode root;
  private final boolean wanted;

  /**
   * The rule for one text.
   *
   * @param root the outermost query
   */
  Closing(Compilation compilation, JsonNode root, boolean wanted) {
    this.compilation = compilation;
    this.root = root;
    this.wanted = wanted;
  }

  /** True if this query's groups are to be published when they close. */
  @SuppressWarnings("ReferenceEquality")
  boolean isWanted(JsonNode query) {
    // Equal queries may stand in two places: the outermost one is meant.
    return wanted && query == root;
  }

  void refuse(JsonNode place) {
    compilation
        .findings()
        .add(
            place,
            SqlCode.SQL_NO_WINDOW,
            "emit='on_close' needs a window that a watermark closes, and this query has none",
            "GROUP BY a window of the event time, such as time_bucket(INTERVAL 1 MINUTE, ts), in"
                + " the outermost SELECT; or use emit='on_change'");
  }

  /** Checks that window functions and LIMIT over closed groups need no group that closes later. */
  void checkWindows(JsonNode select, Node node) {
    for (Node below = node; !below.inputs().isEmpty(); below = below.inputs().get(0)) {
      if (below instanceof Node.Window && !below.appendOnly()) {
        compilation
            .findings()
            .add(
                QueryResolver.firstPlace(select),
                SqlCode.SQL_NO_WINDOW,
                "with emit='on_close' nothing can be taken back, and these rows depend on windows"
                    + " that close later",
                "PARTITION BY the window of the event time; or use emit='on_change'");
        return;
      }
      if (below instanceof Node.Aggregate aggregate && aggregate.onClose()) {
        return;
      }
    }
  }

  /**
   * Checks that a watermark closes the groups, and restricts the query's tree to closed ones.
   *
   * @param groups the fields grouped by, with their expressions in the tree
   */
  void apply(JsonNode select, Node input, Map<String, JsonNode> groups) {
    for (Map.Entry<String, JsonNode> group : groups.entrySet()) {
      String mark = input.watermarks().get(group.getKey());
      if (mark != null) {
        JsonNode closed =
            Compilation.compare(
                "COMPARE_LESSTHAN",
                plain(group.getValue()),
                compilation.duck().parseExpression(mark));
        // Over rows rather than in HAVING, where GROUP BY ALL would group by its columns too.
        JsonNode where = select.path("where_clause");
        JsonNode both = where.isObject() ? Compilation.and(List.of(where, closed)) : closed;
        ((ObjectNode) select).set("where_clause", both);
        return;
      }
    }
    refuse(QueryResolver.firstPlace(select));
  }

  private static JsonNode plain(JsonNode expression) {
    ObjectNode copy = expression.deepCopy();
    copy.put("alias", "");
    return copy;
  }
}
