package dev.millrace.dbt.macro;

import dev.millrace.jinja.Environment;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.value.Numbers;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Undefined;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The filters that turn a text into the value that Python reads from it. */
final class NativeText {
  private static final Environment LITERALS =
      Environment.builder().undefined(Undefined.Behaviour.STRICT).build();

  private NativeText() {}

  static String text(@Nullable Object value) {
    return Printing.str(value);
  }

  /** The literal that a text is; the text itself if it is none. */
  static @Nullable Object literal(@Nullable Object value) {
    String text = Printing.str(value);
    if (text.isBlank() || text.contains("(") && !text.startsWith("(") || text.contains("|")) {
      return text;
    }
    try {
      Object literal = LITERALS.compileExpression("literal", text.strip()).evaluate(Map.of());
      return literal instanceof Undefined ? text : literal;
    } catch (TemplateException e) {
      return text;
    }
  }

  static Object bool(@Nullable Object value) {
    if (literal(value) instanceof Boolean bool) {
      return bool;
    }
    throw new PythonError(
        "JinjaRenderingError",
        "Could not convert value '" + Printing.str(value) + "' into type 'bool'");
  }

  static Object number(@Nullable Object value) {
    Object number = literal(value);
    if (number != null && Numbers.isNumber(number) && !(number instanceof Boolean)) {
      return number;
    }
    throw new PythonError(
        "JinjaRenderingError",
        "Could not convert value '" + Printing.str(value) + "' into type 'number'");
  }
}
