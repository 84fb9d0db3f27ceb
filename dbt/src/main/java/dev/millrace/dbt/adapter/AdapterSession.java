package dev.millrace.dbt.adapter;

import dev.millrace.api.error.RetryException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A connection for one thread. Statements are committed one by one unless a transaction was begun;
 * then all of them are committed, or none. After a statement in a transaction has failed, only
 * {@link #rollback} helps.
 */
public interface AdapterSession extends AutoCloseable {
  /**
   * Runs SQL, which may be several statements.
   *
   * @param fetch whether the rows of the last one are wanted
   * @throws AdapterException if it fails
   * @throws RetryException if it may succeed later: a full disk, a conflict with another session
   */
  QueryResult execute(String sql, boolean fetch);

  /** Begins a transaction; nothing if there is one. */
  void begin();

  /**
   * Commits the transaction; nothing if there is none.
   *
   * @throws RetryException if nothing was committed, and it may succeed later
   * @throws AdapterException if it is not known whether it was committed
   */
  void commit();

  /** Undoes the transaction; nothing if there is none. Never throws. */
  void rollback();

  /**
   * Adds rows to a table, as one of its statements. Each value is given as a text, which the engine
   * casts to the column's type.
   *
   * @param columns the table's columns that get values
   * @param rows each with a text, or null for none, for every one of {@code columns}
   * @return how many rows
   * @throws AdapterException if a text does not fit its column
   * @throws RetryException as {@link #execute}
   */
  long load(Relation table, List<String> columns, Iterable<@Nullable String[]> rows);

  /** Tables and views of a schema; none if there is no such schema. */
  List<Relation> relations(String database, String schema);

  /** The relation with its type; empty if there is none. Names are compared without case. */
  Optional<Relation> find(Relation relation);

  /** Its columns in order; empty if there is no such relation. */
  List<ColumnInfo> columns(Relation relation);

  /** Names of the schemas of a database. */
  List<String> schemas(String database);

  /** The target's lake; empty if it has none. */
  default Optional<LakeSession> lake() {
    return Optional.empty();
  }

  /**
   * Writes a table as plain Parquet files, a partition at a time: a reader of the folder, and
   * whoever looks after a process was killed, finds each partition as it was or as it is now.
   *
   * @throws dev.millrace.api.error.StopException if there is no such table, the folder has other
   *     things, or cannot be written
   * @throws AdapterException if the table cannot be read
   */
  default ExportResult export(ExportRequest request) {
    throw new UnsupportedOperationException("exports");
  }

  /** Stops what the session runs, from another thread. */
  void cancel();

  /** Undoes an open transaction and gives the connection back. */
  @Override
  void close();
}
