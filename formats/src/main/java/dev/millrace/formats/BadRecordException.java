package dev.millrace.formats;

/**
 * A record's bytes are not what their format says, or its row is not what its schema says, whoever
 * tries: it is to be set aside.
 */
public final class BadRecordException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why, in a sentence that may stand in {@code system.rejected}. */
  public BadRecordException(String reason) {
    // Records may be bad by the thousand, and their stacks say nothing.
    super(reason, null, false, false);
  }

  /** Why. */
  public String reason() {
    return String.valueOf(getMessage());
  }
}
