package dev.millrace.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.engine.unittest.TableDiff;
import dev.millrace.engine.unittest.TableDiff.Line;
import dev.millrace.engine.unittest.UnitTestResult;
import dev.millrace.engine.unittest.UnitTestResult.Failure;
import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Results of unit tests for a program. */
final class TestJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private TestJson() {}

  /**
   * An object: {@code tests}, a list of objects; the counts {@code passed}, {@code failed} and
   * {@code errors}; and {@code milliseconds}.
   */
  static String of(List<UnitTestResult> results, Duration took) {
    ObjectNode all = JSON.createObjectNode();
    ArrayNode tests = all.putArray("tests");
    results.forEach(r -> test(tests.addObject(), r));
    for (Outcome outcome : Outcome.values()) {
      String name = outcome == Outcome.ERROR ? "errors" : word(outcome);
      all.put(name, results.stream().filter(r -> r.outcome() == outcome).count());
    }
    all.put("milliseconds", took.toMillis());
    return all.toPrettyString();
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  private static void test(ObjectNode test, UnitTestResult result) {
    test.put("name", result.test().name());
    test.put("model", result.test().model());
    place(test, result.test().where());
    test.put("outcome", word(result.outcome()));
    test.put("milliseconds", Math.round(result.took().toNanos() / 1e3) / 1e3);
    if (!result.failures().isEmpty()) {
      ArrayNode failures = test.putArray("failures");
      result.failures().forEach(f -> failure(failures.addObject(), f));
    }
    if (!result.problems().isEmpty()) {
      ArrayNode problems = test.putArray("problems");
      for (Problem problem : result.problems()) {
        ObjectNode object = problems.addObject();
        object.put("code", problem.code().name());
        SourceLocation where = problem.where();
        if (where != null) {
          place(object, where);
        }
        object.put("message", problem.message());
        object.put("hint", problem.hint());
      }
    }
    if (!result.notes().isEmpty()) {
      ArrayNode notes = test.putArray("notes");
      result.notes().forEach(notes::add);
    }
  }

  private static void place(ObjectNode object, SourceLocation where) {
    object.put("file", where.file());
    object.put("line", where.line());
    object.put("column", where.column());
  }

  private static void failure(ObjectNode object, Failure failure) {
    object.put("what", failure.what());
    object.put("step", failure.step());
    place(object, failure.where());
    if (failure.diff().isEmpty()) {
      object.put("expected", failure.expected());
      object.put("actual", failure.actual());
      return;
    }
    TableDiff diff = failure.diff().get();
    ArrayNode rows = object.putArray("rows");
    for (Line line : diff.lines()) {
      ObjectNode row = rows.addObject();
      row.put("kind", word(line.kind()));
      row(row, "expected", diff.columns(), line.expected());
      row(row, "actual", diff.columns(), line.actual());
    }
  }

  private static void row(
      ObjectNode parent, String key, List<String> columns, List<@Nullable String> values) {
    if (!values.isEmpty()) {
      ObjectNode row = parent.putObject(key);
      for (int i = 0; i < columns.size(); i++) {
        row.put(columns.get(i), values.get(i));
      }
    }
  }
}
