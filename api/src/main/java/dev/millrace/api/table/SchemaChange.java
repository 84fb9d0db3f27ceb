package dev.millrace.api.table;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;

/**
 * A change of a table's columns. Columns have ids that stay, so a column that is dropped and added
 * again is another one, and one that is renamed keeps its values.
 */
public sealed interface SchemaChange {
  /** A new column, last; rows that are there have null in it. */
  record Add(Column column) implements SchemaChange {}

  /**
   * A type that holds every value of the one before: a longer integer, a decimal of more digits.
   */
  record Widen(String column, DataType type) implements SchemaChange {}

  /** Another name for a column. */
  record Rename(String column, String to) implements SchemaChange {}

  /** A column less; earlier versions still have it. */
  record Drop(String column) implements SchemaChange {}
}
