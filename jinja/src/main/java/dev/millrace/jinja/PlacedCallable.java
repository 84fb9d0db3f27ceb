package dev.millrace.jinja;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A function that is told where it is called, for messages about its arguments. */
@FunctionalInterface
public interface PlacedCallable extends Callable {
  /**
   * Calls it, as {@link Callable#call} does.
   *
   * @param where the place of the call; that of the innermost one if macros are on the way
   */
  @Nullable Object call(Arguments arguments, Origin where);

  /** A call that no template makes, as a filter such as {@code map} does; its place is unknown. */
  @Override
  default @Nullable Object call(Arguments arguments) {
    return call(arguments, new Origin("", 1, 1, List.of()));
  }
}
