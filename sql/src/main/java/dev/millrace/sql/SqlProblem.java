package dev.millrace.sql;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import org.jspecify.annotations.Nullable;

/**
 * One fault in an SQL text.
 *
 * @param offset where it begins, in UTF-16 code units from 0
 * @param length how many code units the offending text has; 0 if that is unknown
 * @param message one sentence: the cause, with the offending text in backquotes
 * @param hint what to do; null if there is nothing to add
 * @param code the kind of fault
 */
public record SqlProblem(
    int offset, int length, String message, @Nullable String hint, SqlCode code) {

  /** The same fault at another place, of unknown length. */
  SqlProblem at(int place) {
    return new SqlProblem(place, 0, message, hint, code);
  }

  /** The same fault, once somebody has found its place in a file. */
  public Problem at(@Nullable SourceLocation where) {
    return Problem.error(code, where, message, hint);
  }
}
