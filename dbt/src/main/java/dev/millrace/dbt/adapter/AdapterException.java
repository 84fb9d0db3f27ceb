package dev.millrace.dbt.adapter;

/**
 * A statement failed: the message is the engine's, with its own line and column in the SQL if it
 * told.
 */
public final class AdapterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What the engine said. */
  public AdapterException(String message, Throwable cause) {
    super(message, cause);
  }
}
