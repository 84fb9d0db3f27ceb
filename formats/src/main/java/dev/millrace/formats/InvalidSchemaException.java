package dev.millrace.formats;

import org.jspecify.annotations.Nullable;

/** A text is no schema of its language, or uses one that is not there. */
public final class InvalidSchemaException extends Exception {
  private static final long serialVersionUID = 1L;

  /** What is wrong, in a sentence. */
  public InvalidSchemaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
