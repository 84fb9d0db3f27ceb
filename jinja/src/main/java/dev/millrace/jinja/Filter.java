package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import org.jspecify.annotations.Nullable;

/** A filter: {@code value|name(arguments)}. */
@FunctionalInterface
public interface Filter {
  @Nullable Object apply(Evaluation evaluation, @Nullable Object value, Arguments arguments);
}
