package dev.millrace.api.table;

import dev.millrace.api.type.Schema;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of one version of a table. They stay until that version expires.
 *
 * @param version the version; null for a table that never had a row
 * @param schema the columns of that version
 * @param files the files, sorted by path
 * @param relation what to write behind FROM so that DuckDB reads them: the schema's columns, in
 *     files of whatever version of the schema, found by their ids
 */
public record TableFiles(
    @Nullable Long version, Schema schema, List<TableFile> files, String relation) {
  /** Copies the list. */
  public TableFiles {
    files = List.copyOf(files);
  }

  /**
   * One file.
   *
   * @param path where DuckDB finds it
   * @param rows how many it has
   * @param bytes how large it is
   * @param partition what its rows have in common: a value's text by the partition field, such as
   *     {@code day(at)} and {@code 2026-11-21}; {@code null} is the text of a null
   */
  public record TableFile(String path, long rows, long bytes, Map<String, String> partition) {
    /** Copies the map. */
    public TableFile {
      partition = Map.copyOf(partition);
    }
  }

  /** How many rows they have. */
  public long rows() {
    return files.stream().mapToLong(TableFile::rows).sum();
  }
}
