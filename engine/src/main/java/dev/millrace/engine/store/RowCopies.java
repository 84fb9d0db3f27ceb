package dev.millrace.engine.store;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * Copies of a table's rows in a {@link RowFile}. Small batches hand them over while they append
 * them; what large batches have appended is copied when small ones follow. For the flow's thread,
 * and DuckDB's while a statement of the flow runs.
 */
final class RowCopies implements AutoCloseable {
  /** At most so many rows are copied at once. */
  private static final long COPIED = 20_000;

  /** With more heap than this for deleted rows, an index had better be made anew. */
  private static final long REMOVED_BYTES = 8L << 20;

  /**
   * Copies of so many numbers are kept for each row, so that rows that come and go fill no disk.
   */
  private static final long NUMBERS_A_ROW = 4;

  /** Of so many rows at least. */
  private static final long FEWEST_ROWS = 1_000_000;

  private final KeptTable table;
  private final List<Wire> wires;
  private final List<Wire.Kind> kinds = new ArrayList<>();
  private final RowFile file;
  private final Map<Long, Block> appending = new HashMap<>();
  private @Nullable String forgottenColumn;
  private long forgottenBefore;

  private RowCopies(KeptTable table, List<Wire> wires, Path folder, String name) {
    this.table = table;
    this.wires = wires;
    wires.forEach(wire -> kinds.add(wire.kind()));
    kinds.add(Wire.Kind.LONG);
    this.file = new RowFile(folder, name);
  }

  /** Copies for a table; empty if its rows cannot cross into the heap. */
  static Optional<RowCopies> of(KeptTable table, Path folder, String name) {
    List<Wire> wires = new ArrayList<>();
    for (Column column : table.schema().columns()) {
      Optional<Wire> wire = Wire.of(column.type());
      if (wire.isEmpty()) {
        return Optional.empty();
      }
      wires.add(wire.get());
    }
    return Optional.of(new RowCopies(table, wires, folder, name));
  }

  /** SQL of the number of a row that is appended, by which the row is handed over. */
  String numberSql(long handle, String hash) {
    StringBuilder row = new StringBuilder("millrace_row(" + handle + ", " + hash);
    StringBuilder texts = new StringBuilder();
    for (int c = 0; c < wires.size(); c++) {
      String value = out(c);
      switch (kinds.get(c)) {
        case LONG -> row.append(", ").append(value);
        case BOOLEAN -> row.append(", ").append(value).append("::BIGINT");
        case DOUBLE, TEXT -> texts.append(", ").append(value).append("::VARCHAR");
      }
    }
    row.append(')');
    return texts.isEmpty() ? row.toString() : "millrace_texts(" + handle + ", " + row + texts + ")";
  }

  private String out(int column) {
    String name = table.schema().columns().get(column).name();
    return wires.get(column).out(Identifier.quote(name));
  }

  private boolean isNumber(int column) {
    Wire.Kind kind = kinds.get(column);
    return kind == Wire.Kind.LONG || kind == Wire.Kind.BOOLEAN;
  }

  /**
   * Takes the numbers of rows that are being appended, of which {@link #texts} may follow, of other
   * rows in between.
   *
   * @param first the number of the first row
   */
  void numbers(long first, DuckDBDataChunkReader in) {
    int count = (int) in.rowCount();
    Block rows = new Block(kinds);
    for (int i = 0; i < count; i++) {
      rows.addRow();
      rows.set(wires.size(), first + i);
    }
    int from = 2;
    for (int c = 0; c < wires.size(); c++) {
      if (isNumber(c)) {
        DuckDBReadableVector vector = in.vector(from++);
        for (int i = 0; i < count; i++) {
          if (!vector.isNull(i)) {
            rows.set(c, i, vector.getLong(i));
          }
        }
      }
    }
    if (from == 2 + wires.size()) {
      append(first, rows);
    } else if (count > 0) {
      appending.put(first, rows);
    }
  }

