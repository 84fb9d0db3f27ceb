package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Attributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code flags.FULL_REFRESH} and its like; names have no case. */
final class Flags implements Attributes {
  private static final Map<String, @Nullable Object> DEFAULTS = new LinkedHashMap<>();

  static {
    for (String name :
        List.of(
            "CACHE_SELECTED_ONLY",
            "DEBUG",
            "DEFER",
            "EMPTY",
            "FAIL_FAST",
            "FAVOR_STATE",
            "FULL_REFRESH",
            "LOG_CACHE_EVENTS",
            "NO_PRINT",
            "QUIET",
            "STORE_FAILURES",
            "USE_COLORS",
            "VERSION_CHECK",
            "WARN_ERROR")) {
      DEFAULTS.put(name, false);
    }
    for (String name : List.of("INTROSPECT", "PARTIAL_PARSE", "PRINT", "POPULATE_CACHE")) {
      DEFAULTS.put(name, true);
    }
    for (String name :
        List.of("EVENT_TIME_START", "EVENT_TIME_END", "PROFILES_DIR", "PROJECT_DIR", "STATE")) {
      DEFAULTS.put(name, null);
    }
    DEFAULTS.put("WHICH", "run");
  }

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
    return values.containsKey(key) ? values.get(key) : ABSENT;
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
