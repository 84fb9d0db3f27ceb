package dev.millrace.dbt.macro;

import dev.millrace.jinja.Environment;
import dev.millrace.jinja.value.Undefined;
import java.util.List;

/** dbt's settings of Jinja. */
public final class DbtJinja {
  /** For macros, and for nodes that run: what is undefined prints as nothing. */
  public static final Environment RUN = builder().undefined(Undefined.Behaviour.DEFAULT).build();

  /** For models that are kept up to date: a name that nothing has is an error. */
  public static final Environment STRICT =
      builder().undefined(Undefined.Behaviour.STRICT_NAMES).build();

  /** For nodes that are read: what is undefined may be called too. */
  public static final Environment PARSE = builder().undefined(Undefined.Behaviour.LENIENT).build();

  /** For texts of YAML files whose value is wanted: filters such as {@code as_bool} convert. */
  public static final Environment NATIVE = natively().build();

  private DbtJinja() {}

  private static Environment.Builder builder() {
    Environment.Builder builder = Environment.builder().bindMacros(false);
    DbtTags.ALL.forEach(builder::tag);
    for (String name : List.of("as_text", "as_bool", "as_native", "as_number")) {
      builder.filter(name, (evaluation, value, arguments) -> value);
    }
    return builder.filter("is_list", (evaluation, value, arguments) -> value instanceof List);
  }

  private static Environment.Builder natively() {
    return builder()
        .undefined(Undefined.Behaviour.DEFAULT)
        .filter("as_text", (evaluation, value, arguments) -> NativeText.text(value))
        .filter("as_native", (evaluation, value, arguments) -> NativeText.literal(value))
        .filter("as_bool", (evaluation, value, arguments) -> NativeText.bool(value))
        .filter("as_number", (evaluation, value, arguments) -> NativeText.number(value));
  }
}
