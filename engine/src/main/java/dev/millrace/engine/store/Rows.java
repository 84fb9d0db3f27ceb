package dev.millrace.engine.store;

import org.duckdb.DuckDBWritableVector;

/** Rows in the heap, by column, that a statement reads through {@link RowFunction}. */
public interface Rows {
  /** How many there are. */
  int size();

  /**
   * Copies values of a column into a vector of DuckDB, from its first place on. May be called by
   * several threads at once.
   *
   * @param from the first row
   * @param count how many rows, at most what a vector holds
   */
  void fill(int column, int from, int count, DuckDBWritableVector vector);

  /** No rows. */
  Rows NONE =
      new Rows() {
        @Override
        public int size() {
          return 0;
        }

        @Override
        public void fill(int column, int from, int count, DuckDBWritableVector vector) {
          throw new IndexOutOfBoundsException(from);
        }
      };
}
