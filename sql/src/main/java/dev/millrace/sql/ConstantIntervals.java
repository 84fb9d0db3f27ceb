package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Constant intervals, in any spelling, as numbers and as literals. DuckDB reads {@code INTERVAL 1
 * MINUTE} as {@code to_minutes(CAST(trunc(CAST(1 AS DOUBLE)) AS BIGINT))}, whose calls it binds
 * anew in every statement of every batch: a literal costs 80 microseconds less.
 */
final class ConstantIntervals {
  /** DuckDB's three parts of an interval, which it never converts into each other. */
  record Interval(long months, long days, long micros) {
    private static final Map<String, Long> UNITS =
        Map.of("hours", 3_600_000_000L, "minutes", 60_000_000L, "seconds", 1_000_000L);

    /** What stands between the quotes of a literal. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder();
      if (months != 0) {
        text.append(months).append(" months ");
      }
      if (days != 0) {
        text.append(days).append(" days ");
      }
      if (micros != 0 || text.isEmpty()) {
        String unit = "microseconds";
        for (String larger : List.of("seconds", "minutes", "hours")) {
          unit = micros % size(larger) == 0 ? larger : unit;
        }
        text.append(micros / size(unit)).append(' ').append(unit);
      }
      return text.toString().strip();
    }

    private static long size(String unit) {
      return UNITS.getOrDefault(unit, 1L);
    }
  }

  private final DuckDb duck;
  private final Map<String, Optional<Interval>> known = new HashMap<>();

  ConstantIntervals(DuckDb duck) {
    this.duck = duck;
  }

  /** The value of an expression of type INTERVAL without columns; empty for NULL too. */
  Optional<Interval> of(JsonNode constant) {
    String literal = constant.path("literal").path("kind").asText();
    if (!literal.isEmpty() || Watermarks.hasColumn(constant)) {
      return Optional.empty();
    }
    String sql = duck.printExpression(constant);
    return known.computeIfAbsent(sql, key -> isInterval(sql) ? read(sql) : Optional.empty());
  }

  /** The value of a constant that DuckDB would cast to an interval, such as a text. */
  Optional<Interval> cast(JsonNode constant) {
    String sql = "CAST(" + duck.printExpression(constant) + " AS INTERVAL)";
    return known.computeIfAbsent(sql, key -> read(sql));
  }

  /** The tree with literals in place of constant intervals that are computed. */
  JsonNode fold(JsonNode tree) {
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(fold(child)));
      return array;
    }
    if (!tree.isObject()) {
      return tree;
    }
    Optional<JsonNode> literal = literal(tree);
    if (literal.isPresent()) {
      return literal.get();
    }
    ObjectNode copy = DuckDb.object();
    tree.fields().forEachRemaining(e -> copy.set(e.getKey(), fold(e.getValue())));
    return copy;
  }

  private Optional<JsonNode> literal(JsonNode tree) {
    if (!tree.path("function_name").asText().startsWith("to_")) {
      return Optional.empty();
    }
    return of(tree)
        .filter(value -> read("CAST('" + value + "' AS INTERVAL)").equals(Optional.of(value)))
        .map(value -> duck.parseExpression("CAST('" + value + "' AS INTERVAL)"));
  }

  private boolean isInterval(String sql) {
    try {
      return duck.types(List.of(), List.of(sql)).get(0).equals("INTERVAL");
    } catch (SQLException e) {
      // Not a constant, or not valid; who compiles the query will tell.
      return false;
    }
  }

  private Optional<Interval> read(String sql) {
    try {
      long[] parts =
          duck.numbers(
              "SELECT CAST(i IS NULL AS INTEGER),"
                  + " date_part('year', i) * 12 + date_part('month', i), date_part('day', i),"
                  + " date_part('hour', i) * 3600000000 + date_part('minute', i) * 60000000"
                  + " + date_part('microsecond', i) FROM (SELECT "
                  + sql
                  + " AS i)");
      return parts[0] != 0
          ? Optional.empty()
          : Optional.of(new Interval(parts[1], parts[2], parts[3]));
    } catch (SQLException e) {
      return Optional.empty();
    }
  }
}
