package dev.millrace.jinja.value;

import org.jspecify.annotations.Nullable;

/** A method of a built-in type. */
interface Method {
  @Nullable Object call(@Nullable Object self, Arguments arguments);
}
