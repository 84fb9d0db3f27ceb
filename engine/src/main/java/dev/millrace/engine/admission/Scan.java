package dev.millrace.engine.admission;

import dev.millrace.engine.store.KeyHash;

/** What admission looks at in a decoded batch, by ordinal: its event time and its key. */
final class Scan {
  /** In place of a NULL event time or hash; hashes are positive. */
  static final long NONE = Long.MIN_VALUE;

  private final DecodedRows rows;
  private final int timeColumn;
  private final int keyColumn;
  private final boolean keyIsText;

  /** A column is -1 if the stream has none: no event time, no unique key. */
  Scan(DecodedRows rows, int timeColumn, int keyColumn, boolean keyIsText) {
    this.rows = rows;
    this.timeColumn = timeColumn;
    this.keyColumn = keyColumn;
    this.keyIsText = keyIsText;
  }

  /** How many ordinals there are. */
  int size() {
    return rows.records().size();
  }

  /** Microseconds since 1970, or {@link #NONE}. */
  long time(int ordinal) {
    return timeColumn < 0 || rows.isNull(timeColumn, ordinal)
        ? NONE
        : rows.number(timeColumn, ordinal);
  }

  /** The hash of the key's text, or {@link #NONE} if the key is NULL. */
  long hash(int ordinal) {
    if (rows.isNull(keyColumn, ordinal)) {
      return NONE;
    }
    return keyIsText
        ? rows.textHash(keyColumn, ordinal)
        : KeyHash.of(Long.toString(rows.number(keyColumn, ordinal)));
  }

  /** The key as SQL writes it as text; the row has one. */
  String key(int ordinal) {
    return keyIsText
        ? rows.string(keyColumn, ordinal)
        : Long.toString(rows.number(keyColumn, ordinal));
  }
}
