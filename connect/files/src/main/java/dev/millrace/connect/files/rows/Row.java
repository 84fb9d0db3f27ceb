package dev.millrace.connect.files.rows;

import org.jspecify.annotations.Nullable;

/**
 * One row of a file.
 *
 * @param value the record's value: JSON, or what the file has if the row is bad
 * @param key the record's key; null without one
 * @param line where the row begins, counted from 1; for formats without lines its number
 * @param fault why it cannot be a row of its stream; null if it can
 */
@SuppressWarnings("ArrayRecordComponent")
public record Row(byte[] value, byte @Nullable [] key, long line, @Nullable String fault) {
  /** A good row. */
  static Row good(byte[] value, byte @Nullable [] key, long line) {
    return new Row(value, key, line, null);
  }

  /** A row that is rejected. */
  static Row bad(byte[] value, long line, String fault) {
    return new Row(value, null, line, fault);
  }
}
