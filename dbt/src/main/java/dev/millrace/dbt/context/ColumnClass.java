package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Conversions;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Signature;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code api.Column}: makes columns, and knows what types are called. */
final class ColumnClass implements Callable, Attributes {
  private static final Signature NEW =
      Signature.of(
          "Column(column, dtype, char_size=None, numeric_precision=None, numeric_scale=None)");
  private static final Pattern TYPE =
      Pattern.compile("([^(]+)(?:\\(([^)]+)\\))?.*", Pattern.DOTALL);

  @Override
  public Object call(Arguments arguments) {
    @Nullable Object[] a = NEW.bind(arguments);
    return new TemplateColumn(Printing.str(a[0]), Printing.str(a[1]), a[2], a[3], a[4]);
  }

  private static String translate(@Nullable Object type) {
    String text = Printing.str(type);
    return text.equalsIgnoreCase("string") ? "TEXT" : text;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "TYPE_LABELS" -> Map.of("STRING", "TEXT");
      case "translate_type" -> Members.function("translate_type(dtype)", a -> translate(a[0]));
      case "create" ->
          Members.function(
              "create(name, label_or_dtype)",
              a -> TemplateColumn.of(Printing.str(a[0]), translate(a[1])));
      case "string_type" ->
          Members.function("string_type(size)", a -> TemplateColumn.stringType(a[0]));
      case "numeric_type" ->
          Members.function(
              "numeric_type(dtype, precision, scale)",
              a -> TemplateColumn.numericType(Printing.str(a[0]), a[1], a[2]));
      case "from_description" ->
          Members.function(
              "from_description(name, raw_data_type)",
              a -> described(Printing.str(a[0]), Printing.str(a[1])));
      default -> ABSENT;
    };
  }

  private static TemplateColumn described(String name, String text) {
    Matcher matcher = TYPE.matcher(text);
    if (!matcher.matches()) {
      throw new PythonError("DbtRuntimeError", "Could not interpret data type \"" + text + "\"");
    }
    String sizes = matcher.group(2);
    if (sizes == null) {
      return TemplateColumn.of(name, matcher.group(1));
    }
    String[] parts = sizes.split(",");
    return parts.length == 1
        ? new TemplateColumn(name, matcher.group(1), Conversions.parseInt(parts[0], 10), null, null)
        : new TemplateColumn(
            name,
            matcher.group(1),
            null,
            Conversions.parseInt(parts[0], 10),
            Conversions.parseInt(parts[1], 10));
  }

  @Override
  public String typeName() {
    return "type";
  }

  @Override
  public String toString() {
    return "<class 'Column'>";
  }
}
