package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.project.AssetGraph.Kind;
import dev.millrace.project.ModelSet.Draft;
import dev.millrace.project.ModelSpec.Materialization;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code millrace build} makes: seeds, snapshots, models that are tables, and views and
 * ephemeral models that read any of these. What their files say is dbt's half to judge; here they
 * are names that others read, streams too.
 */
final class BatchAssets {
  private static final Pattern SNAPSHOT = Pattern.compile("\\{%-?\\s*snapshot\\s+(\\w+)\\s*-?%}");
  private static final String CSV = ".csv";

  private final ModelSet models;
  private final Map<String, BatchSpec> assets = new LinkedHashMap<>();

  private BatchAssets(ModelSet models) {
    this.models = models;
  }

  /**
   * Finds them; the set of models knows seeds and snapshots from then on.
   *
   * @param properties the roots of property files
   */
  static BatchAssets find(ProjectFiles files, List<OptionBlock> properties, ModelSet models) {
    BatchAssets batch = new BatchAssets(models);
    for (String seed : files.names("seeds", CSV)) {
      String name = seed.substring(seed.lastIndexOf('/') + 1, seed.length() - CSV.length());
      batch.add(name, Kind.SEED, seed);
    }
    for (TextFile file : files.in("snapshots", ".sql")) {
      Matcher block = SNAPSHOT.matcher(file.text());
      while (block.find()) {
        batch.add(block.group(1), Kind.SNAPSHOT, file.path());
      }
    }
    properties.forEach(p -> p.node("snapshots").ifPresent(batch::addSnapshots));
    models.addTables(batch.assets.keySet());
    boolean found = true;
    while (found) {
      found = false;
      for (Draft draft : models.all()) {
        found |= !batch.contains(draft.name()) && batch.isBatch(draft) && batch.add(draft);
      }
    }
    models.addBatch(batch.assets.keySet());
    return batch;
  }

  private void addSnapshots(YamlNode list) {
    if (list instanceof YamlNode.Sequence sequence) {
      for (YamlNode item : sequence.items()) {
        if (item.plain() instanceof Map<?, ?> keys && keys.get("name") instanceof String name) {
          add(name, Kind.SNAPSHOT, item.where().file());
        }
      }
    }
  }

  private void add(String name, Kind kind, String file) {
    assets.putIfAbsent(name, new BatchSpec(name, kind, file, List.of(), ""));
  }

  private boolean add(Draft draft) {
    List<String> reads = new ArrayList<>();
    for (ModelTemplates.Reference reference : draft.references()) {
      if (!reference.source().isEmpty()) {
        reads.add(reference.id());
      } else if (reference.packageName().isEmpty()) {
        reads.addAll(models.files(reference));
      }
    }
    assets.put(
        draft.name(),
        new BatchSpec(
            draft.name(),
            kind(draft.materialization().orElseThrow()),
            draft.file().path(),
            reads.stream().distinct().toList(),
            draft.properties().flatMap(p -> p.text("description")).orElse("")));
    return true;
  }

  private static Kind kind(Materialization materialization) {
    return switch (materialization) {
      case TABLE, INCREMENTAL -> Kind.TABLE;
      case VIEW -> Kind.VIEW;
      case EPHEMERAL -> Kind.EPHEMERAL;
      case STREAM -> throw new IllegalArgumentException("a stream is kept up to date");
    };
  }

  private boolean isBatch(Draft draft) {
    return draft
        .materialization()
        .filter(
            m ->
                m.isBatch()
                    || (m != Materialization.STREAM
                        && (models.isVersion(draft.name())
                            || draft.references().stream()
                                .anyMatch(
                                    r ->
                                        r.isOfBuild()
                                            || models.files(r).stream().anyMatch(this::contains)))))
        .isPresent();
  }

  /** Reports models that read a topic, which is no table. */
  void checkSources(Problems problems) {
    for (Draft draft : models.all()) {
      if (contains(draft.name()) && !draft.isEphemeral()) {
        checkSources(draft, draft, new LinkedHashSet<>(), problems);
      }
    }
  }

  private void checkSources(Draft reader, Draft draft, Set<String> seen, Problems problems) {
    for (ModelTemplates.Reference reference : draft.references()) {
      if (!reference.source().isEmpty()) {
        problems.error(
            ProjectError.CANNOT_READ,
            reference.where(),
            "`"
                + reader.name()
                + "` is made by `millrace build`, which reads tables; the rows of source `"
                + reference.id()
                + "` are in a topic",
            "let a stream keep them (`materialized='stream'`: `SELECT * FROM {{ source('"
                + reference.source()
                + "', '"
                + reference.name()
                + "') }}`), and read that by `ref()`");
      }
    }
    models.read(draft).stream()
        .filter(d -> d.isEphemeral() && seen.add(d.name()))
        .forEach(d -> checkSources(reader, d, seen, problems));
  }

  /** True if {@code millrace build} makes it. */
  boolean contains(String name) {
    return assets.containsKey(name);
  }

  /** All of them; seeds and snapshots first. */
  List<BatchSpec> all() {
    return List.copyOf(assets.values());
  }
}
