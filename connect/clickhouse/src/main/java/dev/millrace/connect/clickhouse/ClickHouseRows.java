package dev.millrace.connect.clickhouse;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Batch;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.connect.clickhouse.ClickHouseTarget.TargetColumn;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes one block in the format Native of some rows of a batch. For one thread. */
final class ClickHouseRows {
  private final SinkContext context;
  private final ClickHouseTarget target;
  private final List<NativeColumn> writers = new ArrayList<>();
  private final Set<Integer> key = new HashSet<>();
  private final NativeBuffer buffer = new NativeBuffer();

  ClickHouseRows(SinkContext context, ClickHouseTarget target) {
    this.context = context;
    this.target = target;
    boolean adapt = context.options().text(Adaptation.UNSUPPORTED_VALUES).equals(Adaptation.ADAPT);
    context.key().forEach(name -> key.add(context.schema().indexOf(name)));
    List<Column> columns = context.schema().columns();
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      writers.add(
          NativeColumn.of(
              column.type(),
              target.columns().get(i).nullable(),
              // Two keys that are adapted could become one.
              new Adaptation(column.name(), adapt && !key.contains(i), key.contains(i))));
    }
  }

  /**
   * The block.
   *
   * @param rows the rows' numbers
   * @param held what the target knows of the sink
   * @param sequence of the chunk, which makes the version of its rows
   * @param piece which part of the chunk it is
   */
  NativeBuffer block(Batch batch, int[] rows, Held held, long sequence, int piece) {
    buffer.clear();
    buffer.varint(writers.size() + (long) target.inputs().size());
    buffer.varint(rows.length);
    for (int column = 0; column < writers.size(); column++) {
      NativeColumn writer = writers.get(column);
      buffer.text(target.columns().get(column).name());
      buffer.text(writer.type());
      writer.write(values(batch, rows, column), buffer);
    }
    if (target.isTracked()) {
      writeHidden(batch, rows, held, sequence, piece);
    }
    return buffer;
  }

  private @Nullable Object[] values(Batch batch, int[] rows, int column) {
    DataType type = context.schema().columns().get(column).type();
    TargetColumn declared = target.columns().get(column);
    boolean scalar = ClickHouseTypes.isNullable(type);
    @Nullable Object[] values = new @Nullable Object[rows.length];
    for (int i = 0; i < rows.length; i++) {
      Object value = batch.value(rows[i], column);
      boolean matters = batch.weights()[rows[i]] > 0 || key.contains(column);
      if (value == null && scalar && !declared.nullable() && matters) {
        throw notNullable(declared.name());
      }
      // Of a row that is deleted, the key alone is looked at.
      values[i] = value == null && !scalar && !matters ? empty(type) : value;
    }
    return values;
  }

  private static Object empty(DataType type) {
    return type instanceof DataType.ListOf ? List.of() : Map.of();
  }

  private void writeHidden(Batch batch, int[] rows, Held held, long sequence, int piece) {
    List<HiddenColumn> hidden = HiddenColumn.of(context.mode());
    for (int i = 0; i < hidden.size(); i++) {
      HiddenColumn column = hidden.get(i);
      buffer.text(target.inputs().get(i));
      buffer.text(column.type());
      for (int row : rows) {
        if (column.equals(HiddenColumn.SEQUENCE)) {
          buffer.number(sequence, Long.BYTES);
        } else if (column.equals(HiddenColumn.PIECE)) {
          buffer.number(piece, Integer.BYTES);
        } else if (column.equals(HiddenColumn.SINK)) {
          buffer.number(held.filler(), Long.BYTES);
        } else if (column.equals(HiddenColumn.VERSION)) {
          buffer.number(held.base() + sequence, Long.BYTES);
        } else {
          buffer.number(batch.weights()[row] > 0 ? 0 : 1, 1);
        }
      }
    }
  }

  private StopException notNullable(String column) {
    return new StopException(
        Problem.error(
            ClickHouseError.SINK_VALUE,
            null,
            "column `%s` of `%s` cannot be null, and the stream has a row where it is"
                .formatted(column, context.table()),
            "ALTER TABLE ... MODIFY COLUMN to Nullable, or coalesce(%s, ...) in the model"
                .formatted(column.toLowerCase(Locale.ROOT))),
        null);
  }
}
