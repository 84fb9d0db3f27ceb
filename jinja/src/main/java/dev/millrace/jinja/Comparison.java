package dev.millrace.jinja;

import dev.millrace.jinja.value.Equality;
import dev.millrace.jinja.value.Operators;
import org.jspecify.annotations.Nullable;

/** A comparison of two values. */
@FunctionalInterface
interface Comparison {
  boolean holds(@Nullable Object left, @Nullable Object right);

  static Comparison of(String operator) {
    return switch (operator) {
      case "==" -> Equality::equal;
      case "!=" -> (a, b) -> !Equality.equal(a, b);
      case "<" -> Operators::less;
      case "<=" -> Operators::lessOrEqual;
      case ">" -> Operators::greater;
      case ">=" -> Operators::greaterOrEqual;
      case "in" -> (a, b) -> Operators.contains(b, a);
      case "not in" -> (a, b) -> !Operators.contains(b, a);
      default -> throw new IllegalArgumentException(operator);
    };
  }
}
