package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What to do about what DuckDB says when it binds a query. */
final class BindingHints {
  /** Hints by what the message contains. */
  private static final Map<String, String> HINTS =
      Map.of(
          "WHERE clause cannot contain aggregates",
          "filter groups with HAVING after GROUP BY, or in a query around: SELECT * FROM (SELECT k,"
              + " sum(v) AS s FROM t GROUP BY k) WHERE s > 1",
          "WHERE clause cannot contain window functions",
          "filter with QUALIFY, as in QUALIFY row_number() OVER (PARTITION BY k ORDER BY ts) = 1",
          "HAVING clause cannot contain window functions",
          "filter with QUALIFY in place of HAVING",
          "GROUP BY clause cannot contain",
          "compute it in a subquery or in WITH, and group by its column",
          "aggregate function calls cannot",
          "compute the inner one in a subquery or in WITH, and aggregate what that returns",
          "window function calls cannot be nested",
          "compute the inner one in a subquery or in WITH",
          "at least one window function must appear",
          "write WHERE, or HAVING for groups, in place of QUALIFY");

  private static final int SHOWN = 4;

  private BindingHints() {}

  /**
   * A hint; null if there is none.
   *
   * @param details DuckDB's account of the error
   */
  static @Nullable String of(JsonNode details) {
    String message = details.path("exception_message").asText();
    if (details.path("error_subtype").asText().equals("NO_MATCHING_FUNCTION")) {
      String candidates =
          Arrays.stream(details.path("candidates").asText().split("(?<=\\)),|(?<= -> \\w{1,30}),"))
              .map(candidate -> candidate.replaceFirst(" ->.*", "").replace(", /)", ")"))
              .filter(candidate -> !candidate.isBlank())
              .limit(SHOWN)
              .collect(Collectors.joining(", "));
      return candidates.isEmpty()
          ? "cast an argument, as in x::DOUBLE"
          : "cast an argument, as in x::DOUBLE; there is " + candidates;
    }
    return HINTS.entrySet().stream()
        .filter(hint -> message.contains(hint.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }
}
