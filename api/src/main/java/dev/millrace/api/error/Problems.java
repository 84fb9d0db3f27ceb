package dev.millrace.api.error;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Collects every problem of a project, so that all are reported at once. Not safe for use by
 * several threads.
 */
public final class Problems {
  private static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(
          Problem::where,
          Comparator.nullsFirst(
              Comparator.comparing(SourceLocation::file)
                  .thenComparingInt(SourceLocation::line)
                  .thenComparingInt(SourceLocation::column)));

  private final List<Problem> found = new ArrayList<>();

  /** Adds one problem. The same problem at the same place is kept once. */
  public void add(Problem problem) {
    if (!found.contains(problem)) {
      found.add(problem);
    }
  }

  /** Adds an error at a place; see {@link Problem} for the parameters. */
  public void error(
      ErrorCode code, @Nullable SourceLocation where, String message, @Nullable String hint) {
    add(Problem.error(code, where, message, hint));
  }

  /** Adds a warning at a place; see {@link Problem} for the parameters. */
  public void warning(
      ErrorCode code, @Nullable SourceLocation where, String message, @Nullable String hint) {
    add(Problem.warning(code, where, message, hint));
  }

  /** All problems, ordered by file, line and column. */
  public List<Problem> all() {
    return found.stream().sorted(BY_PLACE).toList();
  }

  /** True if a problem prevents a run. */
  public boolean hasErrors() {
    return found.stream().anyMatch(p -> p.severity() == Severity.ERROR);
  }

  /**
   * Ends the caller's work if there is an error.
   *
   * @throws StopException with every problem found so far
   */
  public void throwIfErrors() {
    if (hasErrors()) {
      throw new StopException(all());
    }
  }
}
