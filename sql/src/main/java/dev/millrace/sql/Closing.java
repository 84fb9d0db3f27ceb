package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code emit='on_close'}: the outermost SELECT groups by a time that has a watermark, and a group
 * is published once, when the watermark has passed it. A group g of window starts is closed as soon
 * as g < f(W), f being the window function: every later row has f(t) >= f(W).
 */
final class Closing {
  /**
   * What is grouped by.
   *
   * @param written its expression in the text's tree
   * @param mark its watermark
   */
  record Group(JsonNode written, String mark) {}

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

  /** Checks that nothing above the closed groups takes a row back. */
  void checkAbove(JsonNode select, Node node) {
    if (node.appendOnly()) {
      return;
    }
    boolean joined = false;
    Node below = node;
    while (!below.inputs().isEmpty() && !isClosing(below)) {
      joined |= below instanceof Join join && !join.appendOnly();
      below = below.inputs().get(0);
    }
    compilation
        .findings()
        .add(
            QueryResolver.firstPlace(select),
            SqlCode.SQL_NO_WINDOW,
            joined
                ? "with emit='on_close' nothing can be taken back, and a subquery over closed"
                    + " groups changes when its rows do"
                : "with emit='on_close' nothing can be taken back, and these rows depend on windows"
                    + " that close later",
            joined
                ? "compare in another stream that reads this one; or use emit='on_change'"
                : "PARTITION BY the window of the event time; or use emit='on_change'");
  }

  private static boolean isClosing(Node node) {
    return node instanceof Node.Aggregate aggregate && aggregate.onClose();
  }

  /**
   * Takes the group by which groups close, and restricts the query's tree to closed ones. Of
   * several it is the one of the finest steps, which a watermark passes first: the minute rather
   * than the day.
   *
   * @param groups those that have a watermark
   * @return the group's field; null if there is none, which is told
   */
  @Nullable String apply(JsonNode select, Map<String, Group> groups) {
    if (groups.isEmpty()) {
      refuse(QueryResolver.firstPlace(select));
      return null;
    }
    String finest = finest(groups);
    Group group = Objects.requireNonNull(groups.get(finest));
    JsonNode mark = compilation.duck().parseExpression(group.mark);
    JsonNode closed = Compilation.compare("COMPARE_LESSTHAN", plain(group.written), mark);
    // Over rows rather than in HAVING, where GROUP BY ALL would group by its columns too.
    JsonNode where = select.path("where_clause");
    JsonNode both = where.isObject() ? Compilation.and(List.of(where, closed)) : closed;
    ((ObjectNode) select).set("where_clause", both);
    return finest;
  }

  /** The group whose watermark takes the most steps in a while; the first one of equals. */
  private String finest(Map<String, Group> groups) {
    List<String> names = List.copyOf(groups.keySet());
    if (names.size() == 1) {
      return names.get(0);
    }
    List<String> steps = new ArrayList<>();
    for (Group group : groups.values()) {
      String mark = Watermarks.VARIABLE.matcher(group.mark).replaceAll("w");
      steps.add("count(DISTINCT " + mark + ")");
    }
    String times =
        "(SELECT TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_microseconds(i * unit) AS w FROM"
            + " range(0, 100) r(i), (VALUES (10000), (1000000), (60000000), (3600000000),"
            + " (86400000000)) u(unit))";
    try {
      long[] counts =
          compilation.duck().numbers("SELECT " + String.join(", ", steps) + " FROM " + times);
      int finest = 0;
      for (int i = 1; i < counts.length; i++) {
        finest = counts[i] > counts[finest] ? i : finest;
      }
      return names.get(finest);
    } catch (SQLException e) {
      throw new IllegalStateException("watermarks that DuckDB cannot compute: " + groups, e);
    }
  }

  private static JsonNode plain(JsonNode expression) {
    ObjectNode copy = expression.deepCopy();
    copy.put("alias", "");
    return copy;
  }
}
