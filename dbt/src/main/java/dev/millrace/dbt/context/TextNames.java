package dev.millrace.dbt.context;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.TemplatePlaces;
import dev.millrace.jinja.Origin;
import dev.millrace.jinja.PlacedCallable;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.project.ModelTemplates;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names that texts of YAML files see, and models that are kept up to date. */
class TextNames {
  private final ModelTemplates.Setting setting;
  private final TemplatePlaces places;
  private final Problems problems;
  private final Map<String, @Nullable Object> names = new HashMap<>();
  private boolean faulty;

  TextNames(ModelTemplates.Setting setting, TemplatePlaces places, Problems problems) {
    this.setting = setting;
    this.places = places;
    this.problems = problems;
    names.put("var", placed(this::variable));
    names.put("env_var", placed(this::environmentVariable));
    names.put("target", Map.of("name", setting.target()));
    names.put("project_name", setting.project());
  }

  /** A function that wants to know where it is called. */
  @FunctionalInterface
  interface Function {
    @Nullable Object call(Arguments arguments, SourceLocation where);
  }

  /** Makes a function visible to templates. */
  final PlacedCallable placed(Function function) {
    return (Arguments arguments, Origin where) -> function.call(arguments, places.ofCall(where));
  }

  final ModelTemplates.Setting setting() {
    return setting;
  }

  /** The variables of a template, for {@code render}. */
  final Map<String, @Nullable Object> names() {
    return names;
  }

  /** True if a function has found a problem; rendering goes on, to find the others. */
  final boolean isFaulty() {
    return faulty;
  }

  /** Notes a problem, which makes the rendered text useless. */
  final void error(DbtError code, SourceLocation where, String message, @Nullable String hint) {
    faulty = true;
    problems.error(code, where, message, hint);
  }

  private @Nullable Object variable(Arguments arguments, SourceLocation where) {
    String name = arguments.text(0, "name");
    Object own = setting.vars().get(setting.project());
    if (own instanceof Map<?, ?> scoped && scoped.containsKey(name)) {
      return scoped.get(name);
    }
    Object value = setting.vars().get(name);
    if (value != null) {
      return value;
    }
    if (arguments.has(1, "default")) {
      return arguments.get(1, "default");
    }
    String hint = Suggestion.didYouMean(name, setting.vars().keySet());
    error(
        DbtError.UNKNOWN_VAR,
        where,
        "no variable `" + name + "`",
        hint != null
            ? hint
            : "declare it under `vars` in millrace.yml, or give a default: `var('"
                + name
                + "', ...)`");
    return "";
  }

  private @Nullable Object environmentVariable(Arguments arguments, SourceLocation where) {
    String name = arguments.text(0, "var");
    String value = setting.environment().get(name);
    if (value != null) {
      return value;
    }
    if (arguments.has(1, "default")) {
      return arguments.get(1, "default");
    }
    String hint = Suggestion.didYouMean(name, setting.environment().keySet());
    error(
        DbtError.ENV_VAR_NOT_SET,
        where,
        "the environment variable `" + name + "` is not set",
        hint != null ? hint : "set it before the start: `export " + name + "=...`");
    return "";
  }
}
