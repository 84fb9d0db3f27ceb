package dev.millrace.engine.admission;

import dev.millrace.engine.store.KeyHash;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.Wire;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.StreamSpec;
import java.util.BitSet;
import java.util.List;
import org.duckdb.DuckDBWritableVector;

/**
 * The newest change of each key in a batch of change data, as {@link Rows}: the columns of {@link
 * DecodedRows}, the last of which says what is done to the row, and {@link #KINDS} behind them. The
 * newest is the one with the largest offset in its partition. For one thread; rows may be read by
 * several.
 */
final class NetChanges implements Rows {
  /** The names behind the stream's columns. */
  static final List<String> COLUMNS =
      List.of("_change", "_partition", "_offset", "_first_deletes", "_remember");

  /** Of the columns behind those of {@link DecodedRows}. */
  static final List<Wire.Kind> KINDS =
      List.of(Wire.Kind.LONG, Wire.Kind.LONG, Wire.Kind.BOOLEAN, Wire.Kind.BOOLEAN);

  private final int[] keys;
  private final int changeColumn;
  private final BitSet firstDeletes = new BitSet();
  private int[] newest = new int[0];
  private int count;
  private long ignored;
  private boolean remember;
  private DecodedRows rows;

  NetChanges(StreamSpec stream) {
    this.keys =
        stream.format().key().stream().mapToInt(stream.declaration().schema()::indexOf).toArray();
    this.changeColumn = stream.declaration().schema().columns().size();
    this.rows =
        new DecodedRows(
            RecordDecoder.kinds(stream), new TopicRecords.Builder(stream.topic()).build(), 0);
  }

  /**
   * Takes the newest change of each key.
   *
   * @param excluded ordinals that are not admitted
   * @param rememberAll whether what was deleted, and which record said so, has to be remembered
   */
  void net(DecodedRows decoded, BitSet excluded, boolean rememberAll) {
    rows = decoded;
    remember = rememberAll;
    firstDeletes.clear();
    ignored = 0;
    count = 0;
    int size = decoded.records().size();
    newest = new int[size];
    int[] slots = new int[Integer.highestOneBit(Math.max(4, size)) * 4];
    for (int o = excluded.nextClearBit(0); o < size; o = excluded.nextClearBit(o + 1)) {
      if (change(o) == JsonDecoder.NOTHING) {
        ignored++;
        continue;
      }
      int slot = (int) hash(o) & slots.length - 1;
      while (slots[slot] != 0 && !isSameKey(newest[slots[slot] - 1], o)) {
        slot = slot + 1 & slots.length - 1;
      }
      if (slots[slot] == 0) {
        firstDeletes.set(count, change(o) == JsonDecoder.DELETE);
        newest[count++] = o;
        slots[slot] = count;
      } else {
        follow(slots[slot] - 1, o);
      }
    }
    decoded.read(newest, count);
  }

  /** There is another change of a key. */
  private void follow(int place, int o) {
    int before = newest[place];
    TopicRecords records = rows.records();
    boolean older =
        records.partition(o) == records.partition(before)
            && records.offset(o) < records.offset(before);
    boolean deletesNothing = change(o) == JsonDecoder.DELETE && change(before) != JsonDecoder.PUT;
    if (older || deletesNothing) {
      ignored++;
    }
    if (!older) {
      newest[place] = o;
    }
  }

  private long change(int o) {
    return rows.number(changeColumn, o);
  }

  private long hash(int o) {
    long hash = 0;
    for (int key : keys) {
      long part = rows.isText(key) ? rows.textHash(key, o) : KeyHash.of(rows.number(key, o));
      hash = hash * 31 + part;
    }
    return hash ^ hash >>> 32;
  }

  private boolean isSameKey(int o, int other) {
    for (int key : keys) {
      boolean same =
          rows.isText(key)
              ? rows.isSameText(key, o, other)
              : rows.number(key, o) == rows.number(key, other);
      if (!same) {
        return false;
      }
    }
    return true;
  }

  /** Changes that did nothing, as far as the batch alone tells. */
  long ignored() {
    return ignored;
  }

  @Override
  public int size() {
    return count;
  }

  @Override
  public void fill(int column, int from, int length, DuckDBWritableVector vector) {
    int behind = column - changeColumn - 2;
    if (behind < 0) {
      rows.fill(column, from, length, vector);
      return;
    }
    TopicRecords records = rows.records();
    for (int i = 0; i < length; i++) {
      int o = newest[from + i];
      switch (behind) {
        case 0 -> vector.setLong(i, records.partition(o));
        case 1 -> vector.setLong(i, records.offset(o));
        case 2 -> vector.setBoolean(i, firstDeletes.get(from + i));
        default -> vector.setBoolean(i, remember);
      }
    }
  }
}
