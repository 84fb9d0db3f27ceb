package dev.millrace.jinja.syntax;

import org.jspecify.annotations.Nullable;

/** A template that does not parse, with the offset of the first token that does not fit. */
public final class SyntaxException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int offset;
  private final @Nullable String hint;
  private final boolean assertion;

  private SyntaxException(String message, int offset, @Nullable String hint, boolean assertion) {
    super(message, null, false, false);
    this.offset = offset;
    this.hint = hint;
    this.assertion = assertion;
  }

  public SyntaxException(String message, int offset, @Nullable String hint) {
    this(message, offset, hint, false);
  }

  public SyntaxException(String message, int offset) {
    this(message, offset, null);
  }

  /** A template that parses and yet cannot be right: Jinja's TemplateAssertionError. */
  static SyntaxException assertion(String message, int offset) {
    return new SyntaxException(message, offset, null, true);
  }

  /** Jinja's name of the error. */
  public String type() {
    return assertion ? "TemplateAssertionError" : "TemplateSyntaxError";
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
