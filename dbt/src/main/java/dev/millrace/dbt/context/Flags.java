package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code flags.FULL_REFRESH} and its like; names have no case. */
final class Flags implements Attributes {
  private static final Map<String, Object> DEFAULTS =
      Map.of(
          "FULL_REFRESH", false,
          "STORE_FAILURES", false,
          "EMPTY", false,
          "DEBUG", false,
          "FAIL_FAST", false,
          "WHICH", "run",
          "USE_COLORS", false,
          "INTROSPECT", true);

  private final Map<String, @Nullable Object> values;

  private Flags(Map<String, @Nullable Object> values) {
    this.values = values;
  }

  static Flags of(Map<String, @Nullable Object> given) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>(DEFAULTS);
    given.forEach((name, value) -> values.put(name.toUpperCase(Locale.ROOT), value));
    return new Flags(values);
  }

  static Map<String, @Nullable Object> lowerCase(Map<String, @Nullable Object> given) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    of(given).values.forEach((name, value) -> values.put(name.toLowerCase(Locale.ROOT), value));
    return values;
  }

  @Override
  public @Nullable Object attribute(String name) {
    String key = name.toUpperCase(Locale.ROOT);
    return values.containsKey(key) ? values.get(key) : null;
  }

  @Override
  public String typeName() {
    return "Flags";
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
