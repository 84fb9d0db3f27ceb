package dev.millrace.connect.files.unpack;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Counts the bytes that pass, and keeps the last ones. */
public final class CountedStream extends FilterInputStream {
  private final byte[] tail;
  private long count;

  /**
   * Counts.
   *
   * @param tail how many of the last bytes are kept; a power of two
   */
  public CountedStream(InputStream in, int tail) {
    super(in);
    this.tail = new byte[tail];
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = super.read(bytes, offset, length);
    if (read > 0) {
      keep(bytes, offset, read);
      count += read;
    }
    return read;
  }

  private void keep(byte[] bytes, int offset, int length) {
    for (int i = Math.max(0, length - tail.length); i < length; i++) {
      tail[(int) ((count + i) & (tail.length - 1))] = bytes[offset + i];
    }
  }

  /** Bytes so far. */
  public long count() {
    return count;
  }

  /** The byte that came so many before the last one; 0 before the first. */
  public byte fromEnd(int back) {
    return back >= count || back >= tail.length
        ? 0
        : tail[(int) ((count - 1 - back) & (tail.length - 1))];
  }

  @Override
  public long skip(long n) throws IOException {
    byte[] skipped = new byte[(int) Math.min(n, 8192)];
    int read = read(skipped, 0, skipped.length);
    return Math.max(0, read);
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
