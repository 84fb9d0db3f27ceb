package dev.millrace.jinja.syntax;

import org.jspecify.annotations.Nullable;

/**
 * One token.
 *
 * @param text what was written; for a string its content
 * @param value the value of a number or string
 */
record Token(Type type, String text, int offset, @Nullable Object value) {
  enum Type {
    DATA("template data"),
    VARIABLE_BEGIN("begin of print statement"),
    VARIABLE_END("end of print statement"),
    BLOCK_BEGIN("begin of statement block"),
    BLOCK_END("end of statement block"),
    NAME("name"),
    INTEGER("integer"),
    FLOAT("float"),
    STRING("string"),
    OPERATOR("operator"),
    END("end of template");

    final String text;

    Type(String text) {
      this.text = text;
    }
  }

  boolean is(Type wanted) {
    return type == wanted;
  }

  boolean isName(String name) {
    return type == Type.NAME && text.equals(name);
  }

  boolean isOperator(String operator) {
    return type == Type.OPERATOR && text.equals(operator);
  }

  /** How error messages call it. */
  String describe() {
    return switch (type) {
      case NAME, OPERATOR -> text;
      default -> type.text;
    };
  }
}
