package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.ProjectError;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Makes the nodes of sources: a node for each table of {@code tables:}, or stream of Millrace's.
 */
final class SourceReader {
  private final String database;
  private final ConfigBuilder configs;
  private final Problems problems;
  private final List<Draft> drafts = new ArrayList<>();
  private final List<TestTarget> targets = new ArrayList<>();

  /** One source's table: its block and the values that count. */
  private record Table(
      PropertyEntry entry,
      Map<String, @Nullable Object> source,
      YamlNode.Mapping node,
      Map<String, @Nullable Object> values) {}

  SourceReader(String database, ConfigBuilder configs, Problems problems) {
    this.database = database;
    this.configs = configs;
    this.problems = problems;
  }

  List<Draft> drafts() {
    return drafts;
  }

  /** What is tested. */
  List<TestTarget> targets() {
    return targets;
  }

  void read(PropertyFiles properties) {
    Map<String, PropertyEntry> overrides = new HashMap<>();
    for (PropertyEntry entry : properties.of("sources")) {
      entry
          .text("overrides")
          .ifPresent(packageName -> overrides.put(packageName + "." + entry.name(), entry));
    }
    for (PropertyEntry entry : properties.of("sources")) {
      if (entry.text("overrides").isEmpty()) {
        Optional<PropertyEntry> override =
            Optional.ofNullable(overrides.get(entry.project().name() + "." + entry.name()));
        read(entry, override);
      }
    }
  }

  private void read(PropertyEntry entry, Optional<PropertyEntry> override) {
    Map<String, @Nullable Object> source = Values.copy(entry.values());
    override.ifPresent(o -> over(source, o.values()));
    boolean topics = source.get("tables") == null && source.get("streams") != null;
    String key = topics ? "streams" : "tables";
    List<Map<String, @Nullable Object>> tables = Values.maps(source.get(key));
    List<YamlNode> nodes =
        entry.node().get(key).orElse(entry.node()) instanceof YamlNode.Sequence list
            ? list.items()
            : List.of();
    for (int i = 0; i < tables.size() && i < nodes.size(); i++) {
      Map<String, @Nullable Object> table = Values.copy(tables.get(i));
      if (Values.text(table, "name").isEmpty()) {
        problems.error(
            ProjectError.MISSING_KEY, nodes.get(i).where(), "a table has no `name`", null);
      } else if (nodes.get(i) instanceof YamlNode.Mapping node) {
        override.ifPresent(
            o ->
                Values.maps(o.values().get("tables")).stream()
                    .filter(t -> Values.text(t, "name").equals(Values.text(table, "name")))
                    .forEach(t -> over(table, t)));
        add(new Table(entry, source, node, table), topics);
      }
    }
  }

  private static void over(
      Map<String, @Nullable Object> values, Map<String, @Nullable Object> with) {
    with.forEach(
        (key, value) -> {
          if (value != null && !Set.of("overrides", "tables", "name").contains(key)) {
            values.put(key, value);
          }
        });
  }

  private void add(Table table, boolean topic) {
    PropertyEntry entry = table.entry();
    String name = Values.text(table.values(), "name").orElse("");
    List<String> fqn = ResourceReader.fqnPrefix(entry.project(), entry.found());
    fqn.add(entry.name());
    fqn.add(name);
    Draft draft =
        new Draft(NodeType.SOURCE, entry.project(), name, entry.found(), entry.file(), "", fqn);
    draft.id = "source." + entry.project().name() + "." + entry.name() + "." + name;
    draft.path = entry.found().original();
    draft.where = table.node().get("name").map(YamlNode::where).orElse(table.node().where());
    draft.hasTemplate = false;
    draft.description = Values.text(table.values(), "description").orElse("");
    List<ColumnEntry> columns = ColumnEntry.of(table.node(), table.values());
    draft.columns = ColumnEntry.columns(columns);
    draft.described = Optional.of(table.node());
    draft.patchConfig = config(table);
    draft.rawPatchConfig = draft.patchConfig;
    configs.apply(draft);
    extras(draft, table, name);
    if (topic) {
      draft.extra.put("is_topic", true);
    }
    drafts.add(draft);
    Set<String> tags = new LinkedHashSet<>(Values.texts(table.source().get("tags")));
    tags.addAll(Values.texts(table.values().get("tags")));
    targets.add(
        new TestTarget(
            entry,
            draft,
            entry.name() + "_" + name,
            "source('" + entry.name() + "', '" + name + "')",
            TestTarget.tests(table.node()),
            columns,
            Boolean.TRUE.equals(table.values().get("quote_columns")),
            tags));
  }

  /** What source and table say, in their {@code config} and outside of it. */
  private static Map<String, @Nullable Object> config(Table table) {
    Map<String, @Nullable Object> ofSource = Values.map(table.source(), "config");
    Map<String, @Nullable Object> ofTable = Values.map(table.values(), "config");
    List<Map<String, @Nullable Object>> levels =
        List.of(table.source(), ofSource, table.values(), ofTable);
    Map<String, @Nullable Object> config = Values.copy(ofSource);
    config.putAll(ofTable);
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    Set<String> tags = new TreeSet<>();
    for (Map<String, @Nullable Object> level : levels) {
      meta.putAll(Values.map(level, "meta"));
      tags.addAll(Values.texts(level.get("tags")));
      for (String key : List.of("loaded_at_field", "loaded_at_query")) {
        if (level.containsKey(key)) {
          config.put(key, level.get(key));
        }
      }
      if (level.containsKey("freshness")) {
        config.put("freshness", freshness(config.get("freshness"), level.get("freshness")));
      }
    }
    config.put("meta", meta);
    config.put("tags", List.copyOf(tags));
    return config;
  }

  private static @Nullable Object freshness(@Nullable Object before, @Nullable Object added) {
    if (!(added instanceof Map<?, ?>)) {
      return null;
    }
    Map<String, @Nullable Object> all = Values.copy(Values.map(before));
    Values.map(added)
        .forEach(
            (key, value) -> {
              if (value != null) {
                all.put(key, value);
              } else {
                all.remove(key);
              }
            });
    return all;
  }

  private void extras(Draft draft, Table table, String name) {
    Map<String, @Nullable Object> source = table.source();
    String schema = Values.text(source, "schema").orElse(table.entry().name());
    String in = Values.text(source, "database").orElse(database);
    String identifier = Values.text(table.values(), "identifier").orElse(name);
    draft.relation = Optional.of(Relation.of(in, schema, identifier));
    Map<String, @Nullable Object> extra = draft.extra;
    extra.put("source_name", table.entry().name());
    extra.put("source_description", Values.text(source, "description").orElse(""));
    extra.put("loader", Values.text(source, "loader").orElse(""));
    extra.put("identifier", identifier);
    Map<String, @Nullable Object> meta = Values.copy(Values.map(source, "meta"));
    meta.putAll(Values.map(Values.map(source, "config"), "meta"));
    extra.put("source_meta", meta);
    extra.put("loaded_at_field", draft.config.get("loaded_at_field"));
    extra.put("loaded_at_query", draft.config.get("loaded_at_query"));
    extra.put("freshness", draft.config.get("freshness"));
    extra.put("external", table.values().get("external"));
    Map<String, @Nullable Object> quoting = Values.copy(Values.map(source, "quoting"));
    quoting.putAll(Values.map(table.values(), "quoting"));
    extra.put("quoting", quoting);
    if (source.get("streams") != null) {
      extra.put("connector", source.get("connector"));
      extra.put(
          "topic", Values.text(table.values(), "topic").orElse(table.entry().name() + "." + name));
    }
  }
}
