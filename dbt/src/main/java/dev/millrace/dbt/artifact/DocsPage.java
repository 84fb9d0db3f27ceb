package dev.millrace.dbt.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.dbt.manifest.NodeType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * {@code index.html}: a project's documentation in one file that needs no server and no network.
 */
public final class DocsPage {
  /** Its name in the target folder. */
  public static final String FILE = "index.html";

  private final JsonNode catalog;
  private final TargetFolder target;
  private final Map<String, Map<String, List<String>>> tests = new LinkedHashMap<>();

  private DocsPage(Manifest manifest, JsonNode catalog, TargetFolder target) {
    this.catalog = catalog;
    this.target = target;
    for (Node node : manifest.nodes().values()) {
      node.test().ifPresent(this::remember);
    }
  }

  private void remember(DataTest test) {
    if (test.attached().isPresent() && test.column().isPresent()) {
      tests
          .computeIfAbsent(test.attached().get(), k -> new LinkedHashMap<>())
          .computeIfAbsent(
              test.column().get().toLowerCase(Locale.ROOT), k -> new java.util.ArrayList<>())
          .add(test.name());
    }
  }

  /**
   * Writes the page.
   *
   * @param catalog what {@link Catalog} wrote
   * @param overview Markdown for its first page; may be empty
   */
  public static Path write(
      Manifest manifest, JsonNode catalog, TargetFolder target, String overview) {
    ObjectNode data = ArtifactFile.JSON.objectNode();
    data.put("project", manifest.projectName());
    data.put("made", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    data.put("overview", overview);
    ArrayNode nodes = data.putArray("nodes");
    DocsPage page = new DocsPage(manifest, catalog, target);
    manifest.nodes().values().forEach(node -> nodes.add(page.json(node)));
    // In a script nothing but `<` could end it.
    String json = data.toString().replace("<", "\\u003c");
    Path file = target.path().resolve(FILE);
    ArtifactFile.write(file, template().replace("{{data}}", json).getBytes(StandardCharsets.UTF_8));
    return file;
  }

  private static String template() {
    try (InputStream in =
        Objects.requireNonNull(
            DocsPage.class.getResourceAsStream("/dev/millrace/dbt/docs/index.html"))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ObjectNode json(Node node) {
    ObjectNode json = ArtifactFile.JSON.objectNode();
    json.put("id", node.id());
    json.put("type", node.type().text());
    json.put("name", node.name());
    json.put("file", node.file().path());
    json.put("description", node.description());
    json.put("source", String.valueOf(node.extra().getOrDefault("source_name", "")));
    json.put("relation", node.relation().map(Relation::toString).orElse(""));
    boolean model = node.type() == NodeType.MODEL;
    json.put("materialized", model ? node.config().materialized() : "");
    json.put("code", model || node.type() == NodeType.SNAPSHOT ? node.code() : "");
    json.put("compiled", model ? compiled(node) : "");
    node.tags().forEach(json.putArray("tags")::add);
    node.dependsOn().forEach(json.putArray("parents")::add);
    columns(node, json.putArray("columns"));
    return json;
  }

  private String compiled(Node node) {
    try {
      Path file = target.compiled(node);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return "";
    }
  }

  /** Columns that there are, with what is said about them, then those that are only described. */
  private void columns(Node node, ArrayNode columns) {
    String kind = node.type() == NodeType.SOURCE ? "sources" : "nodes";
    Map<String, NodeColumn> left = new LinkedHashMap<>();
    node.columns().values().forEach(c -> left.put(c.name().toLowerCase(Locale.ROOT), c));
    for (JsonNode found : catalog.path(kind).path(node.id()).path("columns")) {
      String name = found.path("name").asText();
      Optional<NodeColumn> described =
          Optional.ofNullable(left.remove(name.toLowerCase(Locale.ROOT)));
      column(node, columns, name, found.path("type").asText(), described);
    }
    left.values().forEach(c -> column(node, columns, c.name(), "", Optional.of(c)));
  }

  private void column(
      Node node, ArrayNode columns, String name, String type, Optional<NodeColumn> described) {
    ObjectNode column = columns.addObject();
    column.put("name", name);
    column.put("type", type.isEmpty() ? described.flatMap(NodeColumn::dataType).orElse("") : type);
    column.put("description", described.map(NodeColumn::description).orElse(""));
    ArrayNode names = column.putArray("tests");
    tests
        .getOrDefault(node.id(), Map.of())
        .getOrDefault(name.toLowerCase(Locale.ROOT), List.of())
        .forEach(names::add);
  }
}
