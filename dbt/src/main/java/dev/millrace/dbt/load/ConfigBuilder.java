package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.NodeType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Computes configurations: what the resource's project says of it, then the property file, then
 * {@code config()}; for a resource of a package, what the root project says goes before all.
 */
final class ConfigBuilder {
  private final PackageProject root;

  /** Whether {@code unrendered_config} has templates of property files as they are written. */
  private final boolean rawPatches;

  private final Map<String, ConfigTree> trees = new HashMap<>();
  private final Map<String, ConfigTree> rawTrees = new HashMap<>();

  ConfigBuilder(PackageProject root) {
    this.root = root;
    Object flag =
        Values.map(root.values(), "flags").get("state_modified_compare_more_unrendered_values");
    this.rawPatches = Boolean.TRUE.equals(flag);
  }

  /** The configuration that counts. */
  Map<String, @Nullable Object> config(Draft draft) {
    return collect(draft, ConfigMerge.defaults(draft.type), trees, false).values();
  }

  /** True if what is known so far disables it. */
  boolean isDisabled(Draft draft) {
    return Boolean.FALSE.equals(config(draft).get("enabled"));
  }

  /** The same without defaults and before templates in YAML are rendered. */
  Map<String, @Nullable Object> unrendered(Draft draft) {
    ConfigMerge merge = ConfigMerge.empty();
    collect(draft, merge, rawTrees, true);
    return merge.values();
  }

  private ConfigMerge collect(
      Draft draft, ConfigMerge merge, Map<String, ConfigTree> from, boolean raw) {
    List<Map<String, @Nullable Object>> all =
        new ArrayList<>(tree(draft.project, from, raw).of(draft.type, draft.fqn));
    all.add(raw && rawPatches ? draft.rawPatchConfig : draft.patchConfig);
    all.addAll(draft.configCalls);
    if (!draft.project.name().equals(root.name())) {
      all.addAll(tree(root, from, raw).of(draft.type, draft.fqn));
    }
    if (raw) {
      all.forEach(merge.values()::putAll);
      return merge;
    }
    return merge.addAll(all);
  }

  private ConfigTree tree(PackageProject project, Map<String, ConfigTree> from, boolean raw) {
    return from.computeIfAbsent(
        project.name(), name -> new ConfigTree(raw ? project.raw() : project.values()));
  }

  /** What the draft's own project says, the nearest last. */
  List<Map<String, @Nullable Object>> ofProject(Draft draft) {
    return tree(draft.project, trees, false).of(draft.type, draft.fqn);
  }

  /** Computes the configuration of a draft and what follows from it. */
  void apply(Draft draft) {
    draft.config = config(draft);
    if (draft.type == NodeType.TEST) {
      storeFailures(draft.config);
    }
    draft.extra.put("unrendered_config", unrendered(draft));
    draft.tags.addAll(Values.texts(draft.config.get("tags")));
    Map<String, @Nullable Object> meta = Values.map(draft.config, "meta");
    if (!meta.isEmpty()) {
      draft.meta = Values.copy(meta);
    }
    Object group = draft.config.get("group");
    if (group != null) {
      draft.extra.put("group", group);
    }
    Object access = draft.config.get("access");
    if (access != null) {
      draft.extra.put("access", access);
    }
  }

  /** Of {@code store_failures} and {@code store_failures_as}, the second counts. */
  private static void storeFailures(Map<String, @Nullable Object> config) {
    Object as = config.get("store_failures_as");
    if (as != null) {
      config.put("store_failures", !as.equals("ephemeral"));
    } else if (config.get("store_failures") instanceof Boolean stored) {
      config.put("store_failures_as", stored ? "table" : "ephemeral");
    }
  }
}
