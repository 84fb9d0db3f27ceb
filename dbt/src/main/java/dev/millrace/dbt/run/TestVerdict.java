package dev.millrace.dbt.run;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.manifest.Node;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a test's one row means under its severity and thresholds.
 *
 * @param failures 0 for a test that passes
 */
record TestVerdict(NodeStatus status, long failures, @Nullable String message) {
  static TestVerdict of(Node test, QueryResult result) {
    if (result.rows().size() != 1 || result.columns().size() != 3) {
      throw new IllegalArgumentException(
          "the test returned "
              + result.rows().size()
              + " rows of "
              + result.columns().size()
              + " columns, not one row with failures, should_warn and should_error");
    }
    long failures = number(test, value(result, "failures"));
    boolean error = truth(value(result, "should_error"));
    boolean warn = truth(value(result, "should_warn"));
    String severity = test.config().text("severity").orElse("ERROR").toUpperCase(Locale.ROOT);
    String found = "Got " + failures + (failures == 1 ? " result" : " results");
    if (severity.equals("ERROR") && error) {
      return new TestVerdict(
          NodeStatus.FAIL,
          failures,
          found + ", configured to fail if " + test.config().text("error_if").orElse("!= 0"));
    }
    if (warn) {
      return new TestVerdict(
          NodeStatus.WARN,
          failures,
          found + ", configured to warn if " + test.config().text("warn_if").orElse("!= 0"));
    }
    return new TestVerdict(NodeStatus.PASS, 0, null);
  }

  private static @Nullable Object value(QueryResult result, String column) {
    List<@Nullable Object> row = result.rows().get(0);
    for (int i = 0; i < row.size(); i++) {
      if (result.columns().get(i).name().equalsIgnoreCase(column)) {
        return row.get(i);
      }
    }
    throw new IllegalArgumentException("the test returned no column " + column);
  }

  private static long number(Node test, @Nullable Object value) {
    if (value instanceof Number number) {
      return number.longValue();
    }
    if (value == null) {
      throw new StopException(
          Problem.error(
              DbtError.BAD_CONFIG,
              test.file().at(0, 0),
              "the `fail_calc` of test `" + test.name() + "` is null where it finds nothing",
              "write `coalesce(..., 0)` around it"),
          null);
    }
    return Boolean.TRUE.equals(value) ? 1 : 0;
  }

  private static boolean truth(@Nullable Object value) {
    if (value instanceof Boolean truth) {
      return truth;
    }
    if (value instanceof Number number) {
      return number.doubleValue() != 0;
    }
    String text = String.valueOf(value).toLowerCase(Locale.ROOT);
    return text.equals("true") || text.equals("t") || text.equals("yes") || text.equals("1");
  }
}
