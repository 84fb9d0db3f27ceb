package dev.millrace.dbt.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.dbt.manifest.NodeType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts configurations together by dbt's rules: tags, hooks and packages are added up, {@code meta}
 * and the like are merged by key, grants too (a key with {@code +} before it adds to what is
 * there), everything else replaces what was there.
 */
final class ConfigMerge {
  private static final Set<String> APPENDED = Set.of("tags", "pre-hook", "post-hook", "packages");
  private static final Set<String> MERGED =
      Set.of("quoting", "column_types", "meta", "docs", "contract", "snapshot_meta_column_names");
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Map<String, @Nullable Object> values;

  private ConfigMerge(Map<String, @Nullable Object> values) {
    this.values = values;
  }

  /** What a resource has if nobody says anything. */
  static ConfigMerge defaults(NodeType type) {
    return new ConfigMerge(ConfigDefaults.of(type));
  }

  /** Nothing, not even defaults. */
  static ConfigMerge empty() {
    return new ConfigMerge(new LinkedHashMap<>());
  }

  Map<String, @Nullable Object> values() {
    return values;
  }

  /** Adds what has precedence over what was added before. */
  ConfigMerge add(Map<String, ? extends @Nullable Object> config) {
    config.forEach((key, value) -> put(name(key), value));
    return this;
  }

  /** Adds configurations in order. */
  ConfigMerge addAll(List<Map<String, @Nullable Object>> configs) {
    configs.forEach(this::add);
    return this;
  }

  /** One name for keys that have two. */
  static String name(String key) {
    String stripped = key.strip();
    return switch (stripped) {
      case "pre_hook" -> "pre-hook";
      case "post_hook" -> "post-hook";
      default -> stripped;
    };
  }

  private void put(String key, @Nullable Object value) {
    if (APPENDED.contains(key)) {
      List<@Nullable Object> all = new ArrayList<>(Values.list(values.get(key)));
      for (Object item : Values.list(value)) {
        Object added = key.endsWith("-hook") ? hook(item) : item;
        if (added != null) {
          all.add(added);
        }
      }
      values.put(key, all);
    } else if (MERGED.contains(key) && value instanceof Map<?, ?>) {
      Map<String, @Nullable Object> all = Values.copy(Values.map(values.get(key)));
      all.putAll(Values.map(value));
      values.put(key, all);
    } else if (key.equals("grants") && value instanceof Map<?, ?>) {
      values.put(key, grants(Values.map(values.get(key)), Values.map(value)));
    } else if (!MERGED.contains(key) || value != null) {
      values.put(key, value);
    }
  }

  private static Map<String, @Nullable Object> grants(
      Map<String, @Nullable Object> before, Map<String, @Nullable Object> added) {
    Map<String, @Nullable Object> all = Values.copy(before);
    added.forEach(
        (key, value) -> {
          if (key.startsWith("+")) {
            List<@Nullable Object> sum = new ArrayList<>(Values.list(all.get(key.substring(1))));
            sum.addAll(Values.list(value));
            all.put(key.substring(1), sum);
          } else {
            all.put(key, Values.list(value));
          }
        });
    return all;
  }

  /** A hook as a block of {@code sql}, {@code transaction} and {@code index}. */
  static @Nullable Object hook(@Nullable Object value) {
    if (value == null) {
      return null;
    }
    Map<String, @Nullable Object> given = new LinkedHashMap<>();
    if (value instanceof Map<?, ?> map) {
      given.putAll(Values.map(map));
    } else {
      given.putAll(json(String.valueOf(value)));
    }
    Map<String, @Nullable Object> hook = new LinkedHashMap<>();
    hook.put("sql", String.valueOf(given.getOrDefault("sql", value)));
    hook.put("transaction", given.getOrDefault("transaction", true));
    hook.put("index", given.get("index"));
    return hook;
  }

  /** {@code before_begin()} and {@code after_commit()} return hooks as JSON. */
  private static Map<String, @Nullable Object> json(String text) {
    if (!text.stripLeading().startsWith("{\"")) {
      return Map.of();
    }
    try {
      return Values.map(JSON.readValue(text, Map.class));
    } catch (JsonProcessingException e) {
      return Map.of();
    }
  }
}
