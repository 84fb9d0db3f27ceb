package dev.millrace.connect.files.rows;

import dev.millrace.connect.files.unpack.BadContentException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Watches over the blocks of an Avro file as they pass: the library makes room for whatever size a
 * block claims to have.
 */
final class AvroBlocks extends FilterInputStream {
  private static final long MAX_BLOCK = 128 << 20;
  private static final int SYNC = 16;

  // Bytes to pass by before the next block's count and size.
  private long pass;
  private boolean sizeNext;
  private long number;
  private int shift;

  /**
   * Watches a stream.
   *
   * @param header how long what stands before the first block is
   */
  AvroBlocks(InputStream in, long header) {
    super(in);
    this.pass = header;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int read = read(one, 0, 1);
    return read < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = in.read(bytes, offset, length);
    int p = 0;
    while (p < read) {
      if (pass > 0) {
        long passed = Math.min(pass, read - p);
        pass -= passed;
        p += (int) passed;
      } else {
        take(bytes[offset + p++]);
      }
    }
    return read;
  }

  /** Takes one more byte of a number: of records, or of the bytes that they take. */
  private void take(byte next) throws BadContentException {
    if (shift > 63) {
      throw new BadContentException("the Avro file is damaged: a block has no size");
    }
    number |= (long) (next & 0x7f) << shift;
    shift += 7;
    if (next < 0) {
      return;
    }
    long value = number >>> 1 ^ -(number & 1);
    number = 0;
    shift = 0;
    if (sizeNext) {
      if (value < 0 || value > MAX_BLOCK) {
        throw new BadContentException(
            "a block of the Avro file claims to have %d bytes, %d are allowed"
                .formatted(value, MAX_BLOCK));
      }
      pass = value + SYNC;
    }
    sizeNext = !sizeNext;
  }

  @Override
  public long skip(long n) throws IOException {
    byte[] skipped = new byte[(int) Math.min(n, 8192)];
    return Math.max(0, read(skipped, 0, skipped.length));
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
