package dev.millrace.engine.store;

import org.duckdb.DuckDBWritableVector;

/**
 * Counts rows that a statement comes across, in the middle of it. For the flow's thread, and
 * DuckDB's while a statement of the flow runs.
 */
public final class Tally implements AutoCloseable {
  private final long handle = Callbacks.add(this);
  private long counted;

  /** A SELECT of one row that counts the rows of a SELECT of one BIGINT, of which none is NULL. */
  public String sql(String select) {
    return "SELECT count(n) AS n FROM (SELECT millrace_tally("
        + handle
        + ", n) AS n FROM ("
        + select
        + ") AS r(n))";
  }

  synchronized void count(int rows, DuckDBWritableVector out) {
    counted += rows;
    for (int i = 0; i < rows; i++) {
      out.setLong(i, 1);
    }
  }

  /** How many rows there were since {@link #reset}. */
  public synchronized long counted() {
    return counted;
  }

  /** Begins at nothing again. */
  public synchronized void reset() {
    counted = 0;
  }

  @Override
  public void close() {
    Callbacks.remove(handle);
  }
}
