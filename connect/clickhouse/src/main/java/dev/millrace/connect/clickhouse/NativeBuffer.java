package dev.millrace.connect.clickhouse;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes in the order in which ClickHouse's format Native has them. For one thread. */
final class NativeBuffer {
  private static final int FIRST_BYTES = 1 << 16;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;

  void clear() {
    length = 0;
  }

  int length() {
    return length;
  }

  /** What was written, to be read before anything else is written. */
  InputStream input() {
    return new ByteArrayInputStream(bytes, 0, length);
  }

  /** A number in groups of seven bits, the lowest first. */
  void varint(long number) {
    reserve(10);
    long left = number;
    while ((left & ~0x7fL) != 0) {
      bytes[length++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    bytes[length++] = (byte) left;
  }

  /** The lowest bytes of a number, the lowest first. */
  void number(long number, int width) {
    reserve(width);
    for (int i = 0; i < width; i++) {
      bytes[length++] = (byte) (number >> (8 * i));
    }
  }

  /** A number in two's complement, the lowest byte first. */
  void number(BigInteger number, int width) {
    reserve(width);
    byte[] highFirst = number.toByteArray();
    byte sign = (byte) (number.signum() < 0 ? -1 : 0);
    for (int i = 0; i < width; i++) {
      int at = highFirst.length - 1 - i;
      bytes[length++] = at >= 0 ? highFirst[at] : sign;
    }
  }

  void text(String text) {
    blob(text.getBytes(StandardCharsets.UTF_8));
  }

  void blob(byte[] blob) {
    varint(blob.length);
    reserve(blob.length);
    System.arraycopy(blob, 0, bytes, length, blob.length);
    length += blob.length;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), grown()));
    }
  }

  private int grown() {
    return (int) Math.min(Integer.MAX_VALUE - 16, bytes.length * 2L);
  }
}
