package dev.millrace.dbt.context;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.millrace.jinja.value.Attributes;
import dev.millrace.jinja.value.Printing;
import dev.millrace.jinja.value.PythonError;
import dev.millrace.jinja.value.Sequences;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Values from and to JSON and YAML. */
final class Texts {
  /** Python reads NaN and Infinity, and nothing behind the value. */
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_LONG_FOR_INTS)
          .build();

  private Texts() {}

  static @Nullable Object fromJson(String text, @Nullable Object fallback) {
    try {
      // Of nothing at all Jackson makes null, Python an error.
      return text.isBlank() ? fallback : JSON.readValue(text, Object.class);
    } catch (JsonProcessingException e) {
      return fallback;
    }
  }

  static @Nullable Object fromYaml(String text, @Nullable Object fallback) {
    try {
      Load load =
          new Load(
              LoadSettings.builder()
                  .setAllowDuplicateKeys(true)
                  .setCodePointLimit(64 << 20)
                  .build());
      return plain(load.loadFromString(text));
    } catch (YamlEngineException e) {
      return fallback;
    }
  }

  static String toYaml(@Nullable Object value, boolean sorted) {
    DumpSettings settings =
        DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).setSplitLines(false).build();
    Object plain = plain(value);
    return new Dump(settings)
        .dumpToString(sorted && plain instanceof Map<?, ?> map ? new TreeMap<>(map) : plain);
  }

  /** Only maps, lists, texts, numbers, booleans and null; Integer becomes Long. */
  static @Nullable Object plain(@Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      Map<Object, @Nullable Object> copy = new LinkedHashMap<>();
      map.forEach((key, item) -> copy.put(key, plain(item)));
      return copy;
    }
    if (value instanceof Iterable<?> items && !(value instanceof Attributes)) {
      List<@Nullable Object> copy = new ArrayList<>();
      items.forEach(item -> copy.add(plain(item)));
      return copy;
    }
    if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
      return ((Number) value).longValue();
    }
    return value;
  }

  /** What {@code dict_a} has in its lists that {@code dict_b} has not; keys without case. */
  static Map<Object, @Nullable Object> diff(@Nullable Object[] dicts) {
    if (!(dicts[0] instanceof Map<?, ?> a) || !(dicts[1] instanceof Map<?, ?> b)) {
      throw PythonError.type("diff_of_two_dicts() takes two dicts");
    }
    Map<String, List<String>> others = new LinkedHashMap<>();
    b.forEach((key, value) -> others.put(lower(key), lowerAll(value)));
    Map<Object, @Nullable Object> diff = new LinkedHashMap<>();
    a.forEach(
        (key, value) -> {
          List<String> other = others.get(lower(key));
          List<@Nullable Object> missing = new ArrayList<>();
          for (Object item : Sequences.list(value)) {
            if (other == null || !other.contains(lower(item))) {
              missing.add(item);
            }
          }
          if (!missing.isEmpty()) {
            diff.put(key, missing);
          }
        });
    return diff;
  }

  private static List<String> lowerAll(@Nullable Object list) {
    return Sequences.list(list).stream().map(Texts::lower).toList();
  }

  private static String lower(@Nullable Object value) {
    return Printing.str(value).toLowerCase(Locale.ROOT);
  }
}
