package dev.millrace.dbt.context;

import dev.millrace.dbt.adapter.QueryResult;

/** Runs the SQL of macros. */
@FunctionalInterface
interface SqlRunner {
  /** Runs it; {@code fetch} if its rows are wanted. */
  QueryResult run(String sql, boolean fetch);
}
