package dev.millrace.engine.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest rows of a table in scratch files, to be read by number without a scan: DuckDB looks at
 * every number of a table to fetch a hundred rows, which takes longer the more rows there are.
 * Derived data, like {@link KeyIndex}: made anew after a start, and given up if the disk refuses;
 * rows that are not here are read from the table.
 *
 * <p>A file holds the rows of a million numbers: first their places, eight bytes each, 0 if a row
 * is not there, then the rows, as {@link Block} packs them, behind their lengths. Which of them
 * were deleted although something may still lead to them is in the heap, a bit each. Not
 * thread-safe.
 */
final class RowFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RowFile.class);
  private static final int ROWS_BITS = 20;
  private static final long FIRST_PLACE = 8L << ROWS_BITS;
  private static final int GUESSED_LENGTH = 512;

  private final Path folder;
  private final String name;
  private final TreeMap<Long, Segment> segments = new TreeMap<>();
  private final TreeMap<Long, BitSet> removed = new TreeMap<>();
  private final TreeMap<Long, Long> gaps = new TreeMap<>();
  private ByteBuffer buffer = buffer(1 << 16);
  private ByteBuffer reading = buffer(GUESSED_LENGTH);
  private long from;
  private long next;
  private boolean broken;
  private int forgottenColumn;
  private long forgottenBefore;
  private long forgottenBelow;

  private static final class Segment {
    private final Path path;
    private final FileChannel channel;
    private long end = FIRST_PLACE;

    Segment(Path path) throws IOException {
      this.path = path;
      this.channel =
          FileChannel.open(
              path,
              StandardOpenOption.CREATE_NEW,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    }

    void delete() {
      try {
        channel.close();
        Files.deleteIfExists(path);
      } catch (IOException e) {
        LOG.debug("{} stays until the store is opened again", path, e);
      }
    }
  }

  /** No rows yet; files are made in {@code folder} when there are some. */
  RowFile(Path folder, String name) {
    this.folder = folder;
    this.name = name;
  }

  private static ByteBuffer buffer(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** True if the disk has refused. */
  boolean isBroken() {
    return broken;
  }

  /** Behind the last row that is here. */
  long next() {
    return next;
  }

  /** Rows before this number that are not here never will be. */
  void startAt(long number) {
    if (number > next) {
      if (segments.isEmpty()) {
        from = number;
      } else {
        gaps.put(next, number);
      }
      next = number;
    }
  }

  /** Every row before this number that is not here does not exist. */
  void filledTo(long number) {
    next = Math.max(next, number);
  }

  /**
   * Adds rows of all columns of the table, its number the last.
   *
   * @param first the number of the first row; the others follow
   */
  void append(long first, Block rows, int start, int end) {
    if (broken) {
      return;
    }
    try {
      int row = start;
      while (row < end) {
        long number = first + row - start;
        long room = ((number >>> ROWS_BITS) + 1 << ROWS_BITS) - number;
        int last = (int) Math.min(end, row + room);
        write(number, rows, row, last);
        row = last;
      }
      next = Math.max(next, first + end - start);
    } catch (IOException e) {
      give(e);
    }
  }

  private void write(long number, Block rows, int start, int end) throws IOException {
    Segment segment = segment(number);
    ByteBuffer places = buffer((end - start) * 8);
    buffer.clear();
    for (int row = start; row < end; row++) {
      int length = rows.packedLength(row);
      if (buffer.remaining() < length + 4) {
        ByteBuffer larger = buffer(Math.max(buffer.capacity() * 2, buffer.position() + length + 4));
        larger.put(buffer.flip());
        buffer = larger;
      }
      places.putLong(segment.end + buffer.position());
      buffer.putInt(length);
      rows.pack(row, buffer);
    }
    writeAll(segment.channel, buffer.flip(), segment.end);
    segment.end += buffer.limit();
    writeAll(segment.channel, places.flip(), place(number));
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes, long at) throws IOException {
    long place = at;
    while (bytes.hasRemaining()) {
      place += channel.write(bytes, place);
    }
  }

  private Segment segment(long number) throws IOException {
    long key = number >>> ROWS_BITS;
    Segment segment = segments.get(key);
    if (segment == null) {
      Files.createDirectories(folder);
      segment = new Segment(folder.resolve(name + "-" + key));
      segments.put(key, segment);
    }
    return segment;
  }

  private static int index(long number) {
    return (int) (number & (1L << ROWS_BITS) - 1);
  }

  private static long place(long number) {
    return index(number) * 8L;
  }

  /** A row has been deleted from the table, for good. One that cannot be here needs no bit. */
  void remove(long number) {
    long key = number >>> ROWS_BITS;
    if (number >= next || number >= from && segments.containsKey(key)) {
      removed.computeIfAbsent(key, k -> new BitSet()).set(index(number));
    }
  }

  private boolean isRemoved(long number) {
    BitSet rows = removed.get(number >>> ROWS_BITS);
    return rows != null && rows.get(index(number));
  }

  /** Bytes of heap, at most, by which it knows what was removed. */
  long removedBytes() {
    return removed.size() << ROWS_BITS - 3;
  }

  /** Nobody asks for a row any more that was removed. */
  void forgetRemoved() {
    removed.clear();
  }

  private boolean isInGap(long number) {
    Map.Entry<Long, Long> gap = gaps.floorEntry(number);
    return gap != null && number < gap.getValue();
  }

  /** Adds a row to {@code into} unless it is deleted; false if that is not known here. */
  boolean read(long number, Block into) {
    if (isRemoved(number)) {
      return true;
    }
    Segment segment = segments.get(number >>> ROWS_BITS);
    if (broken || segment == null || number < from || number >= next || isInGap(number)) {
      return false;
    }
    try {
      read(segment.channel, place(number), 8);
      if (reading.limit() < 8) {
        return false;
      }
      long place = reading.getLong(0);
      if (place == 0) {
        return false;
      }
      read(segment.channel, place, GUESSED_LENGTH);
      int length = reading.getInt(0);
      if (length + 4 > reading.limit()) {
        read(segment.channel, place, length + 4);
      }
      reading.position(4);
      into.unpack(reading);
      if (isForgotten(number, into)) {
        into.removeLast();
      }
      return true;
    } catch (IOException e) {
      give(e);
      return false;
    }
  }

  private boolean isForgotten(long number, Block rows) {
    int row = rows.size() - 1;
    return number < forgottenBelow
        && !rows.isNull(forgottenColumn, row)
        && rows.number(forgottenColumn, row) < forgottenBefore;
  }

  private void read(FileChannel channel, long place, int length) throws IOException {
    if (reading.capacity() < length) {
      reading = buffer(length);
    }
    reading.clear().limit(length);
    while (reading.hasRemaining() && channel.read(reading, place + reading.position()) > 0) {}
    reading.flip();
  }

  /** Rows from this number on are not what they were. */
  void truncate(long number) {
    next = Math.min(next, number);
    from = Math.min(from, next);
    gaps.tailMap(next).clear();
    gaps.replaceAll((start, end) -> Math.min(end, next));
  }

  /**
   * Rows whose number is below one and whose column, a LONG, is below a value have been deleted
   * from the table; later calls have larger ones.
   */
  void forget(int column, long before, long belowNumber) {
    forgottenColumn = column;
    forgottenBefore = before;
    forgottenBelow = belowNumber;
  }

  /** Rows before this number are not wanted any more. */
  void expireBelow(long number) {
    from = Math.max(from, Math.min(number, next));
    Map<Long, Segment> gone = segments.headMap(number >>> ROWS_BITS);
    gone.values().forEach(Segment::delete);
    gone.clear();
    removed.headMap(number >>> ROWS_BITS).clear();
    gaps.headMap(from).values().removeIf(end -> end <= from);
  }

  private void give(IOException e) {
    LOG.warn("rows are read from the store, which is slower: {}", e.toString());
    broken = true;
    close();
  }

  @Override
  public void close() {
    segments.values().forEach(Segment::delete);
    segments.clear();
    gaps.clear();
    from = next;
  }
}
