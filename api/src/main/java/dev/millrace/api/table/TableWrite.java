package dev.millrace.api.table;

import dev.millrace.api.type.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a table's rows, columns and partitioning in one commit.
 *
 * @param mode which rows go
 * @param select a query of DuckDB with the rows that come: all of {@code columns} by name, in any
 *     order; each value is cast to its column's type. Run once
 * @param where for {@link Mode#REPLACE_WHERE} a condition in DuckDB's SQL over the table's rows,
 *     which are called {@code old}; run twice
 * @param columns the columns that the table has afterwards, in this order
 * @param partitioning how rows are parted that are written from now on
 */
public record TableWrite(
    Mode mode,
    String select,
    @Nullable String where,
    Schema columns,
    List<PartitionField> partitioning) {
  /** Which rows make room. */
  public enum Mode {
    /** None. */
    APPEND,
    /** All. Columns may then become anything. */
    OVERWRITE,
    /** Those of the partitions that the new rows are in; all of a table in one piece. */
    REPLACE_PARTITIONS,
    /** Those for which a condition is true; the files that have them are written anew. */
    REPLACE_WHERE
  }

  /** Copies the list. */
  public TableWrite {
    partitioning = List.copyOf(partitioning);
    if ((mode == Mode.REPLACE_WHERE) != (where != null)) {
      throw new IllegalArgumentException("a condition is for REPLACE_WHERE, and needed there");
    }
  }
}
