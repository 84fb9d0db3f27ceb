package dev.millrace.engine.unittest;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.unittest.PreparedTest.Arrival;
import dev.millrace.engine.unittest.PreparedTest.ArrivingRecord;
import dev.millrace.engine.unittest.PreparedTest.ExpectedRefusals;
import dev.millrace.engine.unittest.PreparedTest.ExpectedTable;
import dev.millrace.engine.unittest.PreparedTest.ExpectedWatermark;
import dev.millrace.engine.unittest.PreparedTest.Expects;
import dev.millrace.engine.unittest.PreparedTest.PreparedStep;
import dev.millrace.engine.unittest.UnitTestResult.Failure;
import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import dev.millrace.project.UnitTestSpec.Step;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs one test, step by step, and compares. */
final class TestRun {
  private final PreparedTest test;
  private final Sandbox sandbox;
  private final TestClock clock;
  private final List<Failure> failures = new ArrayList<>();
  private final boolean wantsChanges;
  private List<List<@Nullable String>> before = List.of();

  TestRun(PreparedTest test, Sandbox sandbox, TestClock clock) {
    this.test = test;
    this.sandbox = sandbox;
    this.clock = clock;
    this.wantsChanges =
        test.steps().stream()
            .anyMatch(s -> s.expects().filter(e -> e.changes().isPresent()).isPresent());
  }

  UnitTestResult run() {
    long start = System.nanoTime();
    List<Problem> problems = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    clock.reset();
    try {
      sandbox.prepare(test);
      for (PreparedStep step : test.steps()) {
        take(step);
      }
      problems.addAll(sandbox.stopped());
      if (!failures.isEmpty()) {
        notes.addAll(sandbox.refusalNotes());
      }
    } catch (MillraceException e) {
      problems.addAll(e.problems());
    } catch (SQLException e) {
      problems.add(
          Problem.error(
              UnitTestError.TEST_SQL_FAILED,
              test.spec().where(),
              "test `" + test.spec().name() + "` failed: " + e.getMessage(),
              null));
    }
    Outcome outcome =
        !problems.isEmpty() ? Outcome.ERROR : failures.isEmpty() ? Outcome.PASSED : Outcome.FAILED;
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    return new UnitTestResult(test.spec(), outcome, took, failures, problems, notes);
  }

  private void take(PreparedStep step) throws SQLException {
    Step spec = step.spec();
    spec.at().ifPresentOrElse(clock::set, () -> newest(step).ifPresent(clock::lift));
    spec.advance().ifPresent(clock::advance);
    if (spec.restart()) {
      sandbox.restart();
    }
    if (!step.arrivals().isEmpty() || spec.at().isPresent() || spec.advance().isPresent()) {
      sandbox.batch(step.arrivals());
    }
    if (spec.watermark().isPresent()) {
      sandbox.moveWatermark(spec.watermark().get());
    }
    if (!spec.end().isEmpty()) {
      sandbox.end(spec.end());
    }
    if (step.expects().isPresent()) {
      compare(step.expects().get(), spec.number());
    }
    if (wantsChanges) {
      before = sandbox.rows(test.graph().schema().names());
    }
  }

  private static Optional<Instant> newest(PreparedStep step) {
    return step.arrivals().stream()
        .filter(a -> !a.stream().source().equals(GivenModels.SOURCE))
        .map(Arrival::records)
        .flatMap(List::stream)
        .map(ArrivingRecord::micros)
        .flatMap(c -> c.result().stream())
        .map(Long::parseLong)
        .max(Long::compare)
        .map(Instants::of);
  }

  private void compare(Expects expects, int step) throws SQLException {
    if (expects.rows().isPresent()) {
      ExpectedTable table = expects.rows().get();
      compare(test.spec().model(), step, table, sandbox.rows(table.columns()));
    }
    if (expects.changes().isPresent()) {
      ExpectedTable table = expects.changes().get();
      List<String> all = test.graph().schema().names();
      List<List<@Nullable String>> changes = Changes.between(before, sandbox.rows(all));
      List<Integer> places = table.columns().stream().map(c -> all.indexOf(c) + 1).toList();
      compare(
          "changes of " + test.spec().model(),
          step,
          table,
          changes.stream().map(r -> Changes.pick(r, places)).toList());
    }
    for (ExpectedRefusals refusals : expects.refusals()) {
      String what = "system." + refusals.kind();
      if (refusals.table().isPresent()) {
        ExpectedTable table = refusals.table().get();
        compare(what, step, table, sandbox.refused(refusals.kind(), table.columns()));
      } else {
        long actual = sandbox.refused(refusals.kind(), List.of("reason")).size();
        check(what, step, refusals.where(), records(refusals.count()), records(actual));
      }
    }
    for (ExpectedWatermark watermark : expects.watermarks()) {
      check(
          "watermark of " + watermark.stream(),
          step,
          watermark.where(),
          watermark.value().result().orElse("none"),
          sandbox.watermark(watermark.stream()));
    }
  }

  private static String records(long count) {
    return count + (count == 1 ? " record" : " records");
  }

  private void check(String what, int step, SourceLocation where, String expected, String actual) {
    if (!expected.equals(actual)) {
      failures.add(new Failure(what, step, where, expected, actual, Optional.empty()));
    }
  }

  private void compare(
      String what, int step, ExpectedTable table, List<List<@Nullable String>> actual) {
    List<List<@Nullable String>> expected = new ArrayList<>();
    for (List<Optional<Cast>> row : table.rows()) {
      List<@Nullable String> cells = new ArrayList<>();
      row.forEach(c -> cells.add(c.flatMap(Cast::result).orElse(null)));
      expected.add(cells);
    }
    List<String> key = test.graph().identity();
    boolean known = what.equals(test.spec().model()) && table.columns().containsAll(key);
    List<Integer> identity =
        known ? key.stream().map(table.columns()::indexOf).toList() : List.of();
    TableDiff diff = TableDiff.of(table.columns(), table.equalities(), identity, expected, actual);
    if (!diff.isEmpty()) {
      failures.add(new Failure(what, step, table.where(), "", "", Optional.of(diff)));
    }
  }
}
