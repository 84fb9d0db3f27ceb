package dev.millrace.engine.unittest;

import dev.millrace.api.error.SourceLocation;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A text that DuckDB is to read as a value. Casts of all tests are collected and made together: one
 * statement for each expression is much quicker than one for each value.
 */
final class Cast {
  private final String expression;
  private final String text;
  private final SourceLocation where;
  private final @Nullable String hint;
  private @Nullable String result;

  /**
   * A cast that is yet to be made.
   *
   * @param expression SQL of the value's text, from the column {@code v}; NULL if it does not fit
   * @param hint what to do about a text that does not fit
   */
  Cast(String expression, String text, SourceLocation where, @Nullable String hint) {
    this.hint = hint;
    this.expression = expression;
    this.text = text;
    this.where = where;
  }

  String expression() {
    return expression;
  }

  String text() {
    return text;
  }

  SourceLocation where() {
    return where;
  }

  @Nullable String hint() {
    return hint;
  }

  /** The value as DuckDB prints it; empty if the text does not fit, or before it is made. */
  Optional<String> result() {
    return Optional.ofNullable(result);
  }

  void result(@Nullable String value) {
    result = value;
  }
}
