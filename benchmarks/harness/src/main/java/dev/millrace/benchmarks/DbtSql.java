package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The SQL of a build without the build: for each node that ran, in that order, a transaction with
 * the least that makes the same tables from its compiled query. Read from the artifacts, so that it
 * is the same for Millrace and for dbt.
 */
final class DbtSql {
  private static final ObjectMapper JSON = new ObjectMapper();

  private DbtSql() {}

  /**
   * Writes the transactions as JSON, a list of lists of statements. A single statement is a
   * transaction by itself.
   *
   * @param project whose target folder has the artifacts of a build
   * @param again whether the build found the tables of an earlier one
   */
  static Path write(Path project, boolean again, Path file) throws IOException {
    Path target = project.resolve("target");
    JsonNode nodes = JSON.readTree(target.resolve("manifest.json").toFile()).path("nodes");
    JsonNode results = JSON.readTree(target.resolve("run_results.json").toFile()).path("results");
    List<List<String>> transactions = new ArrayList<>();
    for (JsonNode result : results) {
      transactions.add(statements(nodes.path(result.path("unique_id").asText()), project, again));
    }
    JSON.writeValue(file.toFile(), transactions);
    return file;
  }

  private static List<String> statements(JsonNode node, Path project, boolean again) {
    String name = node.path("relation_name").asText();
    String query = node.path("compiled_code").asText().strip();
    String create = again ? "CREATE OR REPLACE " : "CREATE ";
    if (node.path("resource_type").asText().equals("seed")) {
      Path file = project.resolve(node.path("original_file_path").asText());
      return List.of(create + "TABLE " + name + " AS SELECT * FROM read_csv('" + file + "')");
    }
    return switch (node.path("config").path("materialized").asText()) {
      case "view" -> List.of(create + "VIEW " + name + " AS (\n" + query + "\n)");
      case "table" -> List.of(create + "TABLE " + name + " AS (\n" + query + "\n)");
      case "incremental" ->
          again
              ? List.of(
                  "CREATE TEMP TABLE newer AS (\n" + query + "\n)",
                  "DELETE FROM " + name + " WHERE (id) IN (SELECT id FROM newer)",
                  "INSERT INTO " + name + " (SELECT * FROM newer)",
                  "DROP TABLE newer")
              : List.of(create + "TABLE " + name + " AS (\n" + query + "\n)");
      case "test" ->
          List.of(
              "SELECT count(*) AS failures, count(*) != 0 AS should_warn, count(*) != 0 AS"
                  + " should_error FROM (\n"
                  + query
                  + "\n)");
      default -> throw new IllegalArgumentException("what is this? " + node);
    };
  }
}
