package dev.millrace.connect.files.rows;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads rows one after the other, in memory that does not grow with the file. */
public interface RowReader extends Closeable {
  /**
   * The next row, good or bad; null at the end.
   *
   * @throws dev.millrace.connect.files.unpack.BadContentException if nothing that follows can be
   *     read
   */
  @Nullable Row next() throws IOException;

  /** Frees what it holds besides the bytes that it was given; never throws. */
  @Override
  default void close() {
    // Most hold nothing.
  }
}
