package dev.millrace.engine.admission;

import dev.millrace.log.TopicRecords;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a batch that {@link FlatJson} decoded, in columns, by ordinal. Texts stay in the
 * records' bytes. Different rows may be set by different threads; reading is safe once {@link
 * #decode} has returned.
 */
final class DecodedRows {
  private static final int CHUNK = 2048;
  private static final long NULL_TEXT = -1;

  private final int columns;
  private long[][] values = new long[0][];
  private byte[][] nulls = new byte[0][];
  private TopicRecords records =
      new TopicRecords("", new byte[0][], new byte[0][], new int[0], new long[0], new long[0]);
  private final BitSet odd = new BitSet();

  DecodedRows(int columns) {
    this.columns = columns;
  }

  /** Decodes a batch on all cores; records that are not fit for text are passed over. */
  void decode(TopicRecords batch, Utf8 text, FlatJson json) {
    records = batch;
    int size = batch.size();
    if (values.length == 0 || values[0].length < size) {
      values = new long[columns][size];
      nulls = new byte[columns][size];
    }
    odd.clear();
    int chunks = (size + CHUNK - 1) / CHUNK;
    AtomicIntegerArray flags = new AtomicIntegerArray((size + 31) / 32);
    IntStream chunk = IntStream.range(0, chunks);
    (chunks > 4 ? chunk.parallel() : chunk)
        .forEach(
            c -> {
              for (int o = c * CHUNK; o < Math.min(size, (c + 1) * CHUNK); o++) {
                byte[] value = batch.values()[o];
                if (value != null && text.fits(o) && !json.decode(value, this, o)) {
                  int bit = o;
                  flags.updateAndGet(o / 32, w -> w | 1 << bit % 32);
                }
              }
            });
    for (int o = 0; o < size; o++) {
      if ((flags.get(o / 32) & 1 << o % 32) != 0) {
        odd.set(o);
      }
    }
  }

  /** The records that DuckDB has to decide about. */
  BitSet odd() {
    return odd;
  }

  void setNull(int column, int o) {
    nulls[column][o] = 1;
    values[column][o] = NULL_TEXT;
  }

  void setNumber(int column, int o, long value) {
    nulls[column][o] = 0;
    values[column][o] = value;
  }

  void setText(int column, int o, int start, int length) {
    nulls[column][o] = 0;
    values[column][o] = (long) start << 32 | length;
  }

  boolean isNull(int column, int o) {
    return nulls[column][o] != 0;
  }

  long number(int column, int o) {
    return values[column][o];
  }

  /** A text's bytes; null if it is NULL. */
  byte @Nullable [] text(int column, int o) {
    byte[] record = records.values()[o];
    if (isNull(column, o) || record == null) {
      return null;
    }
    long place = values[column][o];
    int start = (int) (place >>> 32);
    return Arrays.copyOfRange(record, start, start + (int) place);
  }

  /** A text as a string; it must not be NULL. */
  String string(int column, int o) {
    byte[] bytes = text(column, o);
    return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8);
  }

  /** A hash of a text's bytes, the same as {@link KeyHash#of(byte[], int, int)} of them. */
  long textHash(int column, int o) {
    byte[] record = records.values()[o];
    long place = values[column][o];
    return record == null ? 0 : KeyHash.of(record, (int) (place >>> 32), (int) place);
  }
}
