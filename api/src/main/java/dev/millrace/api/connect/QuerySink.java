package dev.millrace.api.connect;

import java.sql.Connection;

/**
 * A sink that can read its changes with SQL where they are, so that rows do not pass through the
 * heap one by one and a chunk may be larger than that.
 */
public interface QuerySink extends Sink {
  /**
   * As {@link #deliver(dev.millrace.api.type.Batch, long)}. The {@link #pace} then counts rows, and
   * memory not.
   *
   * @param duckdb a connection of DuckDB, for this call only, in which nothing but temporary things
   *     may be changed
   * @param changes a query of the changes with the columns of the stream and {@code _w}, their
   *     weight; it gives the same rows each time it is run on the connection
   * @param sequence of the last change
   */
  void deliver(Connection duckdb, String changes, long sequence);
}
