package dev.millrace.connect.files.rows;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads rows one after the other, in memory that does not grow with the file. */
public interface RowReader {
  /**
   * The next row, good or bad; null at the end.
   *
   * @throws dev.millrace.connect.files.unpack.BadContentException if nothing that follows can be
   *     read
   */
  @Nullable Row next() throws IOException;
}
