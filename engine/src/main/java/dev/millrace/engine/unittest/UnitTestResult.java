package dev.millrace.engine.unittest;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.UnitTestSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How a unit test ended.
 *
 * @param test which one
 * @param outcome whether all was as expected
 * @param took how long it ran
 * @param failures what was not as expected
 * @param problems why it could not run to its end
 * @param notes what may explain a failure: records that were refused though nothing says so
 */
public record UnitTestResult(
    UnitTestSpec test,
    Outcome outcome,
    Duration took,
    List<Failure> failures,
    List<Problem> problems,
    List<String> notes) {
  /** Copies the lists. */
  public UnitTestResult {
    failures = List.copyOf(failures);
    problems = List.copyOf(problems);
    notes = List.copyOf(notes);
  }

  /** How it ended. */
  public enum Outcome {
    /** All was as expected. */
    PASSED,
    /** Something was not as expected. */
    FAILED,
    /** It could not run to its end. */
    ERROR
  }

  /**
   * Something that was not as expected.
   *
   * @param what it is: {@code attributed}, {@code changes of attributed}, {@code system.late}, or
   *     {@code watermark of ads.clicks}
   * @param step the step's number; 0 for what stands above or below the script
   * @param where the expectation's place
   * @param expected in words, where it is no table
   * @param actual in words, where it is no table
   * @param diff of a table
   */
  public record Failure(
      String what,
      int step,
      SourceLocation where,
      String expected,
      String actual,
      Optional<TableDiff> diff) {}
}
