package dev.millrace.dbt.run;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeConfig;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.jinja.value.Printing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The world of one unit test, as dbt makes it: the tested model's query is a node of its own, and
 * what it reads are ephemeral models with the given rows.
 *
 * @param manifest with these nodes
 * @param test the node whose materialization {@code unit} returns actual and expected rows
 */
record UnitTestManifest(Manifest manifest, Node test) {
  private static final Pattern INPUT =
      Pattern.compile(
          "\\s*(ref|source)\\s*\\(\\s*['\"]([^'\"]+)['\"]\\s*(?:,\\s*['\"]([^'\"]+)['\"]\\s*)?"
              + "(?:,\\s*v(?:ersion)?\\s*=\\s*['\"]?([^'\")]+?)['\"]?\\s*)?\\)\\s*");

  static UnitTestManifest of(Manifest manifest, Node test) {
    Node tested =
        manifest
            .node(test.dependsOn().get(0))
            .orElseThrow(() -> fault(test, "the tested model is disabled"));
    Map<String, Node> nodes = new LinkedHashMap<>(manifest.nodes());
    List<String> inputs = new ArrayList<>();
    Map<String, @Nullable Object> extra = new LinkedHashMap<>(test.extra());
    if (test.extra().get("given") instanceof List<?> given) {
      for (Object item : given) {
        Map<?, ?> input = (Map<?, ?>) item;
        String name = String.valueOf(input.get("input"));
        Node original = name.strip().equals("this") ? tested : find(manifest, tested, test, name);
        Node fixture = fixture(original, test, input);
        nodes.put(fixture.id(), fixture);
        inputs.add(fixture.id());
        if (original.id().equals(tested.id())) {
          extra.put("this_input", fixture.id());
          extra.put("this_name", fixture.name());
        }
      }
    }
    Node node = node(test, tested, inputs, extra);
    nodes.put(node.id(), node);
    return new UnitTestManifest(overridden(manifest, nodes, test), node);
  }

  private static StopException fault(Node test, String message) {
    return new StopException(
        Problem.error(
            DbtError.UNIT_TEST,
            test.file().at(0, 0),
            "unit test `" + test.name() + "`: " + message,
            null),
        null);
  }

  private static Node find(Manifest manifest, Node tested, Node test, String input) {
    Matcher parts = INPUT.matcher(input);
    if (!parts.matches()) {
      throw fault(
          test, "`" + input + "` is no input; write ref('model'), source('a', 'b') or this");
    }
    String last = parts.group(3) == null ? parts.group(2) : parts.group(3);
    List<String> candidates = new ArrayList<>(tested.dependsOn());
    candidates.addAll(manifest.nodes().keySet());
    for (String id : candidates) {
      Node node = manifest.nodes().get(id);
      if (node == null || !node.name().equals(last)) {
        continue;
      }
      boolean fits =
          parts.group(1).equals("source")
              ? node.type() == NodeType.SOURCE
                  && parts.group(2).equals(String.valueOf(node.extra().get("source_name")))
              : isReferable(node)
                  && (parts.group(3) == null || node.packageName().equals(parts.group(2)))
                  && (parts.group(4) == null
                      || parts.group(4).equals(String.valueOf(node.extra().get("version"))));
      if (fits) {
        return node;
      }
    }
    throw fault(test, "there is no `" + input + "`");
  }

  private static boolean isReferable(Node node) {
    return node.type() == NodeType.MODEL
        || node.type() == NodeType.SEED
        || node.type() == NodeType.SNAPSHOT;
  }

  /** An ephemeral model in the place of another node, with the rows given. */
  private static Node fixture(Node original, Node test, Map<?, ?> input) {
    Object rows = input.get("rows");
    String code =
        "sql".equals(input.get("format"))
            ? String.valueOf(rows)
            : "{{ get_fixture_sql(" + Printing.repr(rows) + ", none) }}";
    Map<String, @Nullable Object> config = new LinkedHashMap<>();
    config.put("materialized", "ephemeral");
    return new Node(
        original.id(),
        original.type() == NodeType.SOURCE ? NodeType.SOURCE : NodeType.MODEL,
        original.packageName(),
        original.name(),
        original.path(),
        test.file(),
        code,
        original.fqn(),
        new NodeConfig(config),
        original.relation(),
        "",
        Map.of(),
        List.of(),
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty(),
        original.extra());
  }

  private static Node node(
      Node test, Node tested, List<String> inputs, Map<String, @Nullable Object> extra) {
    Map<?, ?> expect =
        test.extra().get("expect") instanceof Map<?, ?> map ? map : Map.<String, Object>of();
    boolean sql = "sql".equals(expect.get("format"));
    Map<String, @Nullable Object> config = new LinkedHashMap<>(test.config().values());
    config.put("materialized", "unit");
    config.put("expected_rows", sql ? List.of() : expect.get("rows"));
    config.put("expected_sql", sql ? expect.get("rows") : null);
    List<String> reads = new ArrayList<>(tested.dependsOn());
    inputs.stream().filter(i -> !reads.contains(i)).forEach(reads::add);
    return new Node(
        test.id(),
        NodeType.UNIT_TEST,
        test.packageName(),
        test.name(),
        test.path(),
        tested.file(),
        tested.code(),
        test.fqn(),
        new NodeConfig(config),
        tested.relation().map(r -> Relation.of(r.database(), r.schema(), test.name())),
        test.description(),
        Map.of(),
        test.tags(),
        test.meta(),
        reads,
        tested.macros(),
        Optional.empty(),
        extra);
  }

  private static Manifest overridden(Manifest manifest, Map<String, Node> nodes, Node test) {
    Map<String, Map<String, @Nullable Object>> vars = new LinkedHashMap<>(manifest.vars());
    Map<String, @Nullable Object> overrides = overrides(test, "vars");
    if (!overrides.isEmpty()) {
      for (String packageName : manifest.packages()) {
        Map<String, @Nullable Object> own =
            new LinkedHashMap<>(manifest.vars().getOrDefault(packageName, Map.of()));
        own.putAll(overrides);
        vars.put(packageName, own);
      }
    }
    return new Manifest(
        manifest.projectName(),
        manifest.folder(),
        manifest.target(),
        manifest.timeZone(),
        vars,
        nodes,
        manifest.kept(),
        manifest.disabled(),
        manifest.dispatch(),
        manifest.packages(),
        List.of(),
        List.of());
  }

  /** What a test puts in the place of {@code vars}, {@code env_vars} or {@code macros}. */
  static Map<String, @Nullable Object> overrides(Node test, String kind) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    if (test.extra().get("overrides") instanceof Map<?, ?> overrides
        && overrides.get(kind) instanceof Map<?, ?> map) {
      map.forEach((key, value) -> values.put(String.valueOf(key), value));
    }
    return values;
  }
}
