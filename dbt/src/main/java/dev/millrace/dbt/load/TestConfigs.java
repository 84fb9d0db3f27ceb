package dev.millrace.dbt.load;

import dev.millrace.jinja.value.Printing;
import dev.millrace.project.yaml.YamlNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tells apart what of a generic test's keys is configuration, and what are arguments. */
final class TestConfigs {
  private static final List<String> KEYS =
      List.of(
          "severity",
          "tags",
          "enabled",
          "where",
          "limit",
          "warn_if",
          "error_if",
          "fail_calc",
          "store_failures",
          "store_failures_as",
          "meta",
          "database",
          "schema",
          "alias");

  private TestConfigs() {}

  /** Takes the configuration out of the arguments, and renders it. */
  static Map<String, @Nullable Object> take(
      Map<String, @Nullable Object> arguments, YamlNode block, YamlTexts texts) {
    Map<String, @Nullable Object> written = Values.copy(Values.map(arguments.remove("config")));
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    for (String key : KEYS) {
      Object outside = arguments.remove(key);
      Object inside = written.remove(key);
      Object value = isTrue(outside) ? outside : inside;
      if (value == null && Boolean.FALSE.equals(outside)) {
        value = outside;
      }
      if (value != null) {
        config.put(key, value);
      }
    }
    config.putAll(written);
    config.replaceAll((key, value) -> rendered(value, key, block, texts));
    config.values().removeIf(v -> v == null);
    return config;
  }

  private static boolean isTrue(@Nullable Object value) {
    return value != null && !Boolean.FALSE.equals(value) && !"".equals(value);
  }

  private static @Nullable Object rendered(
      @Nullable Object value, String key, YamlNode block, YamlTexts texts) {
    if (!(value instanceof String text) || !text.contains("{{") && !text.contains("{%")) {
      return value;
    }
    if (block instanceof YamlNode.Mapping mapping) {
      YamlNode inside = mapping.get("config").orElse(block);
      if (inside instanceof YamlNode.Mapping config
          && config.get(key).or(() -> mapping.get(key)).orElse(block)
              instanceof YamlNode.Scalar scalar) {
        return texts.value(text, scalar.places());
      }
    }
    return texts.value(text, (offset, length) -> block.where());
  }

  /** The configuration as a call of {@code config()}. */
  static String code(Map<String, @Nullable Object> config) {
    if (config.isEmpty()) {
      return "";
    }
    return config.entrySet().stream()
        .map(
            e ->
                e.getKey()
                    + "="
                    + (e.getValue() instanceof String text
                        ? '"' + text.replace("\"", "\\\"") + '"'
                        : Printing.str(e.getValue())))
        .collect(Collectors.joining(",", "{{ config(", ") }}"));
  }
}
