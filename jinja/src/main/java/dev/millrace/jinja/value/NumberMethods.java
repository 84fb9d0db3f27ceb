package dev.millrace.jinja.value;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of int and float. */
final class NumberMethods {
  private static final Map<String, Method> INT =
      new Signature.Methods()
          .add("bit_length()", (self, a) -> (long) Numbers.big(self).abs().bitLength())
          .add("is_integer()", (self, a) -> true)
          .build();
  private static final Map<String, Method> FLOAT =
      new Signature.Methods()
          .add(
              "is_integer()",
              (self, a) -> Numbers.toDouble(self) == Math.rint(Numbers.toDouble(self)))
          .build();

  private NumberMethods() {}

  static @Nullable Method find(@Nullable Object value, String name) {
    return Numbers.isInt(value) ? INT.get(name) : FLOAT.get(name);
  }
}
