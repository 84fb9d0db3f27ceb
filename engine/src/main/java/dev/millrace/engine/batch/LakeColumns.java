package dev.millrace.engine.batch;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.TableWrite;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.dbt.adapter.LakeWrite;
import dev.millrace.dbt.adapter.LakeWrite.Action;
import dev.millrace.dbt.adapter.LakeWrite.SchemaPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a table's columns become, as {@code on_schema_change} has it. */
final class LakeColumns {
  private final Schema held;
  private final Schema query;
  private final LakeWrite write;

  LakeColumns(Schema held, Schema query, LakeWrite write) {
    this.held = held;
    this.query = query;
    this.write = write;
  }

  /**
   * The change of the table.
   *
   * @param existed false for a table that was just made
   */
  TableWrite change(boolean existed) {
    Schema columns = columns();
    String select = select(columns);
    TableWrite.Mode mode =
        switch (write.action()) {
          case OVERWRITE -> TableWrite.Mode.OVERWRITE;
          case APPEND -> TableWrite.Mode.APPEND;
          case REPLACE_PARTITIONS -> TableWrite.Mode.REPLACE_PARTITIONS;
          case REPLACE_WHERE -> TableWrite.Mode.REPLACE_WHERE;
        };
    String where =
        existed || mode != TableWrite.Mode.REPLACE_WHERE
            ? write.condition().orElse(null)
            : write.condition().orElse("false");
    return new TableWrite(mode, select, where, columns, write.lake().partitioning());
  }

  private Schema columns() {
    if (write.action() == Action.OVERWRITE
        || write.onSchemaChange() == SchemaPolicy.SYNC_ALL_COLUMNS) {
      return query;
    }
    List<String> added = query.names().stream().filter(n -> column(held, n).isEmpty()).toList();
    List<String> gone = held.names().stream().filter(n -> column(query, n).isEmpty()).toList();
    if (write.onSchemaChange() == SchemaPolicy.FAIL && !(added.isEmpty() && gone.isEmpty())) {
      throw changed(
          "the columns of the query are no longer those of its table in the lake: new ones "
              + added
              + ", gone ones "
              + gone);
    }
    if (write.onSchemaChange() == SchemaPolicy.IGNORE && !gone.isEmpty()) {
      throw changed("the query has no columns " + gone + ", which its table in the lake has");
    }
    List<Column> columns = new ArrayList<>(held.columns());
    if (write.onSchemaChange() == SchemaPolicy.APPEND_NEW_COLUMNS) {
      added.forEach(n -> columns.add(column(query, n).orElseThrow()));
    }
    return new Schema(columns);
  }

  private static Optional<Column> column(Schema schema, String name) {
    return schema.columns().stream().filter(c -> c.name().equalsIgnoreCase(name)).findFirst();
  }

  private StopException changed(String message) {
    return new StopException(
        Problem.error(
            BatchError.LAKE_COLUMN,
            null,
            message,
            "run it with --full-refresh, or configure on_schema_change='append_new_columns' or"
                + " 'sync_all_columns'"),
        null);
  }

  private String select(Schema columns) {
    return columns.columns().stream()
        .map(
            c ->
                (column(query, c.name()).isPresent() ? "" : "NULL AS ")
                    + Identifier.quote(c.name()))
        .collect(Collectors.joining(", ", "SELECT ", " FROM (" + write.select() + "\n)"));
  }
}
