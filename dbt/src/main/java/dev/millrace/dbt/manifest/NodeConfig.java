package dev.millrace.dbt.manifest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a node: what {@code dbt_project.yml}, the property files and {@code
 * config()} say together. Immutable. Values are those that templates see: String, Long, Double,
 * Boolean, null, List, Map.
 *
 * @param values by key, in order
 */
public record NodeConfig(Map<String, @Nullable Object> values) {
  /** Nothing configured. */
  public static final NodeConfig EMPTY = new NodeConfig(Map.of());

  /** Copies the map. */
  public NodeConfig {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  /** The value as a text; empty if it is missing or None. */
  public Optional<String> text(String key) {
    return Optional.ofNullable(values.get(key)).map(String::valueOf);
  }

  /** The value as a boolean; empty if it is missing, None or no boolean. */
  public Optional<Boolean> flag(String key) {
    return values.get(key) instanceof Boolean flag ? Optional.of(flag) : Optional.empty();
  }

  /** The value as a list of texts: a single value is a list of one, a missing one is empty. */
  public List<String> texts(String key) {
    Object value = values.get(key);
    if (value == null) {
      return List.of();
    }
    List<String> texts = new ArrayList<>();
    for (Object item : value instanceof List<?> list ? list : List.of(value)) {
      texts.add(String.valueOf(item));
    }
    return texts;
  }

  /** {@code materialized}; {@code view} if it is not said. */
  public String materialized() {
    return text("materialized").orElse("view");
  }
}
