package dev.millrace.dbt.context;

import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.dbt.manifest.NodeKeys;
import dev.millrace.dbt.manifest.NodeType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes as templates see them: {@code model}, and the values of {@code graph.nodes}. */
final class NodeDicts {
  private NodeDicts() {}

  /** What {@code model} is; templates may change it. */
  static Map<String, @Nullable Object> of(Node node) {
    Map<String, @Nullable Object> dict = new LinkedHashMap<>();
    dict.put("unique_id", node.id());
    dict.put("name", node.name());
    dict.put("resource_type", node.type().text());
    dict.put("package_name", node.packageName());
    dict.put("path", node.path());
    dict.put("original_file_path", node.file().path());
    dict.put("fqn", new ArrayList<>(node.fqn()));
    dict.put("alias", alias(node));
    dict.put("database", node.relation().map(Relation::database).orElse(null));
    dict.put("schema", node.relation().map(Relation::schema).orElse(null));
    dict.put("relation_name", node.relation().map(Relation::toString).orElse(null));
    dict.put("description", node.description());
    dict.put("config", Values.copy(node.config().values()));
    dict.put("unrendered_config", new LinkedHashMap<>());
    dict.put("tags", new ArrayList<>(node.tags()));
    dict.put("meta", Values.copy(node.meta()));
    Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    node.columns().forEach((name, column) -> columns.put(name, column(column)));
    dict.put("columns", columns);
    Map<String, @Nullable Object> depends = new LinkedHashMap<>();
    depends.put("nodes", new ArrayList<>(node.dependsOn()));
    depends.put("macros", new ArrayList<>(node.macros()));
    dict.put("depends_on", depends);
    dict.put("raw_code", node.code());
    dict.put("raw_sql", node.code());
    dict.put("language", "sql");
    dict.put("refs", new ArrayList<>());
    dict.put("sources", new ArrayList<>());
    dict.put("constraints", new ArrayList<>());
    if (node.type() != NodeType.SOURCE && node.type() != NodeType.EXPOSURE) {
      dict.put("checksum", NodeKeys.checksum(node));
    }
    node.test().ifPresent(test -> dict.put("test_metadata", NodeKeys.testMetadata(node, test)));
    node.extra().forEach((key, value) -> dict.put(key, Values.copy(value)));
    if (node.type() == NodeType.SOURCE) {
      dict.putIfAbsent("identifier", node.relation().map(Relation::identifier).orElse(node.name()));
    }
    return dict;
  }

  static String alias(Node node) {
    return node.relation()
        .map(Relation::identifier)
        .orElseGet(() -> node.config().text("alias").orElse(node.name()));
  }

  private static Map<String, @Nullable Object> column(NodeColumn column) {
    Map<String, @Nullable Object> dict = new LinkedHashMap<>();
    dict.put("name", column.name());
    dict.put("description", column.description());
    dict.put("data_type", column.dataType().orElse(null));
    dict.put("quote", column.quote() ? true : null);
    List<@Nullable Object> constraints = new ArrayList<>();
    column.constraints().forEach(constraint -> constraints.add(Values.copy(constraint)));
    dict.put("constraints", constraints);
    dict.put("tags", new ArrayList<>(column.tags()));
    dict.put("meta", Values.copy(column.meta()));
    return dict;
  }

  /** {@code graph}. */
  static Map<String, @Nullable Object> graph(Manifest manifest) {
    Map<String, @Nullable Object> nodes = new LinkedHashMap<>();
    Map<String, @Nullable Object> sources = new LinkedHashMap<>();
    Map<String, @Nullable Object> exposures = new LinkedHashMap<>();
    manifest
        .nodes()
        .forEach(
            (id, node) -> {
              switch (node.type()) {
                case SOURCE -> sources.put(id, of(node));
                case EXPOSURE -> exposures.put(id, of(node));
                case UNIT_TEST -> {}
                default -> nodes.put(id, of(node));
              }
            });
    Map<String, @Nullable Object> graph = new LinkedHashMap<>();
    graph.put("nodes", nodes);
    graph.put("sources", sources);
    graph.put("exposures", exposures);
    for (String kind : List.of("groups", "metrics", "semantic_models", "saved_queries")) {
      graph.put(kind, new LinkedHashMap<>());
    }
    return graph;
  }
}
