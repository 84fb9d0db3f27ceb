package dev.millrace.jinja.value;

import org.jspecify.annotations.Nullable;

/**
 * An object with attributes and methods ({@code target.name}, {@code adapter.dispatch(...)}). It
 * prints as its {@code toString()}, is true, and can be iterated when it is also an {@link
 * Iterable}. Subscripts that are strings ({@code target['name']}) read attributes too.
 */
public interface Attributes {
  /** Returned by {@link #attribute} for a name that the object does not have. */
  Object ABSENT = Missing.VALUE;

  /**
   * The attribute's value ({@code null} is None, a method is a {@link Callable}) or {@link
   * #ABSENT}.
   */
  @Nullable Object attribute(String name);

  /** The name of the object's type in error messages. */
  default String typeName() {
    return getClass().getSimpleName();
  }
}
