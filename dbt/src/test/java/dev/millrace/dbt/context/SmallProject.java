package dev.millrace.dbt.context;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.macro.MacroLibrary;
import dev.millrace.dbt.manifest.DataTest;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeColumn;
import dev.millrace.dbt.manifest.NodeConfig;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.TextFile;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A project made in a test, of models that the parser reads, over a DuckDB in memory. */
final class SmallProject implements AutoCloseable {
  final DuckSession session = new DuckSession();
  final Problems problems = new Problems();
  final List<String> log = new ArrayList<>();
  final Map<String, @Nullable Object> flags = new LinkedHashMap<>();
  final Set<String> kept = new LinkedHashSet<>();
  final Map<String, @Nullable Object> vars = new LinkedHashMap<>();
  Instant startedAt = Instant.parse("2026-01-02T03:04:05Z");
  private final Map<String, List<TextFile>> macros = new LinkedHashMap<>();
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, Map<String, @Nullable Object>> extras = new LinkedHashMap<>();
  private Path folder = Path.of(".").toAbsolutePath();

  SmallProject folder(Path path) {
    folder = path;
    return this;
  }

  SmallProject macros(String packageName, TextFile... files) {
    macros.computeIfAbsent(packageName, n -> new ArrayList<>()).addAll(List.of(files));
    return this;
  }

  /** Macros of the project itself. */
  SmallProject macro(String text) {
    return macros(
        "shop", new TextFile("macros/m" + macros.size() + text.hashCode() + ".sql", text));
  }

  private DbtTarget target() {
    return new DbtTarget("shop", "dev", "memory", "main", 1, Map.of());
  }

  MacroLibrary library() {
    return MacroLibrary.of("shop", macros, Map.of(), problems);
  }

  private ParseSetting parseSetting() {
    return new ParseSetting(
        "shop",
        target(),
        Map.of("shop", vars),
        Map.of(),
        "f2a4c6de-0d1f-4a54-9e3f-2f6f0a1b2c3d",
        startedAt,
        flags,
        log::add);
  }

  /** Values of {@code extra} that a node of that name will have. */
  SmallProject extra(String name, Map<String, @Nullable Object> values) {
    extras.put(name, values);
    return this;
  }

  SmallProject model(String name, String code) {
    return node(NodeType.MODEL, name, code, Map.of(), Map.of(), Optional.empty());
  }

  SmallProject snapshot(String name, String code) {
    return node(
        NodeType.SNAPSHOT,
        name,
        code,
        Map.of("materialized", "snapshot"),
        Map.of(),
        Optional.empty());
  }

  SmallProject test(
      String name,
      String attached,
      @Nullable String column,
      String macro,
      Map<String, @Nullable Object> arguments,
      Map<String, @Nullable Object> config) {
    Map<String, @Nullable Object> all = new LinkedHashMap<>(config);
    all.put("materialized", "test");
    extra(name, Map.of("test_metadata_model", "{{ get_where_subquery(ref('" + attached + "')) }}"));
    return node(
        NodeType.TEST,
        name,
        "{{ " + macro + "(**_dbt_generic_test_kwargs) }}",
        all,
        Map.of(),
        Optional.of(
            new DataTest(
                Optional.empty(),
                macro,
                arguments,
                Optional.of("model.shop." + attached),
                Optional.ofNullable(column))));
  }

  SmallProject node(
      NodeType type,
      String name,
      String code,
      Map<String, @Nullable Object> config,
      Map<String, NodeColumn> columns,
      Optional<DataTest> test) {
    String kind = type == NodeType.ANALYSIS ? "analyses/" : "models/";
    TextFile file = new TextFile(kind + name + ".sql", code);
    Problems problems = new Problems();
    Map<String, @Nullable Object> arguments = new LinkedHashMap<>();
    Map<String, @Nullable Object> extra = extras.getOrDefault(name, Map.of());
    test.ifPresent(
        t -> {
          arguments.put("model", extra.get("test_metadata_model"));
          t.column().ifPresent(c -> arguments.put("column_name", c));
          arguments.putAll(t.arguments());
        });
    ParsedNode parsed =
        new NodeParser(library(), parseSetting())
            .parse(
                new ParseInput(
                    "shop",
                    type,
                    name,
                    file,
                    name + ".sql",
                    code,
                    List.of("shop", name),
                    new NodeConfig(config),
                    arguments),
                problems);
    problems.throwIfErrors();
    Map<String, @Nullable Object> values = new LinkedHashMap<>(config);
    parsed.configCalls().forEach(value -> values.put(value.key(), value.value()));
    Set<String> depends = new LinkedHashSet<>();
    for (ParsedNode.RefCall ref : parsed.refs()) {
      nodes.values().stream()
          .filter(node -> node.name().equals(ref.name()))
          .forEach(node -> depends.add(node.id()));
    }
    parsed
        .sources()
        .forEach(source -> depends.add("source.shop." + source.source() + "." + source.table()));
    String source = type == NodeType.SOURCE ? extra.get("source_name") + "." : "";
    String id = type.text() + ".shop." + source + name;
    boolean stored = !"ephemeral".equals(values.get("materialized")) && type != NodeType.TEST;
    nodes.put(
        id,
        new Node(
            id,
            type,
            "shop",
            name,
            name + ".sql",
            file,
            code,
            List.of("shop", name),
            new NodeConfig(values),
            stored ? Optional.of(Relation.of("memory", "main", name)) : Optional.empty(),
            String.valueOf(extra.getOrDefault("description", "about " + name)),
            columns,
            List.of(),
            meta(values),
            new ArrayList<>(depends),
            parsed.macros(),
            test,
            extra));
    return this;
  }

  private static Map<String, @Nullable Object> meta(Map<String, @Nullable Object> config) {
    Map<String, @Nullable Object> meta = new LinkedHashMap<>();
    if (config.get("meta") instanceof Map<?, ?> given) {
      given.forEach((key, value) -> meta.put(String.valueOf(key), value));
    }
    return meta;
  }

  Node node(String name) {
    return nodes.values().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
  }

  Manifest manifest() {
    return new Manifest(
        "shop",
        folder,
        target(),
        ZoneOffset.UTC,
        Map.of("shop", vars),
        nodes,
        kept,
        List.of(),
        Map.of(),
        List.of("shop"),
        List.of(),
        List.of());
  }

  RunContext run() {
    return new RunContext(
        manifest(),
        library(),
        session,
        new RunSetting(
            flags,
            "f2a4c6de-0d1f-4a54-9e3f-2f6f0a1b2c3d",
            startedAt,
            Map.of(),
            List.copyOf(nodes.keySet()),
            Map.of(),
            Optional.empty(),
            new HashSet<>(),
            log::add));
  }

  /** Compiles and materializes a node. */
  List<Relation> build(String name) {
    RunContext run = run();
    Node node = node(name);
    return run.materialize(node, node.type() == NodeType.SEED ? null : run.compile(node));
  }

  /** What a test finds: failures, whether to warn, whether to fail. */
  String verdict(String name) {
    RunContext run = run();
    return run.test(node(name), run.compile(node(name))).rows().get(0).toString();
  }

  @Override
  public void close() {
    session.close();
  }
}
