package dev.millrace.project;

import dev.millrace.api.table.HiveField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a model says of being written as plain Parquet files after each build: {@code export: {to:
 * exports/plays, partition_by: [dt=day(played_at)]}}.
 *
 * @param to a folder, absolute or below the project's
 * @param partitioning levels of folders, outermost first
 */
public record ExportModel(String to, List<HiveField> partitioning) {
  /** The key of a model's configuration. */
  public static final String KEY = "export";

  private static final Set<String> KEYS = Set.of("to", "root", "partition_by");

  /** Copies the list. */
  public ExportModel {
    partitioning = List.copyOf(partitioning);
  }

  /**
   * Reads what is said; empty if nothing is, or it is wrong.
   *
   * @param config values by key
   * @param alias the name of the model's table
   * @param faults gets the key and what is wrong with its value
   */
  public static Optional<ExportModel> of(
      Map<String, ? extends @Nullable Object> config,
      String alias,
      BiConsumer<String, String> faults) {
    Object value = config.get(KEY);
    if (value == null) {
      return Optional.empty();
    }
    if (!(value instanceof Map<?, ?> block) || !KEYS.containsAll(block.keySet())) {
      faults.accept(
          KEY,
          "`"
              + value
              + "` is no export: write `{to: exports/"
              + alias
              + ", partition_by: [day(at)]}`, or `root: exports` for a folder of models");
      return Optional.empty();
    }
    List<HiveField> fields = new ArrayList<>();
    boolean good = true;
    Object parted = block.get("partition_by");
    for (Object item :
        parted == null ? List.of() : parted instanceof List<?> list ? list : List.of(parted)) {
      Optional<HiveField> field = HiveField.parse(String.valueOf(item));
      field.ifPresent(fields::add);
      if (field.isEmpty()) {
        good = false;
        faults.accept(
            KEY, "`" + item + "` is no level of folders: write a column, or `dt=day(at)`");
      }
    }
    Object to = block.get("to");
    Object root = block.get("root");
    if ((to == null) == (root == null)) {
      good = false;
      faults.accept(
          KEY,
          "says not where the files go: write `to`, the folder of this model, or `root`, in which"
              + " each model has one by its name");
    }
    return good
        ? Optional.of(new ExportModel(to != null ? to.toString() : root + "/" + alias, fields))
        : Optional.empty();
  }
}
