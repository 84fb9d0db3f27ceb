package dev.millrace.engine.admission;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * What admission looks at in a decoded batch, by ordinal: whether it was decoded, its event time,
 * its key.
 */
final class Scan {
  /** In place of a NULL event time or hash; hashes are positive. */
  static final long NONE = Long.MIN_VALUE;

  private final BitSet decoded = new BitSet();
  private final Map<Integer, String> oddKeys = new HashMap<>();
  private final DecodedRows rows;
  private final int keyColumn;
  private final boolean keyIsText;
  private long[] times = new long[1024];
  private long[] hashes = new long[1024];
  private int size;

  /** {@code keyColumn} is -1 for a stream without a unique key. */
  Scan(DecodedRows rows, int keyColumn, boolean keyIsText) {
    this.rows = rows;
    this.keyColumn = keyColumn;
    this.keyIsText = keyIsText;
  }

  /** Forgets everything and makes room for {@code records}. */
  void reset(int records) {
    decoded.clear();
    oddKeys.clear();
    size = records;
    if (times.length < records) {
      times = Arrays.copyOf(times, records);
      hashes = Arrays.copyOf(hashes, records);
    }
  }

  /** Takes over a row of {@link DecodedRows}. */
  void plain(int ordinal, int timeColumn) {
    decoded.set(ordinal);
    times[ordinal] = rows.isNull(timeColumn, ordinal) ? NONE : rows.number(timeColumn, ordinal);
    if (keyColumn < 0 || rows.isNull(keyColumn, ordinal)) {
      hashes[ordinal] = NONE;
    } else {
      hashes[ordinal] =
          keyIsText
              ? rows.textHash(keyColumn, ordinal)
              : KeyHash.of(Long.toString(rows.number(keyColumn, ordinal)));
    }
  }

  /** Sets a row that DuckDB decoded; {@code key} is its text, empty text if there is none. */
  void odd(int ordinal, long eventMicros, String key) {
    decoded.set(ordinal);
    times[ordinal] = eventMicros;
    hashes[ordinal] = key.isEmpty() ? NONE : KeyHash.of(key);
    oddKeys.put(ordinal, key);
  }

  /** How many ordinals there are. */
  int size() {
    return size;
  }

  boolean isDecoded(int ordinal) {
    return decoded.get(ordinal);
  }

  boolean isOdd(int ordinal) {
    return oddKeys.containsKey(ordinal);
  }

  /** Microseconds since 1970, or {@link #NONE}. */
  long time(int ordinal) {
    return times[ordinal];
  }

  boolean hasHash(int ordinal) {
    return hashes[ordinal] != NONE;
  }

  long hash(int ordinal) {
    return hashes[ordinal];
  }

  /** The key as SQL writes it as text; the row has one. */
  String key(int ordinal) {
    String odd = oddKeys.get(ordinal);
    if (odd != null) {
      return odd;
    }
    return keyIsText
        ? rows.string(keyColumn, ordinal)
        : Long.toString(rows.number(keyColumn, ordinal));
  }
}
