package dev.millrace.dbt.context;

import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sources that are files: {@code meta: external_location}, as DuckDB's adapter of dbt has it. */
final class External {
  private static final Pattern FIELD = Pattern.compile("\\{(\\w+)}");

  private External() {}

  /** The relation as it is read. */
  static TemplateRelation of(Node node, TemplateRelation relation) {
    if (node.type() != NodeType.SOURCE) {
      return relation;
    }
    Optional<String> location = location(node);
    if (location.isEmpty()) {
      return relation;
    }
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("name", node.name());
    fields.put("identifier", relation.identifier() == null ? "" : relation.identifier());
    fields.put("schema", relation.schema() == null ? "" : relation.schema());
    fields.put("database", relation.database() == null ? "" : relation.database());
    fields.put("source_name", String.valueOf(node.extra().get("source_name")));
    node.meta().forEach((key, value) -> fields.put(key, String.valueOf(value)));
    Matcher matcher = FIELD.matcher(location.get());
    String text =
        matcher.replaceAll(
            field -> Matcher.quoteReplacement(fields.getOrDefault(field.group(1), field.group())));
    boolean plain = !text.contains("(") && !text.startsWith("'");
    return relation.external(plain ? "'" + text + "'" : text);
  }

  private static Optional<String> location(Node node) {
    Object own = node.config().values().get("external_location");
    if (own == null) {
      own = node.meta().get("external_location");
    }
    if (own == null) {
      own = inMeta(node.extra().get("source_meta"));
    }
    return Optional.ofNullable(own).map(String::valueOf);
  }

  private static @Nullable Object inMeta(@Nullable Object meta) {
    return meta instanceof Map<?, ?> map ? map.get("external_location") : null;
  }
}
