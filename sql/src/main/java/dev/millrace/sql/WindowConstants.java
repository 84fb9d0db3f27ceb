package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.util.List;

/** Finds constants that windows cannot have: lengths that are not positive, negative frames. */
final class WindowConstants {
  private final Compilation compilation;

  WindowConstants(Compilation compilation) {
    this.compilation = compilation;
  }

  /** Tells of constants in a call with OVER. */
  void check(JsonNode call) {
    JsonNode buckets = call.path("arguments").path(0).path("expression");
    if (call.path("function_name").asText().equals("ntile") && is("(%s) < 1", buckets)) {
      refuse(buckets, "`ntile` makes a number of groups that is not positive", "write ntile(4)");
    }
    for (String end : List.of("start_expr", "end_expr")) {
      JsonNode distance = call.path(end);
      if (is("coalesce((%s) < 0, true)", distance) || is("(%s) < INTERVAL 0 SECOND", distance)) {
        refuse(
            distance,
            "the distance of a frame is negative or NULL",
            "write `1 FOLLOWING` in place of `-1 PRECEDING`");
      }
    }
  }

  /** Tells of windows in FROM whose lengths are not positive; a session's gap may be 0. */
  void check(List<Windows.Length> lengths) {
    for (Windows.Length length : lengths) {
      JsonNode tree = compilation.duck().parseExpression(length.interval());
      boolean gap = length.window().equals("session");
      String test = gap ? "(%s) < INTERVAL 0 SECOND" : "(%s) <= INTERVAL 0 SECOND";
      if (is(test, tree)) {
        compilation
            .findings()
            .add(
                new SqlProblem(
                    length.offset(),
                    length.interval().length(),
                    "`"
                        + length.window()
                        + "` takes lengths "
                        + (gap ? "that are not negative" : "greater than zero"),
                    "write a length such as INTERVAL 1 MINUTE",
                    SqlCode.SQL_INVALID));
      }
    }
  }

  private void refuse(JsonNode place, String message, String hint) {
    compilation.findings().add(place, SqlCode.SQL_INVALID, message, hint);
  }

  /** True if a condition holds for a constant; false if it is none, or does not fit. */
  private boolean is(String condition, JsonNode tree) {
    if (!Constants.isConstant(tree, compilation.duck())) {
      return false;
    }
    String sql = compilation.duck().printExpression(tree);
    try {
      String query = "SELECT CAST(" + condition.replace("%s", sql) + " AS INTEGER)";
      return compilation.duck().numbers(query)[0] == 1;
    } catch (SQLException e) {
      return false;
    }
  }
}
