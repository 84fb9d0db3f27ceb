package dev.millrace.jinja;

import dev.millrace.jinja.value.Access;
import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Undefined;
import org.jspecify.annotations.Nullable;

/** What a filter or test may ask of the rendering that calls it. */
public final class Evaluation {
  private final Run run;

  Evaluation(Run run) {
    this.run = run;
  }

  /** Whether the output is HTML that is being escaped. */
  public boolean autoescape() {
    return run.autoescape;
  }

  public Undefined.Behaviour undefined() {
    return run.environment.undefined();
  }

  /** {@code value.name}. */
  public @Nullable Object attribute(@Nullable Object value, String name) {
    return Access.attribute(value, name, undefined());
  }

  /** {@code value[key]}. */
  public @Nullable Object item(@Nullable Object value, @Nullable Object key) {
    return Access.item(value, key, undefined());
  }

  /** {@code value|name(arguments)}. */
  public @Nullable Object filter(String name, @Nullable Object value, Arguments arguments) {
    Filter filter = run.environment.filter(name);
    if (filter == null) {
      throw new PythonError("TemplateRuntimeError", "No filter named '" + name + "'.");
    }
    return filter.apply(this, value, arguments);
  }

  /** {@code value is name(arguments)}. */
  public boolean test(String name, @Nullable Object value, Arguments arguments) {
    Test test = run.environment.test(name);
    if (test == null) {
      throw new PythonError("TemplateRuntimeError", "No test named '" + name + "'.");
    }
    return test.test(this, value, arguments);
  }

  boolean hasFilter(String name) {
    return run.environment.filter(name) != null;
  }

  boolean hasTest(String name) {
    return run.environment.test(name) != null;
  }
}
