package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.jinja.Environment;
import dev.millrace.jinja.PlacedCallable;
import dev.millrace.jinja.TemplateException;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Undefined;
import dev.millrace.project.yaml.YamlNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Renders the texts of YAML files: with {@code var}, {@code env_var}, {@code target} and {@code
 * project_name}. Not safe for use by several threads.
 */
final class YamlTexts implements YamlValues.Texts {
  private static final Environment ENVIRONMENT =
      Environment.builder()
          .undefined(Undefined.Behaviour.STRICT_NAMES)
          .filter("as_text", (evaluation, value, arguments) -> value)
          .filter("as_native", (evaluation, value, arguments) -> value)
          .filter("as_bool", (evaluation, value, arguments) -> bool(value))
          .filter("as_number", (evaluation, value, arguments) -> number(value))
          .build();

  private final Map<String, String> environment;
  private final Map<String, @Nullable Object> vars;
  private final Map<String, @Nullable Object> names = new HashMap<>();
  private final Problems problems;
  private TemplatePlaces places =
      TemplatePlaces.inText("", (offset, length) -> SourceLocation.ofFile(""));
  private boolean faulty;

  YamlTexts(
      Map<String, String> environment,
      Map<String, ? extends @Nullable Object> vars,
      Map<String, ? extends @Nullable Object> names,
      Problems problems) {
    this.environment = environment;
    this.vars = new LinkedHashMap<>(vars);
    this.problems = problems;
    this.names.putAll(names);
    this.names.put("var", (PlacedCallable) (a, where) -> variable(a, places.ofCall(where)));
    this.names.put("env_var", (PlacedCallable) (a, where) -> variableOf(a, places.ofCall(where)));
  }

  @Override
  public @Nullable Object value(String template, YamlNode.Places where) {
    places = TemplatePlaces.inText(template, where);
    faulty = false;
    try {
      Object value = ENVIRONMENT.compile(TemplatePlaces.TEXT, template).evaluate(names);
      if (value instanceof Undefined undefined) {
        throw undefined.error();
      }
      return faulty ? null : value;
    } catch (TemplateException e) {
      problems.add(places.problem(e));
    } catch (PythonError e) {
      problems.error(
          DbtError.TEMPLATE_FAILED,
          where.locate(0, template.length()),
          String.valueOf(e.getMessage()),
          null);
    }
    return null;
  }

  /** The value as a text; empty, with a problem, if it cannot be rendered. */
  Optional<String> text(String template, YamlNode.Places where) {
    Object value = value(template, where);
    return value == null ? Optional.empty() : Optional.of(String.valueOf(value));
  }

  private @Nullable Object variable(Arguments arguments, SourceLocation where) {
    String name = arguments.text(0, "name");
    if (vars.containsKey(name)) {
      return vars.get(name);
    }
    if (arguments.has(1, "default")) {
      return arguments.get(1, "default");
    }
    faulty = true;
    String hint = Suggestion.didYouMean(name, vars.keySet());
    problems.error(
        DbtError.UNKNOWN_VAR,
        where,
        "no variable `" + name + "`",
        hint != null
            ? hint
            : "declare it under `vars`, give it with `--vars`, or give a default: `var('"
                + name
                + "', ...)`");
    return "";
  }

  private @Nullable Object variableOf(Arguments arguments, SourceLocation where) {
    String name = arguments.text(0, "var");
    String value = environment.get(name);
    if (value != null) {
      return value;
    }
    if (arguments.has(1, "default")) {
      return arguments.get(1, "default");
    }
    faulty = true;
    String hint = Suggestion.didYouMean(name, environment.keySet());
    problems.error(
        DbtError.ENV_VAR_NOT_SET,
        where,
        "the environment variable `" + name + "` is not set",
        hint != null ? hint : "set it before the start: `export " + name + "=...`");
    return "";
  }

  private static @Nullable Object bool(@Nullable Object value) {
    String text = String.valueOf(value).strip();
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Boolean.parseBoolean(text);
    }
    throw PythonError.value("'" + text + "' is no boolean");
  }

  private static @Nullable Object number(@Nullable Object value) {
    String text = String.valueOf(value).strip();
    try {
      return text.matches("[-+]?[0-9]{1,18}")
          ? (Object) Long.parseLong(text)
          : (Object) Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw PythonError.value("'" + text + "' is no number");
    }
  }
}
