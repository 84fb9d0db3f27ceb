package dev.millrace.project;

import dev.millrace.api.option.Quantities;
import dev.millrace.api.table.PartitionField;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a model that is a table says of being one of the lake, in dbt's words: {@code file_format:
 * parquet} as with Spark, {@code table_format: iceberg} or {@code catalog_name} as with catalogs.
 *
 * @param system the name of the lake in the target, if it is said
 * @param partitioning how rows are parted into files
 * @param location the folder of the files; empty for the lake's own choice
 * @param keepVersions how long earlier versions can be read
 */
public record LakeModel(
    Optional<String> system,
    List<PartitionField> partitioning,
    Optional<String> location,
    Duration keepVersions) {
  /** The keys that are about the lake and nothing else. */
  static final Set<String> KEYS =
      Set.of(
          "file_format",
          "table_format",
          "catalog_name",
          "location",
          "location_root",
          "keep_versions");

  private static final Set<String> MATERIALIZATIONS = Set.of("table", "incremental");
  private static final Duration KEEP = Duration.ofDays(1);

  /** Copies the list. */
  public LakeModel {
    partitioning = List.copyOf(partitioning);
  }

  /**
   * The key that puts a model on the lake; empty if none does, or if it is no table.
   *
   * @param config values by key
   */
  public static Optional<String> key(Map<String, ? extends @Nullable Object> config) {
    if (!MATERIALIZATIONS.contains(text(config, "materialized"))) {
      return Optional.empty();
    }
    if (Set.of("parquet", "iceberg").contains(text(config, "file_format"))) {
      return Optional.of("file_format");
    }
    if (text(config, "table_format").equals("iceberg")) {
      return Optional.of("table_format");
    }
    String catalog = text(config, "catalog_name");
    return catalog.isEmpty() || catalog.equals("info_schema")
        ? Optional.empty()
        : Optional.of("catalog_name");
  }

  /**
   * Reads what is said; empty for a model that is not on the lake.
   *
   * @param alias the name of the model's table
   * @param faults gets a key and what is wrong with its value, which is left out then
   */
  public static Optional<LakeModel> of(
      Map<String, ? extends @Nullable Object> config,
      String alias,
      BiConsumer<String, String> faults) {
    if (key(config).isEmpty()) {
      return Optional.empty();
    }
    Optional<String> location =
        Optional.of(text(config, "location"))
            .filter(t -> !t.isEmpty())
            .or(
                () ->
                    Optional.of(text(config, "location_root"))
                        .filter(t -> !t.isEmpty())
                        .map(root -> root + (root.endsWith("/") ? "" : "/") + alias));
    return Optional.of(
        new LakeModel(
            Optional.of(text(config, "catalog_name")).filter(t -> !t.isEmpty()),
            partitioning(config.get("partition_by"), faults),
            location,
            keepVersions(config, faults)));
  }

  private static String text(Map<String, ? extends @Nullable Object> config, String key) {
    Object value = config.get(key);
    String text = value == null ? "" : String.valueOf(value).strip();
    return key.equals("catalog_name") || key.startsWith("location")
        ? text
        : text.toLowerCase(Locale.ROOT);
  }

  private static Duration keepVersions(
      Map<String, ? extends @Nullable Object> config, BiConsumer<String, String> faults) {
    String text = text(config, "keep_versions");
    if (text.isEmpty()) {
      return KEEP;
    }
    Optional<Duration> kept =
        Quantities.duration(text).filter(d -> d.compareTo(Duration.ofMinutes(1)) >= 0);
    if (kept.isEmpty()) {
      faults.accept(
          "keep_versions", "`" + text + "` is no time of at least a minute, such as `7 days`");
    }
    return kept.orElse(KEEP);
  }

  private static List<PartitionField> partitioning(
      @Nullable Object value, BiConsumer<String, String> faults) {
    List<PartitionField> fields = new ArrayList<>();
    for (Object item :
        value == null ? List.of() : value instanceof List<?> list ? list : List.of(value)) {
      String text = item instanceof Map<?, ?> block ? ofBlock(block) : String.valueOf(item);
      Optional<PartitionField> field = PartitionField.parse(text);
      if (field.isEmpty()) {
        faults.accept(
            "partition_by",
            "`" + text + "` is no partition: write a column, `day(at)`, `bucket(16, id)`");
      }
      field.ifPresent(fields::add);
    }
    return fields;
  }

  /** BigQuery's form: {@code {field: at, data_type: timestamp, granularity: day}}. */
  private static String ofBlock(Map<?, ?> block) {
    Object granularity = block.get("granularity");
    return granularity == null
        ? String.valueOf(block.get("field"))
        : granularity + "(" + block.get("field") + ")";
  }
}
