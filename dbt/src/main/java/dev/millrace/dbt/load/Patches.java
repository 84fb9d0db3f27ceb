package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.ProjectError;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Adds to models, seeds, snapshots and so on what property files say of them. */
final class Patches {
  private static final Map<String, NodeType> TYPES =
      Map.of(
          "models", NodeType.MODEL,
          "seeds", NodeType.SEED,
          "snapshots", NodeType.SNAPSHOT,
          "analyses", NodeType.ANALYSIS,
          "data_tests", NodeType.TEST);
  private static final List<String> OUTSIDE =
      List.of("meta", "docs", "group", "contract", "access");

  private final ConfigBuilder configs;
  private final Problems problems;
  private final Map<NodeType, Map<String, List<Draft>>> byName = new HashMap<>();
  private final List<TestTarget> targets = new ArrayList<>();

  Patches(List<Draft> drafts, ConfigBuilder configs, Problems problems) {
    this.configs = configs;
    this.problems = problems;
    for (Draft draft : drafts) {
      byName
          .computeIfAbsent(draft.type, t -> new HashMap<>())
          .computeIfAbsent(draft.name, n -> new ArrayList<>())
          .add(draft);
    }
  }

  /** What is tested. */
  List<TestTarget> targets() {
    return targets;
  }

  void apply(PropertyFiles properties) {
    for (String kind : List.of("models", "seeds", "snapshots", "analyses", "data_tests")) {
      for (PropertyEntry entry : properties.of(kind)) {
        NodeType type = TYPES.getOrDefault(kind, NodeType.MODEL);
        List<Map<String, @Nullable Object>> versions = Values.maps(entry.values().get("versions"));
        if (type == NodeType.MODEL && !versions.isEmpty()) {
          new VersionPatches(this, problems).apply(entry, versions);
        } else {
          apply(type, entry);
        }
      }
    }
  }

  private void apply(NodeType type, PropertyEntry entry) {
    Optional<Draft> found = find(type, entry, entry.name());
    if (found.isEmpty()) {
      reportMissing(type, entry, entry.name());
      return;
    }
    Draft draft = found.get();
    if (isPatched(draft, entry)) {
      return;
    }
    draft.patchConfig = entry.config(entry.values(), OUTSIDE);
    draft.rawPatchConfig = entry.config(entry.raw(), OUTSIDE);
    List<ColumnEntry> columns = ColumnEntry.of(entry.node(), entry.values());
    describe(draft, entry, columns, entry.values());
    addTarget(
        entry,
        draft,
        entry.name(),
        "ref('" + entry.name() + "')",
        entry.values(),
        columns,
        TestTarget.tests(entry.node()));
  }

  /** True, with a problem, if another file has described it. */
  boolean isPatched(Draft draft, PropertyEntry entry) {
    Optional<PropertyEntry> first = draft.patch;
    if (first.isPresent()) {
      problems.error(
          ProjectError.DUPLICATE_NAME,
          entry.where(),
          "`" + entry.name() + "` is described twice",
          "the first time is at " + first.get().where());
      return true;
    }
    draft.patch = Optional.of(entry);
    return false;
  }

  /** Takes over what is no configuration. */
  void describe(
      Draft draft,
      PropertyEntry entry,
      List<ColumnEntry> columns,
      Map<String, @Nullable Object> values) {
    draft.description = Values.text(values, "description").orElse("");
    draft.columns = ColumnEntry.columns(columns);
    draft.described = Optional.of(entry.node());
    draft.extra.put("patch_path", entry.patchPath());
    if (draft.type == NodeType.MODEL) {
      draft.extra.put("constraints", Constraints.of(values.get("constraints"), true));
    }
    for (String key : List.of("deprecation_date", "time_spine", "loaded_at_field")) {
      if (values.get(key) != null) {
        draft.extra.put(key, values.get(key));
      }
    }
  }

  void addTarget(
      PropertyEntry entry,
      Draft draft,
      String name,
      String reference,
      Map<String, @Nullable Object> values,
      List<ColumnEntry> columns,
      Optional<YamlNode> tests) {
    if (draft.type == NodeType.ANALYSIS || draft.type == NodeType.TEST) {
      return;
    }
    boolean quote = Boolean.TRUE.equals(values.get("quote_columns"));
    targets.add(new TestTarget(entry, draft, name, reference, tests, columns, quote, Set.of()));
  }

  /**
   * The draft of that name: one that dbt_project.yml does not disable before one that it does, and
   * one of the entry's package before others.
   */
  Optional<Draft> find(NodeType type, PropertyEntry entry, String name) {
    List<Draft> candidates = byName.getOrDefault(type, Map.of()).getOrDefault(name, List.of());
    return candidates.size() < 2
        ? candidates.stream().findFirst()
        : candidates.stream()
            .min(
                Comparator.comparing((Draft d) -> configs.isDisabled(d))
                    .thenComparing(d -> !d.project.name().equals(entry.project().name())));
  }

  void reportMissing(NodeType type, PropertyEntry entry, String name) {
    for (Map.Entry<NodeType, Map<String, List<Draft>>> other : byName.entrySet()) {
      if (other.getKey() != type
          && Set.of(NodeType.MODEL, NodeType.SEED, NodeType.SNAPSHOT).contains(other.getKey())
          && other.getValue().containsKey(name)) {
        problems.warning(
            LoadError.UNKNOWN_RESOURCE,
            entry.where(),
            "`" + name + "` is a " + other.getKey().text() + ", no " + type.text(),
            "describe it under `" + other.getKey().text() + "s`");
        return;
      }
    }
    problems.warning(
        LoadError.UNKNOWN_RESOURCE,
        entry.where(),
        "no " + type.text() + " `" + name + "` that this could describe",
        Suggestion.didYouMean(name, byName.getOrDefault(type, Map.of()).keySet()));
  }
}
