package dev.millrace.api.error;

import org.jspecify.annotations.Nullable;

/**
 * One fault, told to a person: what is wrong, where, and what to do about it.
 *
 * @param code the kind of fault
 * @param severity whether it prevents a run
 * @param where the place in the project, or null where it is no file's fault (a port in use)
 * @param message one sentence: the cause, with the offending text in backquotes; never a secret
 * @param hint what to do, such as {@code did you mean `impressions`?}; null if there is nothing to
 *     add
 */
public record Problem(
    ErrorCode code,
    Severity severity,
    @Nullable SourceLocation where,
    String message,
    @Nullable String hint) {

  /** An error at a place. */
  public static Problem error(
      ErrorCode code, @Nullable SourceLocation where, String message, @Nullable String hint) {
    return new Problem(code, Severity.ERROR, where, message, hint);
  }

  /** A warning at a place. */
  public static Problem warning(
      ErrorCode code, @Nullable SourceLocation where, String message, @Nullable String hint) {
    return new Problem(code, Severity.WARNING, where, message, hint);
  }

  /** One line: place, message, hint and code. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    if (where != null) {
      text.append(where).append(": ");
    }
    text.append(message);
    if (hint != null) {
      text.append(" - ").append(hint);
    }
    return text.append(" [").append(code.name()).append(']').toString();
  }
}
