package dev.millrace.engine.admission;

import dev.millrace.engine.store.KeyHash;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.Wire;
import dev.millrace.formats.JsonOutput;
import dev.millrace.log.TopicRecords;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBWritableVector;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a batch of one stream, in columns, by ordinal: as {@link RecordDecoder} or DuckDB
 * decoded them, and once they are judged, those that are admitted as {@link Rows}, behind a first
 * column with the ordinal. Texts stay in the records' bytes, or in those of the JSON that values
 * and keys became which are not written as such. For one thread at a time; admitted rows may be
 * read by several.
 */
final class DecodedRows implements Rows {
  private static final long ELSEWHERE = Long.MIN_VALUE;

  private final List<Wire.Kind> kinds;
  private final Utf8 text;
  private final long[][] values;
  private final boolean[][] nulls;
  private final BitSet odd = new BitSet();
  private TopicRecords records;
  private int decoded;
  private final JsonOutput texts = new JsonOutput();
  private final Map<Integer, String> faults = new HashMap<>();
  private long[] valuePlaces = new long[0];
  private long[] keyPlaces = new long[0];
  private long textsAt;
  private int[] admitted = new int[0];
  private int admittedCount;

  /**
   * Rows without values yet.
   *
   * @param kinds of the columns
   * @param maxBytes of a record's value
   */
  DecodedRows(List<Wire.Kind> kinds, TopicRecords records, long maxBytes) {
    this.kinds = kinds;
    this.records = records;
    this.text = new Utf8(maxBytes);
    this.values = new long[kinds.size()][records.size()];
    this.nulls = new boolean[kinds.size()][records.size()];
  }

  /**
   * Decodes the records that were not there at the last call.
   *
   * @param all those of the last call, and more behind them
   */
  DecodedRows decode(TopicRecords all, RecordDecoder decoder) {
    records = all;
    int size = all.size();
    reserve(size);
    for (int o = decoded; o < size; o++) {
      decoder.decode(all, o, this);
    }
    decoded = size;
    return this;
  }

  private void reserve(int size) {
    for (int c = 0; c < values.length; c++) {
      if (values[c].length < size) {
        int length = Math.max(size, values[c].length / 2 * 3);
        values[c] = Arrays.copyOf(values[c], length);
        nulls[c] = Arrays.copyOf(nulls[c], length);
      }
    }
  }

  /** Forgets everything but keeps the memory. */
  void clear() {
    decoded = 0;
    texts.clear();
    faults.clear();
    admittedCount = 0;
    odd.clear();
    text.clear();
  }

  TopicRecords records() {
    return records;
  }

  Utf8 text() {
    return text;
  }

  /** Where the JSON of values and keys is written that are not written as such. */
  JsonOutput texts() {
    return texts;
  }

  /** How many bytes there are besides those of the records. */
  int byteCount() {
    return texts.used();
  }

  /** What is wrong with records whose bytes cannot be read, by ordinal. */
  Map<Integer, String> faults() {
    return faults;
  }

  /** Says where in {@link #texts} the JSON of a record's value is; it ends where they end. */
  void setValue(int o, int start) {
    valuePlaces = placed(valuePlaces, o, start);
  }

  /** Says where in {@link #texts} the JSON of a record's key is; it ends where they end. */
  void setKey(int o, int start) {
    keyPlaces = placed(keyPlaces, o, start);
  }

  private long[] placed(long[] places, int o, int start) {
    long[] roomy = o < places.length ? places : Arrays.copyOf(places, Math.max(64, o * 3 / 2 + 1));
    roomy[o] = ELSEWHERE | (long) start << 32 | (texts.used() - start);
    return roomy;
  }

  /** The start of a value's JSON in {@link #texts}. */
  int valueStart(int o) {
    return start(valuePlaces[o]);
  }

  /** How many bytes a value's JSON in {@link #texts} has. */
  int valueLength(int o) {
    return (int) valuePlaces[o];
  }

  /** A record's value as JSON; null if it has none. */
  byte @Nullable [] value(int o) {
    return o < valuePlaces.length && valuePlaces[o] != 0 && records.valueLength(o) >= 0
        ? copy(valuePlaces[o])
        : records.value(o);
  }

  /** A record's key as JSON or as it is; null if it has none. */
  byte @Nullable [] key(int o) {
    return o < keyPlaces.length && keyPlaces[o] != 0 && records.keyLength(o) >= 0
        ? copy(keyPlaces[o])
        : records.key(o);
  }

