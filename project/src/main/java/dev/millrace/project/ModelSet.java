package dev.millrace.project;

import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.option.OptionBlock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The models of a project as they are read: all are known, faulty ones in part. */
final class ModelSet {
  /** One model's file with what could be read of it. */
  record Draft(
      String name,
      TextFile file,
      Optional<OptionBlock> properties,
      ModelConfig config,
      Optional<ModelTemplates.RenderedModel> rendered) {

    /** How the model lives; empty if that is faulty. */
    Optional<Materialization> materialization() {
      return rendered.isEmpty() ? Optional.empty() : config.materialization();
    }

    List<ModelTemplates.Reference> references() {
      return rendered.map(ModelTemplates.RenderedModel::references).orElse(List.of());
    }

    boolean isEphemeral() {
      return materialization().filter(m -> m == Materialization.EPHEMERAL).isPresent();
    }
  }

  private final Map<String, Draft> drafts = new LinkedHashMap<>();
  private final Set<String> disabled = new LinkedHashSet<>();
  private final Set<String> ambiguous = new LinkedHashSet<>();
  private final Set<String> tables = new LinkedHashSet<>();
  private final Map<String, Map<String, String>> versions = new LinkedHashMap<>();
  private final Set<String> batch = new LinkedHashSet<>();

  void add(Draft draft) {
    drafts.putIfAbsent(draft.name(), draft);
  }

  void addDisabled(String name) {
    disabled.add(name);
  }

  /** Says that several files have the model's name, so that nothing is known of it. */
  void addAmbiguous(String name) {
    ambiguous.add(name.toLowerCase(Locale.ROOT));
  }

  /** Says that a file has a version of a model, which is made by a build. */
  void addVersion(String model, String version, String file) {
    versions.computeIfAbsent(model, m -> new LinkedHashMap<>()).put(version, file);
    tables.add(model);
  }

  /** True if the file of that name has a version of a model. */
  boolean isVersion(String file) {
    return versions.values().stream().anyMatch(files -> files.containsValue(file));
  }

  /** The names of the files that a reference may mean: several if it says no version. */
  List<String> files(ModelTemplates.Reference reference) {
    Map<String, String> files = versions.getOrDefault(reference.name(), Map.of());
    return files.isEmpty()
        ? List.of(reference.name())
        : reference
            .version()
            .map(v -> files.containsKey(v) ? List.of(files.get(v)) : List.<String>of())
            .orElse(List.copyOf(files.values()));
  }

  /** Names that are read like models and have no file in {@code models}: seeds and snapshots. */
  void addTables(Set<String> names) {
    tables.addAll(names);
  }

  /** Names of what {@code millrace build} makes, seeds and snapshots too. */
  void addBatch(Set<String> names) {
    batch.addAll(names);
  }

  /** True if {@code millrace build} makes it. */
  boolean isBatch(String name) {
    return batch.contains(name);
  }

  /** The same without some of them. */
  ModelSet without(Set<String> names) {
    ModelSet others = new ModelSet();
    others.addTables(tables);
    others.versions.putAll(versions);
    others.addBatch(batch);
    drafts.values().stream().filter(d -> !names.contains(d.name())).forEach(others::add);
    return others;
  }

  boolean isKnown(String name) {
    return drafts.containsKey(name) || tables.contains(name);
  }

  boolean isDisabled(String name) {
    return disabled.contains(name);
  }

  Optional<Draft> draft(String name) {
    return Optional.ofNullable(drafts.get(name));
  }

  Collection<Draft> all() {
    return drafts.values();
  }

  Set<String> names() {
    Set<String> names = new LinkedHashSet<>(drafts.keySet());
    names.addAll(tables);
    return names;
  }

  Set<String> ephemeral() {
    Set<String> names = new LinkedHashSet<>();
    drafts.values().stream().filter(Draft::isEphemeral).forEach(d -> names.add(d.name()));
    return names;
  }

  Optional<Materialization> materialization(String name) {
    return ambiguous.contains(name.toLowerCase(Locale.ROOT))
        ? Optional.empty()
        : tables.contains(name)
            ? Optional.of(Materialization.TABLE)
            : draft(name).flatMap(Draft::materialization);
  }

  /** The models that a model refers to, each once, in order. */
  List<Draft> read(Draft draft) {
    Set<Draft> read = new LinkedHashSet<>();
    for (ModelTemplates.Reference reference : draft.references()) {
      if (reference.source().isEmpty() && !reference.isOfBuild()) {
        draft(reference.name()).ifPresent(read::add);
      }
    }
    return new ArrayList<>(read);
  }
}
