package dev.millrace.dbt.load;

import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The values of a YAML file as dbt sees them: {@code yes}, {@code no}, {@code on} and {@code off}
 * are booleans as in YAML 1.1, keys without a value are None, and texts are templates where dbt
 * renders them.
 */
final class YamlValues {
  /** Gives a template its value. */
  @FunctionalInterface
  interface Texts {
    /** The value, which need not be a text: {@code "{{ var('days') }}"} may be a number. */
    @Nullable Object value(String template, YamlNode.Places places);
  }

  /** Leaves templates as they are. */
  static final Texts VERBATIM = (template, places) -> template;

  private final Texts texts;
  private final Predicate<List<String>> rendered;

  /**
   * Values of which some are rendered.
   *
   * @param rendered whether what is at a path of keys and list positions is a template
   */
  YamlValues(Texts texts, Predicate<List<String>> rendered) {
    this.texts = texts;
    this.rendered = rendered;
  }

  /** The values as they are written. */
  static @Nullable Object plain(YamlNode node) {
    return new YamlValues(VERBATIM, path -> false).of(node);
  }

  /** A block's values as they are written. */
  static Map<String, @Nullable Object> plain(YamlNode.Mapping node) {
    return new YamlValues(VERBATIM, path -> false).of(node);
  }

  @Nullable Object of(YamlNode node) {
    return value(node, new ArrayList<>());
  }

  Map<String, @Nullable Object> of(YamlNode.Mapping node) {
    return mapping(node, new ArrayList<>());
  }

  private @Nullable Object value(YamlNode node, List<String> path) {
    if (node instanceof YamlNode.Scalar scalar) {
      return scalar(scalar, path);
    }
    if (node instanceof YamlNode.Sequence sequence) {
      List<@Nullable Object> items = new ArrayList<>(sequence.items().size());
      for (int i = 0; i < sequence.items().size(); i++) {
        path.add(Integer.toString(i));
        items.add(value(sequence.items().get(i), path));
        path.remove(path.size() - 1);
      }
      return items;
    }
    return mapping((YamlNode.Mapping) node, path);
  }

  private Map<String, @Nullable Object> mapping(YamlNode.Mapping node, List<String> path) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    for (YamlNode.Entry entry : node.entries()) {
      path.add(entry.key().text());
      values.put(entry.key().text(), value(entry.value(), path));
      path.remove(path.size() - 1);
    }
    return values;
  }

  private @Nullable Object scalar(YamlNode.Scalar scalar, List<String> path) {
    if (!scalar.quoted()) {
      switch (scalar.text()) {
        case "yes", "Yes", "YES", "on", "On", "ON":
          return true;
        case "no", "No", "NO", "off", "Off", "OFF":
          return false;
        default:
          Object plain = scalar.plain();
          if (!(plain instanceof String)) {
            return plain;
          }
      }
    }
    String text = scalar.text();
    boolean template = text.contains("{{") || text.contains("{%") || text.contains("{#");
    return template && rendered.test(path) ? texts.value(text, scalar.places()) : text;
  }
}
