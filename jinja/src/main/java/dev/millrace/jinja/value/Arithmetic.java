package dev.millrace.jinja.value;

import org.jspecify.annotations.Nullable;

/** An object that can be added, subtracted, multiplied or divided, such as a date. */
public interface Arithmetic {
  /**
   * {@code this operator other}.
   *
   * @param operator {@code +}, {@code -}, {@code *}, {@code /} or {@code //}
   * @param reversed true for {@code other operator this}
   * @return the result; null if the object has no such operator
   */
  @Nullable Object operate(String operator, @Nullable Object other, boolean reversed);
}
