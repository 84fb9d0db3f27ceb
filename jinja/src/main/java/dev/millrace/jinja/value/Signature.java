package dev.millrace.jinja.value;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A function's parameters, written as in Python: {@code indent(width=4, first=False)}. Binding
 * checks a call as Python does and gives each parameter's value in order.
 */
public final class Signature {
  /** The value of a parameter written {@code name=?} that was not given. */
  public static final Object ABSENT = Missing.VALUE;

  /** Declarations are literals of the program, some of which are read for each template. */
  private static final Map<String, Signature> KNOWN = new ConcurrentHashMap<>();

  private final String function;
  private final List<String> names = new ArrayList<>();
  private final List<@Nullable Object> defaults = new ArrayList<>();
  private int required;

  private Signature(String function) {
    this.function = function;
  }

  /**
   * Parses {@code name(a, b=1)}; defaults are None, True, False, ints, quoted strings or {@code ?}.
   * What was parsed is kept for good, so that this is for declarations in code.
   */
  public static Signature of(String declaration) {
    return KNOWN.computeIfAbsent(declaration, Signature::parse);
  }

  private static Signature parse(String declaration) {
    int open = declaration.indexOf('(');
    Signature signature = new Signature(declaration.substring(0, open));
    String parameters = declaration.substring(open + 1, declaration.length() - 1);
    if (parameters.isEmpty()) {
      return signature;
    }
    for (String parameter : parameters.split(", ")) {
      int equals = parameter.indexOf('=');
      signature.names.add(equals < 0 ? parameter : parameter.substring(0, equals));
      signature.defaults.add(equals < 0 ? ABSENT : literal(parameter.substring(equals + 1)));
      signature.required += equals < 0 ? 1 : 0;
    }
    return signature;
  }

  private static @Nullable Object literal(String text) {
    return switch (text) {
      case "None" -> null;
      case "True" -> true;
      case "False" -> false;
      case "?" -> ABSENT;
      default ->
          text.startsWith("'") ? text.substring(1, text.length() - 1) : (Object) Long.valueOf(text);
    };
  }

  public String function() {
    return function;
  }

  /** The values of all parameters in order; a TypeError when the call does not fit. */
  public @Nullable Object[] bind(Arguments arguments) {
    @Nullable Object[] values = new Object[names.size()];
    if (arguments.count() > values.length) {
      throw PythonError.type(
          function
              + "() takes "
              + (required == values.length ? "" : "at most ")
              + values.length
              + " argument"
              + (values.length == 1 ? "" : "s")
              + " ("
              + arguments.count()
              + " given)");
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = i < arguments.count() ? arguments.at(i) : defaults.get(i);
    }
    bindKeywords(arguments, values);
    for (int i = arguments.count(); i < required; i++) {
      if (values[i] == ABSENT) {
        throw PythonError.type(
            function + "() missing 1 required positional argument: '" + names.get(i) + "'");
      }
    }
    return values;
  }

  private void bindKeywords(Arguments arguments, @Nullable Object[] values) {
    arguments
        .keywords()
        .forEach(
            (name, value) -> {
              int index = names.indexOf(name);
              if (index < 0) {
                throw PythonError.type(
                    function + "() got an unexpected keyword argument '" + name + "'");
              }
              if (index < arguments.count()) {
                throw PythonError.type(
                    function + "() got multiple values for argument '" + name + "'");
              }
              values[index] = value;
            });
  }

  /** What a method does once its arguments are bound. */
  interface Body {
    @Nullable Object apply(@Nullable Object self, @Nullable Object[] arguments);
  }

  /** A table of methods under construction. */
  static final class Methods {
    private final Map<String, Method> all = new LinkedHashMap<>();

    Methods add(String declaration, Body body) {
      Signature signature = of(declaration);
      all.put(signature.function, (self, arguments) -> body.apply(self, signature.bind(arguments)));
      return this;
    }

    Methods raw(String name, Method method) {
      all.put(name, method);
      return this;
    }

    Map<String, Method> build() {
      return Map.copyOf(all);
    }
  }
}
