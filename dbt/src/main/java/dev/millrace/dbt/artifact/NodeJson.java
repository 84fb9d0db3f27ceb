package dev.millrace.dbt.artifact;

import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.dbt.manifest.NodeKeys;
import dev.millrace.dbt.manifest.NodeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Nodes as manifest.json has them. */
final class NodeJson {
  private static final long LARGE_SEED = 1 << 20;
  private static final Set<NodeType> WITH_CODE =
      Set.of(
          NodeType.MODEL, NodeType.SNAPSHOT, NodeType.TEST, NodeType.ANALYSIS, NodeType.OPERATION);

  private final LoadedProject project;
  private final Map<String, String> compiled;

  NodeJson(LoadedProject project, Map<String, String> compiled) {
    this.project = project;
    this.compiled = compiled;
  }

  Map<String, @Nullable Object> of(Node node) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", node.name());
    json.put("resource_type", node.type().text());
    json.put("package_name", node.packageName());
    json.put("path", node.path());
    json.put("original_file_path", extra(node, "original_file_path", node.file().path()));
    json.put("unique_id", node.id());
    json.put("fqn", node.fqn());
    json.put("config", node.config().values());
    json.put("unrendered_config", extra(node, "unrendered_config", Map.of()));
    json.put("description", node.description());
    json.put("tags", node.tags());
    json.put("meta", node.meta());
    json.put("created_at", project.setting().startedAt().toEpochMilli() / 1000.0);
    switch (node.type()) {
      case SOURCE -> source(node, json);
      case EXPOSURE -> exposure(node, json);
      case UNIT_TEST -> unitTest(node, json);
      default -> built(node, json);
    }
    return json;
  }

  private static @Nullable Object extra(Node node, String key, @Nullable Object fallback) {
    Object value = node.extra().get(key);
    return value == null ? fallback : value;
  }

  private static void copy(Node node, Map<String, @Nullable Object> json, String... keys) {
    for (String key : keys) {
      json.put(key, node.extra().get(key));
    }
  }

  private static Map<String, @Nullable Object> dependsOn(Node node) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("macros", node.macros());
    json.put("nodes", node.dependsOn());
    return json;
  }

  private void built(Node node, Map<String, @Nullable Object> json) {
    json.put("database", extra(node, "database", project.manifest().target().database()));
    json.put("schema", extra(node, "schema", project.manifest().target().schema()));
    json.put("alias", extra(node, "alias", node.name()));
    json.put("checksum", checksum(node));
    json.put("columns", columns(node));
    json.put("group", node.extra().get("group"));
    json.put("docs", extra(node, "docs", extraConfig(node, "docs")));
    json.put("patch_path", node.extra().get("patch_path"));
    json.put("build_path", null);
    json.put("relation_name", relationName(node));
    json.put("raw_code", node.code());
    json.put("doc_blocks", List.of());
    json.put("depends_on", dependsOn(node));
    if (node.type() == NodeType.SEED) {
      json.put("root_path", node.extra().get("root_path"));
      return;
    }
    if (WITH_CODE.contains(node.type())) {
      json.put("language", extra(node, "language", "sql"));
      json.put("refs", extra(node, "refs", List.of()));
      json.put("sources", extra(node, "sources", List.of()));
      json.put("metrics", List.of());
      json.put("compiled_path", null);
      String code = compiled.get(node.id());
      if (code != null) {
        json.put("compiled", true);
        json.put("compiled_code", code);
        json.put("extra_ctes_injected", true);
        json.put("extra_ctes", List.of());
      }
      json.put("contract", contract(node));
    }
    switch (node.type()) {
      case MODEL -> model(node, json);
      case TEST -> test(node, json);
      case OPERATION -> json.put("index", node.extra().get("index"));
      default -> {}
    }
  }

  private static @Nullable Object extraConfig(Node node, String key) {
    Object value = node.config().values().get(key);
    return value == null ? Map.of("show", true) : value;
  }

  private static Map<String, @Nullable Object> contract(Node node) {
    Map<String, @Nullable Object> contract = new LinkedHashMap<>();
    boolean enforced = false;
    if (node.config().values().get("contract") instanceof Map<?, ?> map) {
      enforced = Boolean.TRUE.equals(map.get("enforced"));
    }
    contract.put("enforced", enforced);
    contract.put("alias_types", true);
    contract.put("checksum", null);
    return contract;
  }

  private static void model(Node node, Map<String, @Nullable Object> json) {
    json.put("access", extra(node, "access", "protected"));
    json.put("constraints", extra(node, "constraints", List.of()));
    copy(node, json, "version", "latest_version", "deprecation_date", "time_spine");
    json.put("primary_key", List.of());
  }

  private static void test(Node node, Map<String, @Nullable Object> json) {
    if (node.test().isEmpty()) {
      return;
    }
    DataTest test = node.test().get();
    json.put("test_metadata", NodeKeys.testMetadata(node, test));
    copy(node, json, "column_name", "file_key_name");
    json.put("attached_node", test.attached().filter(id -> !id.startsWith("source.")).orElse(null));
  }

  private static void source(Node node, Map<String, @Nullable Object> json) {
    json.put("database", node.relation().map(r -> r.database()).orElse(null));
    json.put("schema", node.relation().map(r -> r.schema()).orElse(null));
    copy(
        node,
        json,
        "source_name",
        "source_description",
        "loader",
        "identifier",
        "quoting",
        "loaded_at_field",
        "loaded_at_query",
        "freshness",
        "external",
        "source_meta",
        "patch_path");
    json.put("columns", columns(node));
    json.put("relation_name", node.relation().map(Object::toString).orElse(null));
    json.put("doc_blocks", List.of());
  }

  private static void exposure(Node node, Map<String, @Nullable Object> json) {
    copy(node, json, "type", "owner", "label", "maturity", "url");
    json.put("depends_on", dependsOn(node));
    json.put("refs", extra(node, "refs", List.of()));
    json.put("sources", extra(node, "sources", List.of()));
    json.put("metrics", List.of());
  }

  private void unitTest(Node node, Map<String, @Nullable Object> json) {
    copy(node, json, "model", "given", "expect", "overrides", "version");
    json.put("depends_on", dependsOn(node));
    json.put(
        "checksum",
        NodeKeys.sha256(
            String.valueOf(node.extra().get("given"))
                + node.extra().get("expect")
                + node.extra().get("overrides")));
    json.put(
        "schema",
        project
            .manifest()
            .node(String.valueOf(node.extra().get("tested")))
            .flatMap(Node::relation)
            .map(r -> r.schema())
            .orElse(project.manifest().target().schema()));
  }

  private static @Nullable String relationName(Node node) {
    boolean kept =
        node.type() != NodeType.TEST
            || Boolean.TRUE.equals(node.config().values().get("store_failures"));
    return kept ? node.relation().map(Object::toString).orElse(null) : null;
  }

  private static Map<String, @Nullable Object> columns(Node node) {
    Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    for (NodeColumn column : node.columns().values()) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("name", column.name());
      json.put("description", column.description());
      json.put("meta", column.meta());
      json.put("data_type", column.dataType().orElse(null));
      json.put("constraints", column.constraints());
      json.put("quote", column.quote() ? Boolean.TRUE : null);
      Map<String, @Nullable Object> config = new LinkedHashMap<>();
      config.put("meta", column.meta());
      config.put("tags", column.tags());
      json.put("config", config);
      json.put("tags", column.tags());
      json.put("granularity", null);
      json.put("doc_blocks", List.of());
      columns.put(column.name(), json);
    }
    return columns;
  }

  private Map<String, @Nullable Object> checksum(Node node) {
    if (node.type() != NodeType.SEED) {
      return NodeKeys.checksum(node);
    }
    Path file = project.manifest().folder().resolve(node.file().path());
    try {
      return Files.size(file) > LARGE_SEED
          ? NodeKeys.checksum("path", node.file().path())
          : NodeKeys.ofText(Files.readString(file));
    } catch (IOException e) {
      return NodeKeys.checksum("none", "");
    }
  }
}
