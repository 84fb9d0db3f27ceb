package dev.millrace.dbt.context;

import dev.millrace.api.error.Suggestion;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.PythonError;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** {@code var()} for templates of one package. */
final class Var implements Callable, Attributes {
  private final Map<String, @Nullable Object> values;
  private final boolean required;
  private final UnaryOperator<String> render;

  /**
   * Values of variables.
   *
   * @param required whether a variable without value and default is an error, or None
   * @param render renders a value that is a template itself
   */
  Var(Map<String, @Nullable Object> values, boolean required, UnaryOperator<String> render) {
    this.values = values;
    this.required = required;
    this.render = render;
  }

  @Override
  public @Nullable Object call(Arguments arguments) {
    String name = arguments.text(0, "var_name");
    if (values.containsKey(name)) {
      Object value = values.get(name);
      return value instanceof String text && text.contains("{") ? render.apply(text) : value;
    }
    if (arguments.has(1, "default")) {
      return arguments.get(1, "default");
    }
    if (!required) {
      return null;
    }
    String hint = Suggestion.didYouMean(name, values.keySet());
    throw new PythonError(
        "CompilationError",
        "no variable `"
            + name
            + "`; "
            + (hint != null
                ? hint
                : "declare it under `vars` in dbt_project.yml, give it with --vars, or give a"
                    + " default: `var('"
                    + name
                    + "', ...)`"));
  }

  @Override
  public @Nullable Object attribute(String name) {
    return name.equals("has_var")
        ? Members.function("has_var(var_name)", a -> values.containsKey(String.valueOf(a[0])))
        : ABSENT;
  }
}
