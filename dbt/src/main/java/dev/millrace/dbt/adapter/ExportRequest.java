package dev.millrace.dbt.adapter;

import dev.millrace.api.table.HiveField;
import java.nio.file.Path;
import java.util.List;

/**
 * A table to be written as plain Parquet files.
 *
 * @param table {@code name} or {@code schema.name} of a relation of the engine, or else of a table
 *     of the lake
 * @param folder where the files go, absolute; it has these files and nothing else
 * @param partitioning the levels of folders, outermost first; none: the files are in {@code folder}
 * @param only the partitions that are meant, such as {@code dt=2026-11-21} or {@code
 *     year=2026/month=2026-11}, of which the innermost levels may be left out; none: all, and those
 *     that the table has no rows of any more go
 */
public record ExportRequest(
    String table, Path folder, List<HiveField> partitioning, List<String> only) {
  /** Copies the lists. */
  public ExportRequest {
    partitioning = List.copyOf(partitioning);
    only = List.copyOf(only);
  }
}
