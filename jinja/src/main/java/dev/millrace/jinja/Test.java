package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import org.jspecify.annotations.Nullable;

/** A test: {@code value is name(arguments)}. */
@FunctionalInterface
public interface Test {
  boolean test(Evaluation evaluation, @Nullable Object value, Arguments arguments);
}
