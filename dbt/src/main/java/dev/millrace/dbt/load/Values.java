package dev.millrace.dbt.load;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads values of maps whose types nobody has checked. */
final class Values {
  private Values() {}

  static Optional<String> text(Map<String, ? extends @Nullable Object> values, String key) {
    Object value = values.get(key);
    return value == null ? Optional.empty() : Optional.of(String.valueOf(value));
  }

  /** The value as a block; empty if it is none. */
  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> map(@Nullable Object value) {
    return value instanceof Map<?, ?> map
        ? (Map<String, @Nullable Object>) map
        : Collections.emptyMap();
  }

  static Map<String, @Nullable Object> map(
      Map<String, ? extends @Nullable Object> values, String key) {
    return map(values.get(key));
  }

  /** The value as a list: nothing is empty, a single value is a list of one. */
  static List<@Nullable Object> list(@Nullable Object value) {
    if (value == null) {
      return List.of();
    }
    return value instanceof List<?> list
        ? new ArrayList<>(list)
        : new ArrayList<>(Collections.singletonList(value));
  }

  /** The same as texts, without nulls. */
  static List<String> texts(@Nullable Object value) {
    List<String> texts = new ArrayList<>();
    for (Object item : list(value)) {
      if (item != null) {
        texts.add(String.valueOf(item));
      }
    }
    return texts;
  }

  /** Blocks of a list; anything else in it is left out. */
  static List<Map<String, @Nullable Object>> maps(@Nullable Object value) {
    List<Map<String, @Nullable Object>> maps = new ArrayList<>();
    for (Object item : list(value)) {
      if (item instanceof Map<?, ?>) {
        maps.add(map(item));
      }
    }
    return maps;
  }

  static Map<String, @Nullable Object> copy(Map<String, ? extends @Nullable Object> values) {
    return new LinkedHashMap<>(values);
  }
}
