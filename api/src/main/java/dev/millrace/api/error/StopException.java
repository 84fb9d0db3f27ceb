package dev.millrace.api.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Going on would be wrong until a person has changed something; the message says what. */
public final class StopException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /** Several problems at once; at least one. */
  public StopException(List<Problem> problems) {
    super(problems, null);
  }

  /** One problem and the exception behind it, if any. */
  public StopException(Problem problem, @Nullable Throwable cause) {
    super(List.of(problem), cause);
  }
}
