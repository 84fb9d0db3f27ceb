package dev.millrace.dbt.artifact;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.dbt.load.DocsBlocks;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.macro.MacroDef;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** manifest.json, in version 12 of dbt's schema. */
public final class ManifestArtifact {
  private static final String SCHEMA = "https://schemas.getdbt.com/dbt/manifest/v12.json";

  /** The version of dbt that the schema belongs to. */
  public static final String DBT_VERSION = "1.10.0";

  private static final ObjectMapper JSON = new ObjectMapper();

  private ManifestArtifact() {}

  /**
   * The keys of the file.
   *
   * @param compiled the SQL of nodes that were compiled, by id
   */
  public static Map<String, @Nullable Object> of(
      LoadedProject project, Map<String, String> compiled) {
    Manifest manifest = project.manifest();
    Map<String, @Nullable Object> nodes = new LinkedHashMap<>();
    Map<String, @Nullable Object> sources = new LinkedHashMap<>();
    Map<String, @Nullable Object> exposures = new LinkedHashMap<>();
    Map<String, @Nullable Object> unitTests = new LinkedHashMap<>();
    NodeJson json = new NodeJson(project, compiled);
    for (Node node : manifest.nodes().values()) {
      Map<String, @Nullable Object> section =
          switch (node.type()) {
            case SOURCE -> sources;
            case EXPOSURE -> exposures;
            case UNIT_TEST -> unitTests;
            default -> nodes;
          };
      section.put(node.id(), json.of(node));
    }
    manifest.onRunStart().forEach(node -> nodes.put(node.id(), json.of(node)));
    manifest.onRunEnd().forEach(node -> nodes.put(node.id(), json.of(node)));
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("metadata", metadata(project));
    all.put("nodes", nodes);
    all.put("sources", sources);
    all.put("macros", MacroJson.of(project));
    all.put("docs", docs(project));
    all.put("exposures", exposures);
    all.put("metrics", Map.of());
    all.put("groups", groups(project));
    all.put("selectors", Map.of());
    Map<String, @Nullable Object> disabled = new LinkedHashMap<>();
    manifest.disabled().forEach(id -> disabled.put(id, List.of()));
    all.put("disabled", disabled);
    all.put("parent_map", parents(manifest));
    all.put("child_map", children(manifest));
    all.put("group_map", groupMap(manifest));
    all.put("saved_queries", Map.of());
    all.put("semantic_models", Map.of());
    all.put("unit_tests", unitTests);
    return all;
  }

  /**
   * Writes the file; readers see the old one or the new one.
   *
   * @param compiled the SQL of nodes that were compiled, by id
   * @return where it is
   * @throws IOException if it cannot be written
   */
  public static Path write(LoadedProject project, Map<String, String> compiled, Path folder)
      throws IOException {
    Files.createDirectories(folder);
    Path part = folder.resolve("manifest.json.new");
    JSON.writeValue(part.toFile(), of(project, compiled));
    return Files.move(part, folder.resolve("manifest.json"), StandardCopyOption.REPLACE_EXISTING);
  }

  private static Map<String, @Nullable Object> metadata(LoadedProject project) {
    Map<String, @Nullable Object> metadata = new LinkedHashMap<>();
    metadata.put("dbt_schema_version", SCHEMA);
    metadata.put("dbt_version", DBT_VERSION);
    metadata.put("generated_at", project.setting().startedAt().toString());
    metadata.put("invocation_id", project.setting().invocationId());
    metadata.put("env", Map.of());
    metadata.put("project_name", project.manifest().projectName());
    metadata.put("project_id", null);
    metadata.put("user_id", null);
    metadata.put("send_anonymous_usage_stats", false);
    metadata.put("adapter_type", "duckdb");
    return metadata;
  }

  private static Map<String, @Nullable Object> docs(LoadedProject project) {
    Map<String, @Nullable Object> docs = new LinkedHashMap<>();
    for (DocsBlocks.Block block : project.docs().all()) {
      Map<String, @Nullable Object> doc = new LinkedHashMap<>();
      doc.put("name", block.name());
      doc.put("resource_type", "doc");
      doc.put("package_name", block.packageName());
      doc.put("path", block.path());
      doc.put("original_file_path", block.originalPath());
      doc.put("unique_id", block.id());
      doc.put("block_contents", block.text());
      docs.put(block.id(), doc);
    }
    return docs;
  }

  private static Map<String, @Nullable Object> groups(LoadedProject project) {
    Map<String, @Nullable Object> groups = new LinkedHashMap<>();
    project
        .groups()
        .forEach(
            (name, values) -> {
              String id = "group." + values.get("package_name") + "." + name;
              Map<String, @Nullable Object> group = new LinkedHashMap<>();
              group.put("name", name);
              group.put("resource_type", "group");
              group.put("package_name", values.get("package_name"));
              group.put("path", values.get("path"));
              group.put("original_file_path", values.get("original_file_path"));
              group.put("unique_id", id);
              group.put("owner", values.get("owner"));
              group.put("description", values.get("description"));
              groups.put(id, group);
            });
    return groups;
  }

  private static Map<String, @Nullable Object> parents(Manifest manifest) {
    Map<String, @Nullable Object> parents = new LinkedHashMap<>();
    manifest
        .nodes()
        .values()
        .forEach(node -> parents.put(node.id(), node.dependsOn().stream().sorted().toList()));
    return parents;
  }

  private static Map<String, @Nullable Object> children(Manifest manifest) {
    Map<String, List<String>> children = new LinkedHashMap<>();
    manifest.nodes().keySet().forEach(id -> children.put(id, new ArrayList<>()));
    for (Node node : manifest.nodes().values()) {
      node.dependsOn()
          .forEach(p -> children.computeIfAbsent(p, i -> new ArrayList<>()).add(node.id()));
    }
    children.values().forEach(Collections::sort);
    return new LinkedHashMap<>(children);
  }

  private static Map<String, @Nullable Object> groupMap(Manifest manifest) {
    Map<String, List<String>> groups = new TreeMap<>();
    for (Node node : manifest.nodes().values()) {
      Object group = node.extra().get("group");
      if (group != null && node.type() != NodeType.TEST) {
        groups.computeIfAbsent(String.valueOf(group), g -> new ArrayList<>()).add(node.id());
      }
    }
    return new LinkedHashMap<>(groups);
  }

  /** The macros of a project as the artifact has them, by id. */
  static Map<String, MacroDef> macros(LoadedProject project) {
    Map<String, MacroDef> macros = new LinkedHashMap<>();
    project.macros().all().forEach(m -> macros.putIfAbsent(m.id(), m));
    return macros;
  }
}
