package dev.millrace.project.yaml;

import dev.millrace.api.error.SourceLocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A value in a YAML file, with its place. */
public sealed interface YamlNode {
  /** Where it begins, and how much of that line it takes. */
  SourceLocation where();

  /** What the user would call it, for messages: {@code text}, {@code a list}, {@code a block}. */
  String kind();

  /**
   * As nested Map (in the file's order), List, String, Long, Double and Boolean; null for null.
   * Keys without a value are left out.
   */
  @Nullable Object plain();

  /**
   * One word or text.
   *
   * @param text as YAML reads it, without quotes and escapes
   * @param quoted true if it is text whatever it looks like
   * @param places where a stretch of {@code text} stands in the file
   */
  record Scalar(String text, boolean quoted, SourceLocation where, Places places)
      implements YamlNode {
    /** The same place with another text, which stands for the whole of the old one. */
    public Scalar withText(String newText) {
      return new Scalar(newText, false, where, (offset, length) -> where);
    }

    @Override
    public String kind() {
      return plain() == null ? "nothing" : "`" + text + "`";
    }

    @Override
    public @Nullable Object plain() {
      return quoted ? text : ScalarValue.of(text);
    }
  }

  /** Values in order. */
  record Sequence(List<YamlNode> items, SourceLocation where) implements YamlNode {
    /** Copies the list. */
    public Sequence {
      items = List.copyOf(items);
    }

    @Override
    public String kind() {
      return "a list";
    }

    @Override
    public Object plain() {
      return items.stream().map(YamlNode::plain).filter(Objects::nonNull).toList();
    }
  }

  /** Keys with values, in the file's order, each key once. */
  record Mapping(List<Entry> entries, SourceLocation where) implements YamlNode {
    /** Copies the list. */
    public Mapping {
      entries = List.copyOf(entries);
    }

    /** The value of a key; empty also where the key has no value. */
    public Optional<YamlNode> get(String key) {
      return entries.stream()
          .filter(e -> e.key().text().equals(key) && !e.value().isNull())
          .map(Entry::value)
          .findFirst();
    }

    @Override
    public String kind() {
      return "a block of keys";
    }

    @Override
    public Object plain() {
      Map<String, Object> values = new LinkedHashMap<>();
      for (Entry entry : entries) {
        Object value = entry.value().plain();
        if (value != null) {
          values.put(entry.key().text(), value);
        }
      }
      return values;
    }
  }

  /** One key with its value. */
  record Entry(Scalar key, YamlNode value) {}

  /** Finds a stretch of a scalar's text in the file. */
  @FunctionalInterface
  interface Places {
    /**
     * The place of a stretch.
     *
     * @param offset in the scalar's text, in UTF-16 code units from 0
     * @param length of the stretch, 0 if unknown
     */
    SourceLocation locate(int offset, int length);
  }

  /** True for {@code key:} without a value, {@code ~} and {@code null}. */
  default boolean isNull() {
    return this instanceof Scalar && plain() == null;
  }
}
