package dev.millrace.jinja;

import dev.millrace.jinja.value.Signature;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Filters under construction, declared with their parameters as Python writes them. */
final class FilterTable {
  /** What a filter does with its value and the values of its parameters. */
  @FunctionalInterface
  interface Body {
    @Nullable Object apply(
        Evaluation evaluation, @Nullable Object value, @Nullable Object[] arguments);
  }

  private final Map<String, Filter> all = new HashMap<>();

  FilterTable add(String declaration, Body body) {
    Signature signature = Signature.of(declaration);
    return raw(
        signature.function(),
        (evaluation, value, arguments) -> body.apply(evaluation, value, signature.bind(arguments)));
  }

  FilterTable raw(String name, Filter filter) {
    all.put(name, filter);
    return this;
  }

  FilterTable alias(String alias, String name) {
    Filter filter = all.get(name);
    if (filter == null) {
      throw new IllegalArgumentException(name);
    }
    return raw(alias, filter);
  }

  Map<String, Filter> build() {
    return Map.copyOf(all);
  }
}
