package dev.millrace.sql;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An SQL text cannot become a stream. The caller maps each problem's offset to the file and reports
 * all of them.
 */
public final class QueryException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<SqlProblem> problems;

  QueryException(List<SqlProblem> problems) {
    super(problems.stream().map(SqlProblem::message).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  /** Every fault found, at least one, in the order of the text. */
  public List<SqlProblem> problems() {
    return problems;
  }
}
