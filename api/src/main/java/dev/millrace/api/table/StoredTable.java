package dev.millrace.api.table;

import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.type.Schema;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A table of a store. Each change is one atomic commit: a reader sees the table before it or after
 * it. A process that dies in a change leaves the table as it was, with at most some files that
 * belong to no version ({@link #removeOrphans}).
 *
 * <p>Rows are written and rewritten by DuckDB, through connections that the caller gives: any that
 * can see the relations of the query, in a transaction or not. Where its session's time zone is
 * UTC, readers can leave out more files.
 *
 * <p>An object is for one thread; several objects of one table, in any process, change it side by
 * side. A {@link dev.millrace.api.error.RetryException} says that nothing was changed, or that the
 * outcome is unknown: then {@link #position} tells.
 */
public interface StoredTable {
  /** Its name, with its schema. */
  String name();

  /** The columns of the newest version. */
  Schema schema();

  /** How its rows are parted. */
  List<PartitionField> partitioning();

  /** How far a writer has come; empty if it never committed a position. Read anew at every call. */
  Optional<SinkPosition> position(String writer);

  /**
   * Writes the rows of a query into new files, which belong to the table by a commit only.
   *
   * @param select a query of DuckDB with the table's columns by name, in any order; each is cast to
   *     the table's type
   * @throws dev.millrace.api.error.StopException if a column is missing, or a value does not fit
   */
  StagedRows stage(Connection duckdb, String select);

  /** Adds staged rows. */
  void append(StagedRows rows, @Nullable PositionMove move);

  /** Puts staged rows in the place of all rows of the partitions that they are in. */
  void replacePartitions(StagedRows rows, @Nullable PositionMove move);

  /** Puts staged rows in the place of all rows. */
  void overwrite(StagedRows rows, @Nullable PositionMove move);

  /**
   * Writes and deletes rows by key: files with a row of a changed key are written anew without it,
   * and then those with weight +1 are added.
   *
   * @param changes a query with the table's columns and the weight {@code _w}, +1 to write a row,
   *     -1 to delete the one with its key; at most one for each key. It is run several times
   * @param key the columns that tell rows apart; nulls are equal to each other
   */
  void merge(Connection duckdb, String changes, List<String> key, @Nullable PositionMove move);

  /**
   * Changes rows, columns and partitioning in one commit.
   *
   * @return how many rows were written
   * @throws dev.millrace.api.error.StopException if the columns cannot become those, or a value
   *     does not fit
   */
  long write(Connection duckdb, TableWrite change, @Nullable PositionMove move);

  /** The files of the newest version. */
  TableFiles files();

  /**
   * The files of an earlier version.
   *
   * @param version its number, or its id
   * @throws dev.millrace.api.error.StopException if it has expired, or never was
   */
  TableFiles files(long version);

  /** The files of the version that was the newest at a moment; as {@link #files(long)}. */
  TableFiles files(Instant at);

  /**
   * As {@link #files(long)}; until it is closed this process does not expire the version. Others
   * that expire versions know nothing of it.
   */
  PinnedFiles pin(long version);

  /** As {@link #files(Instant)} and {@link #pin(long)}. */
  PinnedFiles pin(Instant at);

  /** The versions that can be read, oldest first. */
  List<TableVersion> versions();

  /** Changes the columns, all in one commit; no file is written anew. */
  void evolve(List<SchemaChange> changes);

  /**
   * Writes small files of a partition together into larger ones: many of about the same size, those
   * that fill a file, and what is left of a partition that none of the last {@code atLeast}
   * versions has touched. Others may append meanwhile; if somebody else has replaced one of these
   * files, they are left as they are.
   *
   * @param targetBytes how large files are to be, about; those of more than half of it are left
   *     alone
   * @param atLeast how many small files of about the same size a partition has before they are
   *     touched; 2 or more
   * @return how many files were replaced
   */
  int compact(Connection duckdb, long targetBytes, int atLeast);

  /**
   * Forgets versions that were not the newest any more at that moment, and deletes the files that
   * only they had. So what was the table then, and after it, can be read. Files that the oldest
   * version left has replaced go when it is forgotten in its turn.
   *
   * @return how many versions
   */
  int expire(Instant before);

  /**
   * Deletes files in the table's folder that belong to no version, such as those that a killed
   * process left.
   *
   * @param olderThan younger ones stay, as somebody may be about to commit them
   * @return how many files
   */
  int removeOrphans(Duration olderThan);
}
