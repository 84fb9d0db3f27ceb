package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
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

  /** A source's watermark as a program reads it. */
  static final Pattern VARIABLE = Pattern.compile("getvariable\\('wm_([^']*)'\\)");

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
    Matcher variables = VARIABLE.matcher(mark);
    while (variables.find()) {
      sources.add(variables.group(1));
    }
    long seconds = 0;
    Matcher distances = Pattern.compile("INTERVAL '-([0-9]+) seconds'").matcher(mark);
    while (distances.find()) {
      seconds = Math.max(seconds, Long.parseLong(distances.group(1)));
    }
    return (seconds == 0 ? "" : "up to " + duration(seconds) + " ")
        + "behind the watermark of "
        + String.join(" and ", sources);
  }

  private static String duration(long seconds) {
    for (ChronoUnit unit : List.of(ChronoUnit.DAYS, ChronoUnit.HOURS, ChronoUnit.MINUTES)) {
      long size = unit.getDuration().toSeconds();
      if (seconds % size == 0) {
        return words(seconds / size, unit);
      }
    }
    return words(seconds, ChronoUnit.SECONDS);
  }

  private static String words(long count, ChronoUnit unit) {
    String name = unit.toString().toLowerCase(Locale.ROOT);
    return count + " " + (count == 1 ? name.substring(0, name.length() - 1) : name);
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
   * The watermark of an expression f of a time with watermark W: f(t) >= f(W) for every t >= W if f
   * never falls. A calendar's steps may: an hour after January 30th, 23:30, comes January 31st, and
   * one month later 00:30 comes before 23:30 of the same February 28th. Their days never fall, so
   * the watermark is the start of f(W)'s day.
   */
  static Optional<String> of(Expr expr, Map<String, String> known, Compilation compilation) {
    if (expr.refs().size() != 1) {
      return Optional.empty();
    }
    String mark = known.get(expr.refs().iterator().next());
    if (mark == null || !isMonotone(expr.tree(), compilation)) {
      return Optional.empty();
    }
    String holed = compilation.duck().printExpression(dig(expr.tree(), compilation));
    return Optional.of(holed.replace(HOLE, "(" + mark + ")"));
  }

  /** True if what {@link #dig} makes of it never falls. */
  private static boolean isMonotone(JsonNode tree, Compilation compilation) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      return true;
    }
    if (!tree.path("class").asText().equals("FUNCTION")) {
      return false;
    }
    JsonNode arguments = tree.path("arguments");
    JsonNode first = arguments.path(0).path("expression");
    JsonNode second = arguments.path(1).path("expression");
    if (BUCKETS.contains(tree.path("function_name").asText())) {
      boolean constants = !hasColumn(first) && !hasColumn(arguments.path(2));
      boolean steady = arguments.size() == 2 || !isCalendarStep(arguments.path(2), compilation);
      return arguments.size() >= 2 && constants && steady && isMonotone(second, compilation);
    }
    return isMove(tree) && isMonotone(hasColumn(first) ? first : second, compilation);
  }

  /** {@code time + constant}, {@code constant + time} or {@code time - constant}. */
  private static boolean isMove(JsonNode tree) {
    String function = tree.path("function_name").asText();
    JsonNode arguments = tree.path("arguments");
    boolean plus = function.equals("+");
    return arguments.size() == 2
        && (plus || function.equals("-"))
        && hasColumn(arguments.path(0)) != hasColumn(arguments.path(1))
        && (plus || hasColumn(arguments.path(0)));
  }

  /** True if how far an interval moves a time depends on where in the calendar the time is. */
  private static boolean isCalendarStep(JsonNode argument, Compilation compilation) {
    return compilation
        .intervals()
        .cast(argument.path("expression"))
        .filter(i -> i.months() != 0 || (i.days() != 0 && !compilation.duck().isUtc()))
        .isPresent();
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

  /** The tree with a hole for its time. */
  private static JsonNode dig(JsonNode tree, Compilation compilation) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      return Compilation.reference(HOLE);
    }
    ObjectNode copy = tree.deepCopy();
    boolean step = false;
    for (JsonNode argument : copy.path("arguments")) {
      JsonNode expression = argument.path("expression");
      if (hasColumn(expression)) {
        ((ObjectNode) argument).set("expression", dig(expression, compilation));
      } else {
        step |= isMove(tree) && isCalendarStep(argument, compilation);
      }
    }
    if (!step) {
      return copy;
    }
    JsonNode day = compilation.duck().parseExpression("date_trunc('day', " + HOLE + ")");
    ((ObjectNode) day.path("arguments").path(1)).set("expression", copy);
    return day;
  }
}
