package dev.millrace.dbt.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.millrace.dbt.artifact.ManifestArtifact;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Every node of the project {@code shop} has in manifest.json what real dbt says of it; {@code
 * make_selections.py} has asked it.
 */
class ShopNodesTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Where Millrace's answer is another one on purpose. */
  private static final Set<String> OTHERWISE =
      Set.of(
          // Thresholds that nobody set: dbt has them with None in every part.
          "config.freshness",
          "freshness",
          "config.freshness.error_after",
          "freshness.error_after",
          "unrendered_config.freshness.error_after",
          // A path with "./" before it.
          "original_file_path");

  private static final Set<String> IN_ANY_ORDER =
      Set.of("depends_on.nodes", "tags", "depends_on.macros");

  private final List<String> differences = new ArrayList<>();

  @Test
  void areThoseOfDbt() throws IOException {
    JsonNode ours =
        JSON.valueToTree(ManifestArtifact.of(ShopProject.load(ShopProject.folder()), Map.of()));
    JsonNode theirs =
        JSON.readTree(ShopNodesTest.class.getResource("/dev/millrace/dbt/shop.nodes.json"));
    Set<String> ids = new TreeSet<>();
    for (String section : List.of("nodes", "sources", "exposures", "unit_tests")) {
      ours.get(section)
          .properties()
          .forEach(
              node -> {
                ids.add(node.getKey());
                JsonNode expected = theirs.path(node.getKey());
                expected
                    .properties()
                    .forEach(
                        key ->
                            compare(
                                node.getKey(),
                                key.getKey(),
                                key.getValue(),
                                node.getValue().path(key.getKey())));
              });
    }
    Set<String> expected = new TreeSet<>();
    // A test of something disabled is a node for dbt, with `enabled: false`.
    theirs.properties().stream()
        .filter(n -> n.getValue().path("config").path("enabled").asBoolean(true))
        .forEach(n -> expected.add(n.getKey()));
    assertEquals(expected, ids);
    assertEquals(List.of(), differences);
    assertTrue(ids.size() > 40, "the project is much smaller than it was");
  }

  private void compare(String id, String key, JsonNode expected, JsonNode found) {
    if (OTHERWISE.contains(key)) {
      return;
    }
    if (key.equals("relation_name")) {
      // dbt's database is the file shop.duckdb.
      String text = expected.asText().replaceFirst("^\"shop\"", "\"store\"");
      if (!text.equals(found.asText())) {
        differences.add(id + " " + key + ": " + text + " is " + found);
      }
    } else if (expected.isObject() && found.isObject()) {
      Set<String> keys = new TreeSet<>();
      expected.fieldNames().forEachRemaining(keys::add);
      found.fieldNames().forEachRemaining(keys::add);
      keys.forEach(k -> compare(id, key + "." + k, expected.path(k), found.path(k)));
    } else if (expected.isArray() && found.isArray() && expected.size() == found.size()) {
      compareItems(id, key, expected, found);
    } else if (!isNothing(expected) || !isNothing(found)) {
      // By text: Jackson tells int from long.
      if (!expected.toString().equals(found.toString())) {
        differences.add(id + " " + key + ": " + expected + " is " + found);
      }
    }
  }

  private void compareItems(String id, String key, JsonNode expected, JsonNode found) {
    if (IN_ANY_ORDER.contains(key)) {
      Set<String> texts = new TreeSet<>();
      expected.forEach(item -> texts.add(item.toString()));
      Set<String> others = new TreeSet<>();
      found.forEach(item -> others.add(item.toString()));
      if (!texts.equals(others)) {
        differences.add(id + " " + key + ": " + texts + " is " + others);
      }
      return;
    }
    for (int i = 0; i < expected.size(); i++) {
      compare(id, key + "[]", expected.get(i), found.get(i));
    }
  }

  private static boolean isNothing(JsonNode node) {
    return node instanceof NullNode
        || node instanceof MissingNode
        || node.isArray() && node.isEmpty();
  }
}
