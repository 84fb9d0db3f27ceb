package dev.millrace.dbt.context;

import dev.millrace.jinja.value.Arguments;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Callable;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code config} of a node that runs: reads its configuration. */
final class ConfigObject implements Callable, Attributes {
  /** What keys are that nobody configured, as dbt has them. */
  private static final Map<String, @Nullable Object> DEFAULTS = new LinkedHashMap<>();

  static {
    for (String key :
        List.of(
            "alias",
            "schema",
            "database",
            "group",
            "full_refresh",
            "unique_key",
            "incremental_strategy",
            "batch_size",
            "begin",
            "event_time",
            "concurrent_batches")) {
      DEFAULTS.put(key, null);
    }
    DEFAULTS.put("enabled", true);
    DEFAULTS.put("materialized", "view");
    DEFAULTS.put("on_schema_change", "ignore");
    DEFAULTS.put("on_configuration_change", "apply");
    DEFAULTS.put("lookback", 1L);
    for (String key : List.of("persist_docs", "grants", "quoting", "column_types", "meta")) {
      DEFAULTS.put(key, Map.of());
    }
    for (String key : List.of("tags", "packages", "pre-hook", "post-hook")) {
      DEFAULTS.put(key, List.of());
    }
    Map<String, Object> contract = new LinkedHashMap<>();
    contract.put("enforced", false);
    contract.put("alias_types", true);
    DEFAULTS.put("contract", contract);
  }

  private final Map<String, @Nullable Object> values;
  private final Map<String, @Nullable Object> model;

  ConfigObject(Map<String, @Nullable Object> values, Map<String, @Nullable Object> model) {
    this.values = values;
    this.model = model;
  }

  private @Nullable Object find(String key) {
    if (values.containsKey(key)) {
      return values.get(key);
    }
    return DEFAULTS.containsKey(key) ? Values.copy(DEFAULTS.get(key)) : ABSENT;
  }

  /** Configuring is over: the call is read when the project is. */
  @Override
  public Object call(Arguments arguments) {
    return "";
  }

  private static PythonError missing(Object key) {
    return new PythonError(
        "CompilationError", "the configuration has no `" + Printing.str(key) + "`");
  }

  private @Nullable Object meta(String key) {
    return find("meta") instanceof Map<?, ?> map && map.containsKey(key) ? map.get(key) : ABSENT;
  }

  private boolean persists(String what) {
    return find("persist_docs") instanceof Map<?, ?> map && Boolean.TRUE.equals(map.get(what));
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "get" ->
          Members.function(
              "get(name, default=None, validator=None)",
              a -> orElse(find(Printing.str(a[0])), a[1]));
      case "require" ->
          Members.function(
              "require(name, validator=None)", a -> required(find(Printing.str(a[0])), a[0]));
      case "meta_get" ->
          Members.function(
              "meta_get(name, default=None, validator=None)",
              a -> orElse(meta(Printing.str(a[0])), a[1]));
      case "meta_require" ->
          Members.function(
              "meta_require(name, validator=None)", a -> required(meta(Printing.str(a[0])), a[0]));
      case "set" -> (Callable) arguments -> "";
      case "persist_relation_docs" -> (Callable) arguments -> persists("relation");
      case "persist_column_docs" -> (Callable) arguments -> persists("columns");
      case "model" -> model;
      default -> ABSENT;
    };
  }

  private static @Nullable Object orElse(@Nullable Object found, @Nullable Object fallback) {
    return found == ABSENT ? fallback : found;
  }

  private static @Nullable Object required(@Nullable Object found, @Nullable Object key) {
    if (found == ABSENT) {
      throw missing(String.valueOf(key));
    }
    return found;
  }

  @Override
  public String typeName() {
    return "RuntimeConfigObject";
  }
}
