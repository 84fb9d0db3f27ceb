package dev.millrace.dbt.adapter;

import dev.millrace.project.LakeModel;
import java.util.Optional;

/**
 * What a node writes to its table in the lake.
 *
 * @param relation the node's; the table has its schema and name
 * @param lake how the table is to be
 * @param action which rows make room
 * @param select a query with the rows
 * @param condition for {@link Action#REPLACE_WHERE}, over the table's rows, called {@code old}
 * @param onSchemaChange what becomes of columns that the query has and the table has not, and the
 *     other way round
 */
public record LakeWrite(
    Relation relation,
    LakeModel lake,
    Action action,
    String select,
    Optional<String> condition,
    SchemaPolicy onSchemaChange) {
  /** Which rows make room for the new ones. */
  public enum Action {
    /** All; the table is made if there is none, and has the query's columns afterwards. */
    OVERWRITE,
    /** None. */
    APPEND,
    /** Those for which a condition is true. */
    REPLACE_WHERE,
    /** Those of the partitions that the new rows are in. */
    REPLACE_PARTITIONS
  }

  /** dbt's {@code on_schema_change}. */
  public enum SchemaPolicy {
    /** The table's columns are what counts. */
    IGNORE,
    /** The node fails. */
    FAIL,
    /** The table gets new columns. */
    APPEND_NEW_COLUMNS,
    /** The table gets the query's columns. */
    SYNC_ALL_COLUMNS
  }
}
