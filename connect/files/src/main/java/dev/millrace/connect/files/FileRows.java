package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.connect.files.rows.Row;
import dev.millrace.connect.files.rows.RowFormat;
import dev.millrace.connect.files.rows.RowReader;
import dev.millrace.connect.files.rows.RowReaders;
import dev.millrace.connect.files.store.StoredFile;
import dev.millrace.connect.files.unpack.BadContentException;
import dev.millrace.connect.files.unpack.Unpacker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rows of everything that is in a file, one after the other. */
final class FileRows implements AutoCloseable {
  private final StoredFile file;
  private final Optional<Path> local;
  private final List<StreamPlan> streams;
  private final Unpacker unpacker;
  private final FileLimits limits;
  private long entries;
  private long entriesTaken;
  private @Nullable StreamPlan stream;
  private @Nullable RowReader reader;
  private byte[] path = {};

  /** The copy of what is read, or will be once it is whole. */
  private @Nullable Spool spool;

  private boolean waiting;
  private boolean inPlace;

  /** Of rows of Parquet, whose bytes no unpacker has seen. */
  private long rowBytes;

  /**
   * Begins.
   *
   * @param local where the file is on a disk, if it is
   * @param streams whose patterns it matches
   */
  FileRows(
      StoredFile file,
      Optional<Path> local,
      List<StreamPlan> streams,
      Unpacker unpacker,
      FileLimits limits) {
    this.file = file;
    this.local = local.filter(RowReaders::isReadable);
    this.streams = streams;
    this.unpacker = unpacker;
    this.limits = limits;
  }

  /**
   * The next row. Null at the end, or if the time is over before what has to be on a disk is there.
   *
   * @param until in nanoseconds of the system's own time
   * @throws IOException if the content is bad, or its bytes do not come
   */
  @Nullable Row next(long until) throws IOException {
    while (true) {
      if (waiting && !isSpooled(until)) {
        return null;
      }
      RowReader current = reader;
      Row row = current == null ? null : current.next();
      if (row != null) {
        if (inPlace || spool != null) {
          count(row);
        }
        return row;
      }
      leave();
      Unpacker.Content content = unpacker.next();
      if (content == null) {
        return null;
      }
      stream = streamOf(content);
      path = content.path().getBytes(UTF_8);
      if (stream != null) {
        enter(content, stream.format());
      }
    }
  }

  private void enter(Unpacker.Content content, RowFormat format) throws IOException {
    if (!RowReaders.isParquet(content.name(), content.bytes(), format)) {
      reader = RowReaders.open(content.name(), content.bytes(), format);
    } else if (local.isPresent() && !content.packed()) {
      inPlace = true;
      reader = RowReaders.parquet(local.get(), format);
    } else {
      spool = Spool.begin(limits.spool(), content.bytes(), limits.maxSpool());
      waiting = true;
    }
  }

  private boolean isSpooled(long until) throws IOException {
    Spool copy = spool;
    StreamPlan of = stream;
    if (copy == null || of == null || !copy.goOn(until)) {
      return false;
    }
    waiting = false;
    reader = RowReaders.parquet(copy.file(), of.format());
    return true;
  }

  /** Parquet packs rows that are alike into next to nothing. */
  private void count(Row row) throws BadContentException {
    rowBytes += row.value().length;
    limits.unpack().check(rowBytes, file.size());
  }

  private void leave() {
    if (reader != null) {
      reader.close();
      reader = null;
    }
    if (spool != null) {
      spool.close();
      spool = null;
    }
  }

  /** The first stream that takes it; null if none does. */
  private @Nullable StreamPlan streamOf(Unpacker.Content content) {
    int archive = content.path().indexOf('!', file.path().length());
    if (archive < 0) {
      return streams.get(0);
    }
    String entry = content.path().substring(archive + 1).replace('!', '/');
    entries++;
    StreamPlan taken = streams.stream().filter(s -> s.holdsEntry(entry)).findFirst().orElse(null);
    entriesTaken += taken == null ? 0 : 1;
    return taken;
  }

  /** True if {@link #next} gave no row because its time was over. */
  boolean isWaiting() {
    return waiting;
  }

  /** True if the file was read where it is, beside the bytes that are given out of it. */
  boolean isInPlace() {
    return inPlace;
  }

  /** The stream of the last row. */
  String stream() {
    StreamPlan current = stream;
    return current == null ? "" : current.name();
  }

  /** The path of the last row, in UTF-8. */
  byte[] path() {
    return path;
  }

  /** Unpacked bytes so far. */
  long bytes() {
    return Math.max(unpacker.unpackedBytes(), rowBytes);
  }

  /**
   * Looks at what there was, at the end.
   *
   * @throws BadContentException if it is an archive of which nothing was wanted
   */
  void requireEntries() throws BadContentException {
    if (entries > 0 && entriesTaken == 0) {
      throw new BadContentException("none of its %d entries matches `entries`".formatted(entries));
    }
  }

  @Override
  public void close() {
    leave();
  }
}
