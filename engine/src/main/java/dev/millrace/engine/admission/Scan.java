package dev.millrace.engine.admission;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What admission looks at in a decoded batch, by ordinal: whether it was decoded, its event time,
 * the hash of its key.
 */
final class Scan {
  /** In place of a NULL event time or hash; DuckDB's hashes are shifted to be positive. */
  static final long NONE = Long.MIN_VALUE;

  private final BitSet decoded = new BitSet();
  private long[] times = new long[1024];
  private long[] hashes = new long[1024];
  private int size;

  /** Forgets everything and makes room for {@code records}. */
  void reset(int records) {
    decoded.clear();
    size = records;
    if (times.length < records) {
      times = Arrays.copyOf(times, records);
      hashes = Arrays.copyOf(hashes, records);
    }
  }

  void set(int ordinal, long eventMicros, long hash) {
    decoded.set(ordinal);
    times[ordinal] = eventMicros;
    hashes[ordinal] = hash;
  }

  /** How many ordinals there are. */
  int size() {
    return size;
  }

  boolean isDecoded(int ordinal) {
    return decoded.get(ordinal);
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
}
