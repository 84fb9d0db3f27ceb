package dev.millrace.dbt.context;

import dev.millrace.api.error.Suggestion;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code env_var()}. */
final class EnvVar implements Callable {
  private final Map<String, String> environment;

  EnvVar(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public @Nullable Object call(Arguments arguments) {
    String name = arguments.text(0, "var");
    if (name.startsWith(ParseSetting.SECRET)) {
      throw new PythonError(
          "CompilationError",
          "`" + name + "` is a secret, which only profiles.yml and packages.yml may use");
    }
    String value = environment.get(name);
    if (value != null) {
      return value;
    }
    Object fallback = arguments.get(1, "default", null);
    if (fallback != null) {
      return Printing.str(fallback);
    }
    String hint = Suggestion.didYouMean(name, environment.keySet());
    throw new PythonError(
        "CompilationError",
        "the environment variable `" + name + "` is not set" + (hint == null ? "" : "; " + hint));
  }
}
