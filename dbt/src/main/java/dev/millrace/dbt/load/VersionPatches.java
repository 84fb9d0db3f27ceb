package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.ProjectError;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the models of {@code versions:} out of the files that they are defined in. */
final class VersionPatches {
  private static final List<String> OUTSIDE =
      List.of("meta", "docs", "group", "contract", "access");

  private final Patches patches;
  private final Problems problems;

  VersionPatches(Patches patches, Problems problems) {
    this.patches = patches;
    this.problems = problems;
  }

  void apply(PropertyEntry entry, List<Map<String, @Nullable Object>> versions) {
    Object latest = entry.values().get("latest_version");
    if (latest == null) {
      latest =
          versions.stream()
              .map(v -> v.get("v"))
              .max((a, b) -> compare(String.valueOf(a), String.valueOf(b)))
              .orElse("");
    }
    List<YamlNode> nodes =
        entry.node().get("versions").orElse(entry.node()) instanceof YamlNode.Sequence list
            ? list.items()
            : List.of();
    for (int i = 0; i < versions.size() && i < nodes.size(); i++) {
      if (nodes.get(i) instanceof YamlNode.Mapping node) {
        apply(entry, versions.get(i), node, String.valueOf(latest), latest);
      }
    }
  }

  private void apply(
      PropertyEntry entry,
      Map<String, @Nullable Object> version,
      YamlNode.Mapping node,
      String latest,
      @Nullable Object latestValue) {
    String v = String.valueOf(version.get("v"));
    String file = Values.text(version, "defined_in").orElse(entry.name() + "_v" + v);
    Optional<Draft> found = patches.find(NodeType.MODEL, entry, file);
    if (found.isEmpty() && v.equals(latest)) {
      found = patches.find(NodeType.MODEL, entry, entry.name());
    }
    if (found.isEmpty()) {
      patches.reportMissing(NodeType.MODEL, entry, file);
      return;
    }
    Draft draft = found.get();
    if (patches.isPatched(draft, entry)) {
      return;
    }
    draft.name = entry.name();
    draft.id = "model." + entry.project().name() + "." + entry.name() + ".v" + v;
    List<String> fqn = new ArrayList<>(draft.fqn);
    fqn.set(fqn.size() - 1, entry.name());
    fqn.add("v" + v);
    draft.fqn = fqn;
    draft.extra.put("version", version.get("v"));
    draft.extra.put("latest_version", latestValue);
    draft.patchConfig = config(entry.config(entry.values(), OUTSIDE), version);
    draft.rawPatchConfig = config(entry.config(entry.raw(), OUTSIDE), version);
    List<ColumnEntry> columns = columns(entry, version, node);
    Map<String, @Nullable Object> values = Values.copy(entry.values());
    version.forEach(
        (key, value) -> {
          if (value != null && !key.equals("columns") && !key.equals("config")) {
            values.put(key, value);
          }
        });
    patches.describe(draft, entry, columns, values);
    Optional<YamlNode> tests = TestTarget.tests(node).or(() -> TestTarget.tests(entry.node()));
    patches.addTarget(
        entry,
        draft,
        entry.name() + "_v" + v,
        "ref('" + entry.name() + "', version='" + v + "')",
        values,
        columns,
        tests);
  }

  private static Map<String, @Nullable Object> config(
      Map<String, @Nullable Object> base, Map<String, @Nullable Object> version) {
    Map<String, @Nullable Object> config = deepMerge(base, Values.map(version, "config"));
    for (String key : OUTSIDE) {
      if (version.get(key) != null) {
        config.put(key, version.get(key));
      }
    }
    return config;
  }

  private static Map<String, @Nullable Object> deepMerge(
      Map<String, @Nullable Object> base, Map<String, @Nullable Object> over) {
    Map<String, @Nullable Object> merged = new LinkedHashMap<>(base);
    over.forEach(
        (key, value) ->
            merged.put(
                key,
                value instanceof Map<?, ?> && merged.get(key) instanceof Map<?, ?>
                    ? deepMerge(Values.map(merged.get(key)), Values.map(value))
                    : value));
    return merged;
  }

  /** The model's columns that the version includes, and then its own. */
  private List<ColumnEntry> columns(
      PropertyEntry entry, Map<String, @Nullable Object> version, YamlNode.Mapping node) {
    List<ColumnEntry> own = ColumnEntry.of(node, version);
    Optional<ColumnEntry> rule = own.stream().filter(c -> !c.isColumn()).findFirst();
    List<ColumnEntry> columns = new ArrayList<>();
    for (ColumnEntry column : ColumnEntry.of(entry.node(), entry.values())) {
      if (column.isColumn() && rule.map(r -> includes(r.values(), column.name())).orElse(true)) {
        columns.add(column);
      }
    }
    own.stream().filter(ColumnEntry::isColumn).forEach(columns::add);
    if (own.stream().filter(c -> !c.isColumn()).count() > 1) {
      problems.error(
          ProjectError.BAD_VALUE, node.where(), "a version has more than one `include`", null);
    }
    return columns;
  }

  private static boolean includes(Map<String, @Nullable Object> rule, String column) {
    Object include = rule.getOrDefault("include", "*");
    boolean all = "*".equals(include) || "all".equals(include);
    return (all || Values.texts(include).contains(column))
        && !Values.texts(rule.get("exclude")).contains(column);
  }

  /** Numbers by value, anything else as text. */
  static int compare(String a, String b) {
    try {
      return Double.compare(Double.parseDouble(a), Double.parseDouble(b));
    } catch (NumberFormatException e) {
      return a.compareTo(b);
    }
  }
}
