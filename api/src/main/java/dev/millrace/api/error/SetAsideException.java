package dev.millrace.api.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row cannot be processed, whoever tries; set it aside with the reason and go on with the
 * others.
 */
public final class SetAsideException extends MillraceException {
  private static final long serialVersionUID = 1L;

  /** One problem and the exception behind it, if any. */
  public SetAsideException(Problem problem, @Nullable Throwable cause) {
    super(List.of(problem), cause);
  }
}
