package dev.millrace.api.error;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An error that is told to a person. Its subclass says what the caller may do: try again ({@link
 * RetryException}), set the offending row aside ({@link SetAsideException}), or stop and ask
 * ({@link StopException}).
 */
public abstract sealed class MillraceException extends RuntimeException
    permits RetryException, SetAsideException, StopException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  MillraceException(List<Problem> problems, @Nullable Throwable cause) {
    super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")), cause);
    this.problems = List.copyOf(problems);
  }

  /** What is wrong; at least one problem, in the order in which to show them. */
  public List<Problem> problems() {
    return problems;
  }

  /** The first problem, usually the only one. */
  public Problem problem() {
    return problems.get(0);
  }
}
