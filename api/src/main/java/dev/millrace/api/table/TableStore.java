package dev.millrace.api.table;

import dev.millrace.api.type.Schema;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An open store of tables. Names are {@code table} or {@code schema.table}. Thread-safe; every
 * method throws {@link dev.millrace.api.error.RetryException} where the store cannot be reached,
 * and {@link dev.millrace.api.error.StopException} where a person has to act.
 */
public interface TableStore extends AutoCloseable {
  /**
   * Keeps files readable for a view that names them, where DuckDB reads copies of files that are
   * elsewhere. Copies that no view reads are deleted when there are too many.
   *
   * @param view which view, unique among all of this user's; the files of its earlier versions are
   *     kept for another hour
   * @param files what it reads; kept for 90 days, unless that is said again
   */
  void pin(String view, TableFiles files);

  /** The names of all tables, with their schemas, sorted. */
  List<String> names();

  /** The table of that name; empty if there is none. */
  Optional<StoredTable> find(String name);

  /**
   * Makes an empty table.
   *
   * @param partitioning how rows are parted into files; empty for a table in one piece
   * @throws dev.millrace.api.error.StopException if there is one of that name, or a column has no
   *     type in the store
   */
  default StoredTable create(String name, Schema schema, List<PartitionField> partitioning) {
    return create(name, schema, partitioning, null);
  }

  /**
   * As the other, in a folder of its own choice.
   *
   * @param location an absolute path, or one below the store's folder; null for the usual place
   */
  StoredTable create(
      String name, Schema schema, List<PartitionField> partitioning, @Nullable String location);

  /** Takes the table out of the store and deletes its files; does nothing if there is none. */
  void drop(String name);

  /** Frees everything; never throws. */
  @Override
  void close();
}
