package dev.millrace.api.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A passing fault, usually of an outside system; the same call may succeed later and has had no
 * effect.
 */
public final class RetryException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /** One problem and the exception behind it, if any. */
  public RetryException(Problem problem, @Nullable Throwable cause) {
    super(List.of(problem), cause);
  }
}
