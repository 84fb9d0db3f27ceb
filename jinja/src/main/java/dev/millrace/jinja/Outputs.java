package dev.millrace.jinja;

import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.SafeString;
import org.jspecify.annotations.Nullable;

/** How values become output. */
final class Outputs {
  private Outputs() {}

  static String text(Run run, @Nullable Object value) {
    if (value instanceof String text && !run.autoescape) {
      return text;
    }
    return run.autoescape ? SafeString.escape(value).text() : Printing.str(value);
  }
}