  private byte[] copy(long place) {
    return Arrays.copyOfRange(bytesOf(place), start(place), start(place) + (int) place);
  }

  /** Says whether texts that are set from now on are in {@link #texts}. */
  void setTextsFrom(boolean written) {
    textsAt = written ? ELSEWHERE : 0;
  }

  /** The records that DuckDB has to decide about. */
  BitSet odd() {
    return odd;
  }

  void setNull(int column, int o) {
    nulls[column][o] = true;
  }

  void setNumber(int column, int o, long value) {
    nulls[column][o] = false;
    values[column][o] = value;
  }

  /** A text is part of the records' bytes, or as {@link #setTextsFrom} says. */
  void setText(int column, int o, int start, int length) {
    nulls[column][o] = false;
    values[column][o] = textsAt | (long) start << 32 | length;
  }

  /** A text is not part of the records' bytes. */
  void setText(int column, int o, String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    nulls[column][o] = false;
    values[column][o] = ELSEWHERE | (long) texts.used() << 32 | bytes.length;
    texts.copy(bytes, 0, bytes.length);
  }

  boolean isNull(int column, int o) {
    return nulls[column][o];
  }

  long number(int column, int o) {
    return values[column][o];
  }

  private byte[] bytesOf(long place) {
    return place < 0 ? texts.array() : records.bytes();
  }

  private static int start(long place) {
    return (int) ((place & ~ELSEWHERE) >>> 32);
  }

  /** A text's bytes; null if it is NULL. */
  private byte @Nullable [] text(int column, int o) {
    if (nulls[column][o]) {
      return null;
    }
    return copy(values[column][o]);
  }

  /** A text as a string; it must not be NULL. */
  String string(int column, int o) {
    long place = values[column][o];
    return new String(bytesOf(place), start(place), (int) place, StandardCharsets.UTF_8);
  }

  /** A hash of a text's bytes, the same as {@link KeyHash#of(String)}; it must not be NULL. */
  long textHash(int column, int o) {
    long place = values[column][o];
    return KeyHash.of(bytesOf(place), start(place), (int) place);
  }

  /** True if two texts are equal; neither must be NULL. */
  boolean isSameText(int column, int o, int other) {
    long a = values[column][o];
    long b = values[column][other];
    return Arrays.equals(
        bytesOf(a), start(a), start(a) + (int) a, bytesOf(b), start(b), start(b) + (int) b);
  }

  boolean isText(int column) {
    return kinds.get(column) == Wire.Kind.TEXT;
  }

  /** Says which rows are read, in order. */
  void read(int[] ordinals, int count) {
    admitted = ordinals;
    admittedCount = count;
  }

  /** Says which rows are admitted: all but these. */
  void admitAllBut(BitSet excluded) {
    int size = records.size();
    if (admitted.length < size) {
      admitted = new int[Math.max(size, admitted.length / 2 * 3)];
    }
    admittedCount = 0;
    for (int o = excluded.nextClearBit(0); o < size; o = excluded.nextClearBit(o + 1)) {
      admitted[admittedCount++] = o;
    }
  }

  /** The ordinal of an admitted row. */
  int ordinal(int row) {
    return admitted[row];
  }

  @Override
  public int size() {
    return admittedCount;
  }

  @Override
  public void fill(int column, int from, int count, DuckDBWritableVector vector) {
    if (column == 0) {
      for (int i = 0; i < count; i++) {
        vector.setLong(i, admitted[from + i]);
      }
      return;
    }
    int c = column - 1;
    if (kinds.get(c) == Wire.Kind.TEXT) {
      byte[] @Nullable [] strings = new byte[count][];
      for (int i = 0; i < count; i++) {
        strings[i] = text(c, admitted[from + i]);
      }
      vector.setStringUtf8Batch(0, strings);
      return;
    }
    boolean[] isNull = nulls[c];
    long[] numbers = values[c];
    for (int i = 0; i < count; i++) {
      int o = admitted[from + i];
      if (isNull[o]) {
        vector.setNull(i);
        continue;
      }
      switch (kinds.get(c)) {
        case DOUBLE -> vector.setDouble(i, Double.longBitsToDouble(numbers[o]));
        case BOOLEAN -> vector.setBoolean(i, numbers[o] != 0);
        default -> vector.setLong(i, numbers[o]);
      }
    }
  }
}
