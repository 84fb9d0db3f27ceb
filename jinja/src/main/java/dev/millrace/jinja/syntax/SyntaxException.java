package dev.millrace.jinja.syntax;

import org.jspecify.annotations.Nullable;

/** A template that does not parse, with the offset of the first token that does not fit. */
public final class SyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int offset;
  private final @Nullable String hint;

  public SyntaxException(String message, int offset, @Nullable String hint) {
    super(message, null, false, false);
    this.offset = offset;
    this.hint = hint;
  }

  public SyntaxException(String message, int offset) {
    this(message, offset, null);
  }

  public int offset() {
    return offset;
  }

  public @Nullable String hint() {
    return hint;
  }

  public String text() {
    return String.valueOf(getMessage());
  }
}
