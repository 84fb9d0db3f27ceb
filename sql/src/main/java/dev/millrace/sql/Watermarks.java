package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Arithmetic on watermarks, which are SQL expressions that may be NULL: nothing is known yet. */
final class Watermarks {
  private static final String HOLE = "__watermark__";
  private static final Set<String> BUCKETS = Set.of("time_bucket", "date_trunc", "datetrunc");

  private Watermarks() {}

  /** The smaller one; NULL if either is (DuckDB's own {@code least} skips nulls). */
  static String least(String a, String b) {
    if (a.equals(b)) {
      return a;
    }
    return "CASE WHEN "
        + a
        + " < "
        + b
        + " THEN "
        + a
        + " WHEN "
        + b
        + " <= "
        + a
        + " THEN "
        + b
        + " END";
  }

  /** For people: behind which sources' watermarks a time is that lies before this one. */
  static String describe(String mark) {
    Set<String> sources = new TreeSet<>();
    Matcher variables = Pattern.compile("getvariable\\('wm_([^']*)'\\)").matcher(mark);
    while (variables.find()) {
      sources.add(variables.group(1));
    }
    long seconds = 0;
    Matcher distances = Pattern.compile("INTERVAL '-([0-9]+) seconds'").matcher(mark);
    while (distances.find()) {
      seconds = Math.max(seconds, Long.parseLong(distances.group(1)));
    }
    return (seconds == 0 ? "" : "up to " + seconds + " seconds ")
        + "behind the watermark of "
        + String.join(" and ", sources);
  }

  /** A watermark moved by a distance. */
  static String plus(String mark, long microseconds) {
    if (microseconds == 0) {
      return mark;
    }
    String distance =
        microseconds % 1_000_000 == 0
            ? microseconds / 1_000_000 + " seconds"
            : microseconds + " microseconds";
    return "(" + mark + ") + INTERVAL '" + distance + "'";
  }

  /**
   * The watermark of an expression that never falls when the time that it reads grows: such a
   * function f has f(t) >= f(W) for every t >= W.
   */
  static Optional<String> of(Expr expr, Map<String, String> known, DuckDb duck) {
    if (expr.refs().size() != 1) {
      return Optional.empty();
    }
    String mark = known.get(expr.refs().iterator().next());
    if (mark == null || !isMonotone(expr.tree())) {
      return Optional.empty();
    }
    JsonNode holed = expr.tree().deepCopy();
    dig(holed);
    return Optional.of(duck.printExpression(holed).replace(HOLE, "(" + mark + ")"));
  }

  private static boolean isMonotone(JsonNode tree) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      return true;
    }
    if (!tree.path("class").asText().equals("FUNCTION")) {
      return false;
    }
    String function = tree.path("function_name").asText();
    JsonNode arguments = tree.path("arguments");
    JsonNode first = arguments.path(0).path("expression");
    JsonNode second = arguments.path(1).path("expression");
    if (BUCKETS.contains(function)) {
      boolean constantRest =
          !hasColumn(first) && (arguments.size() == 2 || !hasColumn(arguments.path(2)));
      return arguments.size() >= 2 && constantRest && isMonotone(second);
    }
    if (arguments.size() == 2 && (function.equals("+") || function.equals("-"))) {
      boolean firstTime = isMonotone(first) && !hasColumn(second);
      boolean secondTime = function.equals("+") && isMonotone(second) && !hasColumn(first);
      return firstTime || secondTime;
    }
    return false;
  }

  static boolean hasColumn(JsonNode tree) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      return true;
    }
    for (JsonNode child : tree) {
      if (hasColumn(child)) {
        return true;
      }
    }
    return false;
  }

  private static void dig(JsonNode tree) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      ((ObjectNode) tree).putArray("column_names").add(HOLE);
    } else {
      tree.forEach(Watermarks::dig);
    }
  }
}
