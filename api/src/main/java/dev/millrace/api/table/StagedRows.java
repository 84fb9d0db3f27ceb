package dev.millrace.api.table;

/**
 * Rows in files that are not yet part of a table. They are part of it by one commit; {@link #close}
 * deletes those that are not.
 */
public interface StagedRows extends AutoCloseable {
  /** How many rows there are. */
  long rows();

  /** How many bytes their files have. */
  long bytes();

  /** How many files there are. */
  int files();

  /** Deletes the files if they were not committed; never throws. */
  @Override
  void close();
}
