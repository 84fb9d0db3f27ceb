package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.option.OptionBlock;
import dev.millrace.project.option.OptionReader;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of one model, put together from millrace.yml, its properties and its own {@code
 * config()}, the last of which wins.
 */
final class ModelConfig {
  /** What dbt's materializations are here. */
  private static final Map<String, String> MATERIALIZATIONS =
      Map.of(
          "snapshot", "snapshots are files in `snapshots/`",
          "lambda", "write `materialized='stream'`",
          "materialized_view", "write `materialized='stream'`: it is kept up to date continuously");

  /** Keys of dbt for what `millrace build` makes; for others, to accept them would be to lie. */
  private static final Set<String> FOR_BATCH =
      Set.of(
          "alias",
          "schema",
          "database",
          "catalog",
          "unique_key",
          "incremental_strategy",
          "incremental_predicates",
          "predicates",
          "merge_update_columns",
          "merge_exclude_columns",
          "on_schema_change",
          "full_refresh",
          "pre_hook",
          "post_hook",
          "pre-hook",
          "post-hook",
          "batch_size",
          "lookback",
          "begin",
          "strategy",
          "updated_at",
          "check_cols",
          "snapshot_meta_column_names",
          "partition_by",
          "cluster_by",
          ExportModel.KEY,
          "sql_header");

  private final OptionBlock block;
  private final boolean materializationKnown;
  private final List<YamlNode.Entry> forBatch;

  private ModelConfig(
      OptionBlock block, boolean materializationKnown, List<YamlNode.Entry> forBatch) {
    this.block = block;
    this.materializationKnown = materializationKnown;
    this.forBatch = forBatch;
  }

  /** Says what means nothing for a model that is kept up to date. */
  void checkKept(Problems problems) {
    boolean stream = block.text("materialized").filter("stream"::equals).isPresent();
    for (YamlNode.Entry entry : forBatch) {
      if (LakeModel.KEYS.contains(entry.key().text())) {
        if (stream) {
          problems.error(
              ProjectError.NOT_SUPPORTED,
              entry.key().where(),
              "`" + entry.key().text() + "` is for tables that `millrace build` makes",
              "remove it; a stream goes to the lake by a sink: `system: lake`");
        }
        // A view has no files, whatever its folder says.
        continue;
      }
      problems.error(
          ProjectError.NOT_SUPPORTED,
          entry.key().where(),
          "`"
              + entry.key().text()
              + "` is for tables that `millrace build` makes, and this model is "
              + kind(),
          "remove it");
    }
  }

  private String kind() {
    return block.text("materialized").orElse("view").replaceFirst("^(view|stream)$", "a $1");
  }

  /** What it says of tables that builds make, by their names. */
  List<YamlNode.Entry> lookup() {
    return block
        .node("lookup")
        .filter(YamlNode.Mapping.class::isInstance)
        .map(lookup -> ((YamlNode.Mapping) lookup).entries())
        .orElse(List.of());
  }

  /** What it says that is for builds, as written. */
  List<YamlNode.Entry> forBatch() {
    return forBatch;
  }

  /** The good values. */
  OptionBlock block() {
    return block;
  }

  /** How the model lives; empty if what it says of that is faulty. */
  Optional<ModelSpec.Materialization> materialization() {
    return materializationKnown
        ? block
            .text("materialized")
            .map(m -> ModelSpec.Materialization.valueOf(m.toUpperCase(Locale.ROOT)))
        : Optional.empty();
  }

  /** Merges and reads the configuration; every fault becomes a problem. */
  static ModelConfig read(
      List<YamlNode.Entry> fromFiles,
      List<ModelTemplates.ConfigValue> own,
      TextFile file,
      OptionReader reader,
      Problems problems) {
    Map<String, YamlNode.Entry> merged = new LinkedHashMap<>();
    fromFiles.forEach(e -> merged.put(e.key().text(), e));
    for (ModelTemplates.ConfigValue value : own) {
      merged.put(
          value.key(),
          new YamlNode.Entry(
              scalar(value.key(), true, value.where()), node(value.value(), value.where())));
    }
    List<YamlNode.Entry> known = new ArrayList<>();
    List<YamlNode.Entry> forBatch = new ArrayList<>();
    for (YamlNode.Entry entry : merged.values()) {
      if (FOR_BATCH.contains(entry.key().text()) || LakeModel.KEYS.contains(entry.key().text())) {
        forBatch.add(entry);
      } else if (isSupported(entry, problems)) {
        known.add(entry);
      }
    }
    YamlNode.Mapping mapping = new YamlNode.Mapping(known, SourceLocation.ofFile(file.path()));
    OptionBlock config = reader.read(mapping, ProjectFormat.MODEL_CONFIG);
    boolean stream = config.text("materialized").filter("stream"::equals).isPresent();
    boolean good =
        config.located("materialized").isPresent() || !merged.containsKey("materialized");
    for (String key : List.of("emit", "retain", "start", "lookup")) {
      if (config.given(key) && good && !stream) {
        problems.error(
            ProjectError.BAD_VALUE,
            config.keyPlace(key),
            "`"
                + key
                + "` is for streams, and this model is "
                + config.text("materialized").orElse("view").replaceFirst("^(view|table)$", "a $1"),
            "remove it, or write `materialized='stream'`");
      }
    }
    return new ModelConfig(config, good, forBatch);
  }

  private static boolean isSupported(YamlNode.Entry entry, Problems problems) {
    if (entry.key().text().equals("materialized")
        && entry.value() instanceof YamlNode.Scalar value
        && MATERIALIZATIONS.containsKey(value.text())) {
      problems.error(
          ProjectError.NOT_SUPPORTED,
          entry.value().where(),
          "`materialized='" + value.text() + "'` is not in this version of Millrace",
          MATERIALIZATIONS.get(value.text()));
      return false;
    }
    return true;
  }

  /** A value of a template as the YAML that would mean the same. */
  private static YamlNode node(@Nullable Object value, SourceLocation where) {
    if (value instanceof Map<?, ?> map) {
      List<YamlNode.Entry> entries = new ArrayList<>();
      map.forEach(
          (k, v) ->
              entries.add(
                  new YamlNode.Entry(scalar(String.valueOf(k), true, where), node(v, where))));
      return new YamlNode.Mapping(entries, where);
    }
    if (value instanceof List<?> list) {
      return new YamlNode.Sequence(list.stream().map(v -> node(v, where)).toList(), where);
    }
    return scalar(value == null ? "" : value.toString(), value instanceof String, where);
  }

  private static YamlNode.Scalar scalar(String text, boolean quoted, SourceLocation where) {
    return new YamlNode.Scalar(text, quoted, where, (offset, length) -> where);
  }
}
