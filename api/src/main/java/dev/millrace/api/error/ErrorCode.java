package dev.millrace.api.error;

/**
 * A stable name for one kind of error. Each module declares its codes in an enum of its own, so
 * {@link #name()} is the constant's name, such as {@code UNKNOWN_KEY}; users search for it, so it
 * never changes once released.
 */
public interface ErrorCode {
  /** The code as users see it: upper case with underscores, unique over all modules. */
  String name();

  /** Who has to act. */
  Blame blame();
}
