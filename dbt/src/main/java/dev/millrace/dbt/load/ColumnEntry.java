package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A column in a property file.
 *
 * @param node its block
 * @param values of it
 */
record ColumnEntry(YamlNode.Mapping node, Map<String, @Nullable Object> values) {
  /** The columns of a block that has {@code columns:}; those without a name are left out. */
  static List<ColumnEntry> of(YamlNode.Mapping owner, Map<String, @Nullable Object> values) {
    List<ColumnEntry> columns = new ArrayList<>();
    List<@Nullable Object> items = Values.list(values.get("columns"));
    if (owner.get("columns").orElse(owner) instanceof YamlNode.Sequence nodes) {
      for (int i = 0; i < nodes.items().size() && i < items.size(); i++) {
        if (nodes.items().get(i) instanceof YamlNode.Mapping node) {
          columns.add(new ColumnEntry(node, Values.map(items.get(i))));
        }
      }
    }
    return columns;
  }

  /** The block of a column in a block that has {@code columns:}. */
  static Optional<YamlNode.Mapping> find(YamlNode.Mapping owner, String name) {
    if (owner.get("columns").orElse(owner) instanceof YamlNode.Sequence columns) {
      for (YamlNode item : columns.items()) {
        if (item instanceof YamlNode.Mapping column
            && column.get("name").orElse(column) instanceof YamlNode.Scalar text
            && text.text().equals(name)) {
          return Optional.of(column);
        }
      }
    }
    return Optional.empty();
  }

  boolean isColumn() {
    return values.get("name") != null;
  }

  String name() {
    return String.valueOf(values.get("name"));
  }

  boolean quote() {
    return Boolean.TRUE.equals(values.get("quote"));
  }

  Set<String> tags() {
    Set<String> tags = new LinkedHashSet<>(Values.texts(values.get("tags")));
    tags.addAll(Values.texts(Values.map(values, "config").get("tags")));
    return tags;
  }

  /** The column as a node has it; the description is not rendered yet. */
  NodeColumn column() {
    Map<String, @Nullable Object> meta = Values.copy(Values.map(values, "meta"));
    meta.putAll(Values.map(Values.map(values, "config"), "meta"));
    return new NodeColumn(
        name(),
        Values.text(values, "description").orElse(""),
        Values.text(values, "data_type"),
        quote(),
        Constraints.of(values.get("constraints"), false),
        List.copyOf(tags()),
        meta);
  }

  /** The columns by name. */
  static Map<String, NodeColumn> columns(List<ColumnEntry> entries) {
    Map<String, NodeColumn> columns = new LinkedHashMap<>();
    for (ColumnEntry entry : entries) {
      if (entry.isColumn()) {
        columns.put(entry.name(), entry.column());
      }
    }
    return columns;
  }
}
