package dev.millrace.lake;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.SchemaChange;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableStore;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.iceberg.types.Type;

/** The table of a sink: made where it is missing, and changed where it does not fit and may be. */
final class SinkTable {
  private final TableStore store;
  private final SinkContext context;

  SinkTable(TableStore store, SinkContext context) {
    this.store = store;
    this.context = context;
  }

  /** A table that takes the stream. */
  StoredTable prepare() {
    Optional<StoredTable> found = store.find(context.table());
    if (found.isPresent()) {
      fit(found.get());
      return found.get();
    }
    if (!context.options().flag(LakeOptions.CREATE_TABLE)) {
      throw unfit("there is no such table", "create it, or set `create_table: true`");
    }
    return store.create(context.table(), context.schema(), partitioning());
  }

  private List<PartitionField> partitioning() {
    List<PartitionField> fields = new ArrayList<>();
    for (String text : context.options().texts(LakeOptions.PARTITION_BY)) {
      fields.add(
          PartitionField.parse(text)
              .orElseThrow(
                  () ->
                      LakeFailure.stop(
                          LakeError.LAKE_PARTITION,
                          "`" + text + "` of sink `" + context.sink() + "` is no partition",
                          "write a column, or `day(at)`")));
    }
    return fields;
  }

  private void fit(StoredTable table) {
    Schema held = table.schema();
    List<SchemaChange> changes = new ArrayList<>();
    for (Column column : context.schema().columns()) {
      Optional<Column> there = held.column(column.name());
      if (there.isEmpty()) {
        if (!context.options().flag(LakeOptions.ADD_COLUMNS)) {
          throw unfit(
              "it has no column `" + column.name() + "`", "set `add_columns: true` in the sink");
        }
        changes.add(new SchemaChange.Add(column));
      } else if (!holds(there.get(), column)) {
        changes.add(widened(there.get(), column));
      }
    }
    if (!changes.isEmpty()) {
      table.evolve(changes);
    }
  }

  private static boolean holds(Column there, Column column) {
    return LakeTypes.holds(LakeTypes.type(there.type()), LakeTypes.type(column.type()));
  }

  private SchemaChange widened(Column there, Column column) {
    Type wanted = LakeTypes.type(column.type());
    // The table's type would fit into the stream's.
    if (!LakeTypes.holds(wanted, LakeTypes.type(there.type()))) {
      throw unfit(
          "its column `%s` is a %s, the stream's a %s"
              .formatted(there.name(), there.type(), column.type()),
          "cast the column in the model to " + there.type());
    }
    if (!context.options().flag(LakeOptions.WIDEN_COLUMNS)) {
      throw unfit(
          "its column `%s` is a %s, narrower than the stream's %s"
              .formatted(there.name(), there.type(), column.type()),
          "set `widen_columns: true` in the sink, or cast the column in the model");
    }
    return new SchemaChange.Widen(there.name(), column.type());
  }

  private StopException unfit(String what, String hint) {
    return LakeFailure.stop(
        LakeError.SINK_TABLE_UNFIT,
        "table `%s` of sink `%s`: %s".formatted(context.table(), context.sink(), what),
        hint);
  }
}
