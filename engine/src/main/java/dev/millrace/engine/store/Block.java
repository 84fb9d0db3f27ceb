package dev.millrace.engine.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/** Rows that are added one by one, or taken over from a result of DuckDB. Not thread-safe. */
public final class Block implements Rows {
  private static final long NULL_TEXT = -1;

  private final List<Wire.Kind> kinds;
  private final long[][] values;
  private final boolean[][] nulls;
  private byte[] text = new byte[1024];
  private int textUsed;
  private int size;

  /** An empty block with these columns. */
  public Block(List<Wire.Kind> kinds) {
    this.kinds = List.copyOf(kinds);
    this.values = new long[kinds.size()][16];
    this.nulls = new boolean[kinds.size()][16];
  }

  @Override
  public int size() {
    return size;
  }

  /** Forgets the rows. */
  public void clear() {
    size = 0;
    textUsed = 0;
  }

  /** Starts a row whose columns are all null. */
  public void addRow() {
    if (values.length > 0 && size == values[0].length) {
      for (int c = 0; c < values.length; c++) {
        values[c] = Arrays.copyOf(values[c], size * 2);
        nulls[c] = Arrays.copyOf(nulls[c], size * 2);
      }
    }
    for (int c = 0; c < values.length; c++) {
      nulls[c][size] = true;
      values[c][size] = NULL_TEXT;
    }
    size++;
  }

  /** Sets a number (for a double, its bits) or 0 or 1 in the last row. */
  public void set(int column, long value) {
    nulls[column][size - 1] = false;
    values[column][size - 1] = value;
  }

  /** Sets a number in a row. */
  void set(int column, int row, long value) {
    nulls[column][row] = false;
    values[column][row] = value;
  }

  /** Sets a text in a row. */
  void set(int column, int row, byte[] utf8) {
    int start = addText(utf8, 0, utf8.length);
    set(column, row, (long) start << 32 | utf8.length);
  }

  /** Sets a text in the last row; nothing if it is null. */
  public void set(int column, byte @Nullable [] utf8) {
    if (utf8 != null) {
      set(column, utf8, 0, utf8.length);
    }
  }

  /** Sets a text in the last row. */
  public void set(int column, byte[] utf8, int start, int length) {
    set(column, (long) addText(utf8, start, length) << 32 | length);
  }

  private int addText(byte[] utf8, int start, int length) {
    if (text.length - textUsed < length) {
      text = Arrays.copyOf(text, Math.max(textUsed + length, text.length * 2));
    }
    System.arraycopy(utf8, start, text, textUsed, length);
    textUsed += length;
    return textUsed - length;
  }

  /** Sets a text in the last row; nothing if it is null. */
  public void set(int column, @Nullable String value) {
    if (value != null) {
      set(column, value.getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Adds the rows of a chunk whose columns have the block's kinds, in order. */
  public void add(DuckDBDataChunkReader chunk) {
    int rows = (int) chunk.rowCount();
    int first = size;
    for (int i = 0; i < rows; i++) {
      addRow();
    }
    int end = size;
    for (int c = 0; c < values.length; c++) {
      DuckDBReadableVector vector = chunk.vector(c);
      for (int i = 0; i < rows; i++) {
        if (!vector.isNull(i)) {
          size = first + i + 1;
          switch (kinds.get(c)) {
            case LONG -> set(c, vector.getLong(i));
            case DOUBLE -> set(c, Double.doubleToRawLongBits(vector.getDouble(i)));
            case BOOLEAN -> set(c, vector.getBoolean(i) ? 1 : 0);
            case TEXT -> set(c, vector.getString(i));
          }
        }
      }
    }
    size = end;
  }

  /** Drops the last row. */
  void removeLast() {
    size--;
  }

  /** Bytes of a row as {@link #pack} writes it. */
  int packedLength(int row) {
    int length = kinds.size();
    for (int c = 0; c < values.length; c++) {
      if (!nulls[c][row]) {
        length += kinds.get(c) == Wire.Kind.TEXT ? 4 + (int) values[c][row] : 8;
      }
    }
    return length;
  }

  /** Writes a row: a byte for each column, 0 if it is null, and its value. */
  void pack(int row, ByteBuffer into) {
    for (int c = 0; c < values.length; c++) {
      into.put((byte) (nulls[c][row] ? 0 : 1));
      if (!nulls[c][row]) {
        long value = values[c][row];
        if (kinds.get(c) == Wire.Kind.TEXT) {
          into.putInt((int) value).put(text, (int) (value >>> 32), (int) value);
        } else {
          into.putLong(value);
        }
      }
    }
  }

  /** Adds a row that {@link #pack} has written, from a buffer over an array. */
  void unpack(ByteBuffer from) {
    addRow();
    for (int c = 0; c < values.length; c++) {
      if (from.get() == 0) {
        continue;
      }
      if (kinds.get(c) == Wire.Kind.TEXT) {
        int length = from.getInt();
        set(c, from.array(), from.arrayOffset() + from.position(), length);
        from.position(from.position() + length);
      } else {
        set(c, from.getLong());
      }
    }
  }

  /** How many columns there are. */
  public int width() {
    return kinds.size();
  }

  /** What a column holds. */
  public Wire.Kind kind(int column) {
    return kinds.get(column);
  }

  /** True if the column is null in a row. */
  public boolean isNull(int column, int row) {
    return nulls[column][row];
  }

  /** A number, or a double's bits. */
  public long number(int column, int row) {
    return values[column][row];
  }

  /** A text; null if there is none. */
  public @Nullable String text(int column, int row) {
    byte[] bytes = bytes(column, row);
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  private byte @Nullable [] bytes(int column, int row) {
    if (nulls[column][row]) {
      return null;
    }
    long place = values[column][row];
    int start = (int) (place >>> 32);
    return Arrays.copyOfRange(text, start, start + (int) place);
  }

  @Override
  public void fill(int column, int from, int count, DuckDBWritableVector vector) {
    if (kinds.get(column) == Wire.Kind.TEXT) {
      byte[] @Nullable [] texts = new byte[count][];
      for (int i = 0; i < count; i++) {
        texts[i] = bytes(column, from + i);
      }
      vector.setStringUtf8Batch(0, texts);
      return;
    }
    for (int i = 0; i < count; i++) {
      if (nulls[column][from + i]) {
        vector.setNull(i);
        continue;
      }
      long value = values[column][from + i];
      switch (kinds.get(column)) {
        case DOUBLE -> vector.setDouble(i, Double.longBitsToDouble(value));
        case BOOLEAN -> vector.setBoolean(i, value != 0);
        default -> vector.setLong(i, value);
      }
    }
  }
}
