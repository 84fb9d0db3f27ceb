package dev.millrace.jinja;

import org.jspecify.annotations.Nullable;

/**
 * Ends the running macro with a value in place of its text. A function given to templates throws
 * it, such as one that they call as {@code {{ return(x) }}}.
 */
public final class MacroReturn extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable Object value;

  public MacroReturn(@Nullable Object value) {
    super("return outside of a macro", null, false, false);
    this.value = value;
  }

  public @Nullable Object value() {
    return value;
  }
}
