package dev.millrace.dbt.context;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A value of a context that is made when a template first asks for it. */
final class Lazy {
  private @Nullable Supplier<? extends @Nullable Object> make;
  private @Nullable Object value;

  Lazy(Supplier<? extends @Nullable Object> make) {
    this.make = make;
  }

  @Nullable Object get() {
    Supplier<? extends @Nullable Object> first = make;
    if (first != null) {
      value = first.get();
      make = null;
    }
    return value;
  }
}
