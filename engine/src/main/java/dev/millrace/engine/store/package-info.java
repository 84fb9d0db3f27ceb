/**
 * The store: one DuckDB database, its transactions, and the indexes that find rows of large states.
 */
@NullMarked
package dev.millrace.engine.store;

import org.jspecify.annotations.NullMarked;
