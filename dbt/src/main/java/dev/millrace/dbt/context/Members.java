package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Signature;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object of fixed attributes and methods that templates see. */
final class Members implements Attributes {
  /** A function whose arguments are bound to its parameters, in order. */
  @FunctionalInterface
  interface Body {
    @Nullable Object call(@Nullable Object[] arguments);
  }

  private final String typeName;
  private final Map<String, @Nullable Object> members = new HashMap<>();

  Members(String typeName) {
    this.typeName = typeName;
  }

  /** A function with Python's checks of its arguments. */
  static Callable function(String declaration, Body body) {
    Signature signature = Signature.of(declaration);
    return arguments -> body.call(signature.bind(arguments));
  }

  Members value(String name, @Nullable Object value) {
    members.put(name, value);
    return this;
  }

  /** Adds a function written as {@code name(a, b=None)}. */
  Members function(String name, String parameters, Body body) {
    members.put(name, function(name + parameters, body));
    return this;
  }

  @Override
  public @Nullable Object attribute(String name) {
    return members.containsKey(name) ? members.get(name) : ABSENT;
  }

  @Override
  public String typeName() {
    return typeName;
  }

  @Override
  public String toString() {
    return "<" + typeName + ">";
  }
}
