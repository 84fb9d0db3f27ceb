package dev.millrace.dbt.adapter;

import dev.millrace.api.error.RetryException;

/** An engine that runs dbt's models. Thread-safe. */
public interface Adapter {
  /** What macros of it are called: {@code duckdb__create_table_as}. */
  String type();

  /**
   * A session for one thread.
   *
   * @throws RetryException if the engine is not to be had now
   */
  AdapterSession open();
}
