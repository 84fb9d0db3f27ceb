package dev.millrace.connect.files.rows;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * The part of a stream that is being looked at: from the beginning of a row to as far as bytes have
 * come. It grows with the row, up to a limit.
 */
final class ByteWindow {
  private static final int FIRST = 64 << 10;

  private final InputStream in;
  private final int limit;
  byte[] bytes = new byte[FIRST];

  /** Where the row begins. */
  int start;

  /** Behind the last byte. */
  int end;

  private boolean ended;

  /**
   * A window over a stream.
   *
   * @param limit the longest row
   */
  ByteWindow(InputStream in, int limit) {
    this.in = in;
    this.limit = limit;
  }

  /**
   * Takes more bytes behind {@link #end}. Positions before {@link #start} are lost and all others
   * move by as much as {@code start} does, which is then 0.
   *
   * @return false if there are no more, or the row is longer than the limit
   */
  boolean more() throws IOException {
    if (ended || end - start > limit) {
      return false;
    }
    if (start > 0) {
      System.arraycopy(bytes, start, bytes, 0, end - start);
      end -= start;
      start = 0;
    }
    if (end == bytes.length) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2);
    }
    int read = in.read(bytes, end, bytes.length - end);
    if (read < 0) {
      ended = true;
      return false;
    }
    end += read;
    return true;
  }

  /** True if the stream has ended; what is in the window is all there is. */
  boolean isEnded() {
    return ended;
  }

  /** A copy of the bytes from one place to before another. */
  byte[] copy(int from, int to) {
    return Arrays.copyOfRange(bytes, from, to);
  }
}
