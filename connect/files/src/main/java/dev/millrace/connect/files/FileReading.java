package dev.millrace.connect.files;

import dev.millrace.api.error.MillraceException;
import dev.millrace.connect.files.rows.Row;
import dev.millrace.connect.files.store.FileStore;
import dev.millrace.connect.files.store.StoredFile;
import dev.millrace.connect.files.unpack.Unpacker;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One file that is being read. Rows that were committed before are read again and passed over;
 * their checksum tells whether they still are those rows. The last row is held back until it is
 * sure that the file has not changed meanwhile: it might be only the beginning of a row.
 */
final class FileReading implements AutoCloseable {
  private static final int ROWS_BETWEEN_LOOKS = 256;

  private final FileStore store;
  private final FileEntry begun;
  private final FileBytes bytes;
  private final FileRows content;
  private final CRC32C checksum = new CRC32C();
  private long rows;
  private long rejected;
  private long taken;
  private @Nullable HeldRow held;

  /** The row that was read last. */
  private record HeldRow(String stream, byte[] file, Row row) {}

  /** What a look at a file led to. */
  enum Progress {
    /** There is more. */
    MORE,
    /** All of its rows are in the batch. */
    DONE,
    /** The file is no longer the one that was begun. */
    CHANGED,
    /** It has other rows than those that were committed before. */
    OTHER_ROWS
  }

  private FileReading(FileStore store, FileEntry begun, FileBytes bytes, FileRows content) {
    this.store = store;
    this.begun = begun;
    this.bytes = bytes;
    this.content = content;
  }

  /**
   * Begins to read a file.
   *
   * @param streams whose patterns it matches
   * @param entry what was read of it before
   * @throws StoreFailedException if the store cannot
   * @throws IOException if the content is bad
   */
  static FileReading open(
      FileStore store, List<StreamPlan> streams, FileEntry entry, FileLimits limits)
      throws IOException {
    FileBytes bytes;
    try {
      bytes = new FileBytes(store.read(entry.file().path()));
    } catch (IOException e) {
      throw new StoreFailedException(e);
    }
    try {
      Unpacker unpacker = Unpacker.open(entry.file().path(), bytes, limits.unpack());
      Optional<Path> local = store.local(entry.file().path());
      FileRows content = new FileRows(entry.file(), local, streams, unpacker, limits);
      return new FileReading(store, entry, bytes, content);
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw bytes.failure().<IOException>map(StoreFailedException::new).orElse(asContent(e));
    }
  }

  private static IOException asContent(Exception e) {
    return e instanceof IOException io ? io : new IOException(e.toString(), e);
  }

  /**
   * Reads on until the batch is full or the time is over.
   *
   * @param until in nanoseconds of the system's own time
   * @throws StoreFailedException if the store cannot
   * @throws IOException if the content is bad
   */
  Progress read(RowBatch batch, long until) throws IOException {
    try {
      for (int i = 1; !batch.isFull(); i++) {
        Row row = content.next(until);
        if (row == null) {
          return content.isWaiting() ? Progress.MORE : end(batch);
        }
        release(batch);
        if (rows == begun.rows() && rows > 0 && checksum.getValue() != begun.checksum()) {
          return Progress.OTHER_ROWS;
        }
        held = new HeldRow(content.stream(), content.path(), row);
        if (i % ROWS_BETWEEN_LOOKS == 0 && System.nanoTime() > until) {
          break;
        }
      }
      return Progress.MORE;
    } catch (StoreFailedException | MillraceException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw bytes.failure().<IOException>map(StoreFailedException::new).orElse(asContent(e));
    }
  }

  /** Gives out the row that was held back. */
  private void release(RowBatch batch) {
    HeldRow last = held;
    if (last == null) {
      return;
    }
    held = null;
    rows++;
    checksum.update(last.row().value());
    checksum.update('\n');
    if (rows > begun.rows()) {
      batch.add(last.stream(), last.file(), last.row());
      rejected += last.row().fault() == null ? 0 : 1;
    }
  }

  private Progress end(RowBatch batch) throws IOException {
    byte[] rest = new byte[8192];
    while (!content.isInPlace() && bytes.read(rest, 0, rest.length) >= 0) {
      // Whatever stands behind the content belongs to the file's size.
    }
    if (isChanged()) {
      return Progress.CHANGED;
    }
    content.requireEntries();
    if (!content.isInPlace() && bytes.count() < begun.file().size()) {
      throw new StoreFailedException(
          new FileSystemException(
              begun.file().path(),
              null,
              "only %d of %d bytes came".formatted(bytes.count(), begun.file().size())));
    }
    release(batch);
    boolean same =
        rows > begun.rows() || rows == begun.rows() && checksum.getValue() == begun.checksum();
    return same ? Progress.DONE : Progress.OTHER_ROWS;
  }

  /**
   * True if the file is no longer what it was when it was begun.
   *
   * @throws StoreFailedException if the store cannot tell, or the file is gone
   */
  boolean isChanged() throws StoreFailedException {
    try {
      Optional<StoredFile> now = store.find(begun.file().path());
      if (now.isEmpty()) {
        throw new NoSuchFileException(begun.file().path());
      }
      if (!now.get().isUnchanged(begun.file())) {
        return true;
      }
    } catch (IOException e) {
      throw new StoreFailedException(e);
    }
    return false;
  }

  String path() {
    return begun.file().path();
  }

  /** How much of the file, packed as it is, was read. */
  OptionalDouble fraction() {
    long size = begun.file().size();
    return size == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(Math.min(1, (double) bytes.count() / size));
  }

  /** Unpacked bytes since the last call. */
  long takeBytes() {
    long before = taken;
    taken = content.bytes();
    return taken - before;
  }

  /** What was read so far, the row that is held back not counted. */
  FileEntry entry(Instant now) {
    boolean beyond = rows >= begun.rows();
    return new FileEntry(
        FileState.READING,
        begun.file(),
        Math.max(rows, begun.rows()),
        begun.rejected() + rejected,
        beyond ? checksum.getValue() : begun.checksum(),
        content.bytes(),
        begun.attempts(),
        begun.content(),
        Optional.empty(),
        now,
        Optional.empty());
  }

  @Override
  public void close() {
    content.close();
    try {
      bytes.close();
    } catch (IOException e) {
      // Nothing more is wanted of it.
    }
  }
}