  /** Takes the texts of the same rows. */
  void texts(DuckDBDataChunkReader in) {
    if (in.rowCount() == 0) {
      return;
    }
    long first = in.vector(1).getLong(0);
    Block rows = appending.remove(first);
    if (rows == null || rows.size() != in.rowCount()) {
      throw new IllegalStateException("texts of rows that have no numbers: " + first);
    }
    int from = 2;
    for (int c = 0; c < wires.size(); c++) {
      if (!isNumber(c)) {
        DuckDBReadableVector vector = in.vector(from++);
        for (int i = 0; i < rows.size(); i++) {
          if (!vector.isNull(i)) {
            set(rows, c, i, vector.getString(i));
          }
        }
      }
    }
    append(first, rows);
  }

  private void set(Block rows, int column, int row, String text) {
    if (kinds.get(column) == Wire.Kind.TEXT) {
      rows.set(column, row, text.getBytes(StandardCharsets.UTF_8));
    } else {
      rows.set(column, row, Wire.doubleBits(text));
    }
  }

  private void append(long first, Block rows) {
    file.startAt(first);
    file.append(first, rows, 0, rows.size());
  }

  /** Passes on the numbers that {@link #numbers} has given. */
  static void pass(DuckDBDataChunkReader in, DuckDBWritableVector out) {
    DuckDBReadableVector numbers = in.vector(1);
    for (int i = 0; i < in.rowCount(); i++) {
      out.setLong(i, numbers.getLong(i));
    }
  }

  /**
   * Adds rows to a block, and their number as its last column.
   *
   * @param numbers ascending
   * @return the numbers of those that only the table knows
   */
  long[] read(long[] numbers, Block into) {
    long[] others = new long[numbers.length];
    int count = 0;
    for (long number : numbers) {
      if (!file.read(number, into)) {
        others[count++] = number;
      }
    }
    return Arrays.copyOf(others, count);
  }

  /** Copies the newest committed rows that are missing. */
  void catchUp() throws SQLException {
    if (file.isBroken() || file.next() >= table.next()) {
      return;
    }
    file.startAt(table.next() - COPIED);
    StringBuilder select = new StringBuilder("SELECT ");
    for (int c = 0; c < wires.size(); c++) {
      select.append(out(c)).append(", ");
    }
    String number = table.number();
    select.append(number).append(" FROM ").append(table.name()).append(" WHERE ").append(number);
    select.append(" >= ").append(file.next()).append(" ORDER BY ").append(number);
    table.reader().queryBlocks(select.toString(), kinds, this::copy);
    file.filledTo(table.next());
  }

  private void copy(Block rows) {
    int start = 0;
    while (start < rows.size()) {
      long first = rows.number(wires.size(), start);
      int end = start + 1;
      while (end < rows.size() && rows.number(wires.size(), end) == first + end - start) {
        end++;
      }
      file.append(first, rows, start, end);
      start = end;
    }
  }

  /**
   * A row was deleted, and an index may still lead to it.
   *
   * @return false if so many were that they take more memory than an index is worth
   */
  boolean remove(long number) {
    file.remove(number);
    return file.removedBytes() <= REMOVED_BYTES;
  }

  /** No index leads to a row that was deleted. */
  void forgetRemoved() {
    file.forgetRemoved();
  }

  /** Rows whose column is before an instant are deleted by this batch. */
  void forgetting(String column, long before) {
    forgottenColumn = column;
    forgottenBefore = before;
  }

  /** The batch is committed; if it deleted rows, those from {@code floor} on may remain. */
  void committed(boolean deleted, long floor) {
    long kept = NUMBERS_A_ROW * Math.max(FEWEST_ROWS, table.rows());
    file.expireBelow(Math.max(0, table.committedNext() - kept));
    String column = forgottenColumn;
    forgottenColumn = null;
    if (!deleted || column == null) {
      return;
    }
    int index = table.schema().names().indexOf(column);
    if (table
        .schema()
        .columns()
        .get(index)
        .type()
        .equals(new DataType.Scalar(DataType.Kind.TIMESTAMPTZ))) {
      file.forget(index, forgottenBefore, table.committedNext());
      file.expireBelow(floor);
    } else {
      file.close();
    }
  }

  /** The batch is rolled back: numbers from the next one on are given again. */
  void rolledBack() {
    appending.clear();
    forgottenColumn = null;
    file.truncate(table.committedNext());
  }

  @Override
  public void close() {
    file.close();
  }
}
