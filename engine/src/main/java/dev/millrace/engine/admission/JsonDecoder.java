package dev.millrace.engine.admission;

import dev.millrace.engine.store.Block;
import dev.millrace.engine.store.RowFunction;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.StoreReader;
import dev.millrace.engine.store.Wire;
import dev.millrace.project.StreamSpec;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Lets DuckDB decode single records, field by field, and tell what is wrong with one that does not
 * fit. {@link RecordDecoder} has decoded the common ones before. For one thread.
 */
final class JsonDecoder implements RowFunction.Provider, AutoCloseable {
  /** What a change does: there is a row of this key. */
  static final long PUT = 0;

  /** There is no row of this key any more. */
  static final long DELETE = 1;

  /** Nothing, such as a message among change events. */
  static final long NOTHING = 2;

  /** As {@link #DELETE}, behind a delete that said so already. */
  static final long DELETE_AGAIN = 3;

  private final List<String> headers;
  private final List<Wire.Kind> input = new ArrayList<>();
  private final List<Wire.Kind> output = new ArrayList<>();
  private final List<Integer> columns = new ArrayList<>();
  private final String select;
  private final long handle;
  private @Nullable Wanted wanted;

  /** Single records: ordinal, value, key, headers. */
  private record Wanted(DecodedRows rows, int[] ordinals, List<byte[]> headers) implements Rows {
    @Override
    public int size() {
      return ordinals.length;
    }

    @Override
    public void fill(int column, int from, int count, DuckDBWritableVector vector) {
      byte[] @Nullable [] values = new byte[count][];
      for (int i = 0; i < count; i++) {
        int ordinal = ordinals[from + i];
        switch (column) {
          case 0 -> vector.setLong(i, ordinal);
          case 1 -> values[i] = rows.value(ordinal);
          case 2 -> values[i] = rows.key(ordinal);
          default -> {
            long place = rows.records().header(ordinal, headers.get(column - 3));
            if (place >= 0) {
              values[i] = new byte[(int) place];
              System.arraycopy(
                  rows.records().bytes(), (int) (place >> 32), values[i], 0, (int) place);
            }
          }
        }
      }
      if (column > 0) {
        vector.setStringUtf8Batch(0, values);
      }
    }
  }

  JsonDecoder(StreamSpec stream) {
    DecodingSql sql = new DecodingSql(stream);
    this.headers = sql.headers();
    input.addAll(List.of(Wire.Kind.LONG, Wire.Kind.TEXT, Wire.Kind.TEXT));
    headers.forEach(h -> input.add(Wire.Kind.TEXT));
    handle = RowFunction.add(this);
    List<Wire.Kind> kinds = RecordDecoder.kinds(stream);
    output.addAll(List.of(Wire.Kind.LONG, Wire.Kind.TEXT));
    for (int column : sql.columns()) {
      columns.add(column);
      output.add(kinds.get(column));
    }
    select = sql.select(RowFunction.plannedSql(handle));
  }

  /** What is done with a record: {@code why} is null if it was decoded. */
  interface Action {
    void accept(int ordinal, @Nullable String why);
  }

  /** Decodes records into {@code rows}; texts of lists and structs are JSON. */
  void decode(StoreReader reader, DecodedRows rows, int[] ordinals, Action action)
      throws SQLException {
    wanted =
        new Wanted(
            rows, ordinals, headers.stream().map(h -> h.getBytes(StandardCharsets.UTF_8)).toList());
    reader.queryPrepared(
        select,
        List.of(),
        output,
        (block, i) -> {
          int o = (int) block.number(0, i);
          if (block.isNull(1, i)) {
            take(block, i, rows, o);
          }
          action.accept(o, block.text(1, i));
        });
    wanted = null;
  }

  private void take(Block block, int row, DecodedRows rows, int o) {
    for (int c = 2; c < block.width(); c++) {
      int column = columns.get(c - 2);
      String text = block.kind(c) == Wire.Kind.TEXT ? block.text(c, row) : null;
      if (block.isNull(c, row)) {
        rows.setNull(column, o);
      } else if (text != null) {
        rows.setText(column, o, text);
      } else {
        rows.setNumber(column, o, block.number(c, row));
      }
    }
  }

  @Override
  public List<Wire.Kind> columns() {
    return input;
  }

  @Override
  public long expected() {
    Wanted current = wanted;
    return current == null ? 10 : current.size();
  }

  @Override
  public Rows open() {
    Wanted current = wanted;
    if (current == null) {
      throw new IllegalStateException("no records are wanted");
    }
    return current;
  }

  @Override
  public void close() {
    RowFunction.remove(handle);
  }
}
