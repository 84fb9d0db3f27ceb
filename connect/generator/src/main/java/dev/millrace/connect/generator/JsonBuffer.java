package dev.millrace.connect.generator;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.LocalDate;
import java.util.Arrays;

/** UTF-8 bytes of one record, written by hand since this is the generator's inner loop. */
final class JsonBuffer {
  private static final byte[] HEX = "0123456789abcdef".getBytes(UTF_8);
  private static final long MICROS_PER_DAY = 86_400_000_000L;

  private byte[] bytes = new byte[1024];
  private int length;
  private long cachedDay = Long.MIN_VALUE;
  private final byte[] cachedDate = new byte[10];

  void clear() {
    length = 0;
  }

  int length() {
    return length;
  }

  void truncate(int newLength) {
    length = Math.min(length, newLength);
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  void raw(byte[] text) {
    reserve(text.length);
    System.arraycopy(text, 0, bytes, length, text.length);
    length += text.length;
  }

  void raw(char ascii) {
    reserve(1);
    bytes[length++] = (byte) ascii;
  }

  /** A whole number with at least {@code width} digits. */
  void number(long value, int width) {
    reserve(24 + width);
    long rest = value;
    if (rest < 0) {
      bytes[length++] = '-';
      rest = -rest;
    }
    int digits = 1;
    for (long power = 10; digits < 19 && rest >= power; power *= 10) {
      digits++;
    }
    int all = Math.max(digits, width);
    digits(length, rest, all);
    length += all;
  }

  /** {@code unscaled} divided by ten to the power of {@code scale}. */
  void decimal(long unscaled, int scale) {
    if (scale == 0) {
      number(unscaled, 1);
      return;
    }
    reserve(24 + scale);
    long rest = unscaled;
    if (rest < 0) {
      bytes[length++] = '-';
      rest = -rest;
    }
    long power = 1;
    for (int i = 0; i < scale; i++) {
      power *= 10;
    }
    number(rest / power, 1);
    reserve(1 + scale);
    bytes[length++] = '.';
    digits(length, rest % power, scale);
    length += scale;
  }

  private void digits(int at, long value, int count) {
    long rest = value;
    for (int i = at + count - 1; i >= at; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  /** A time in UTC such as {@code 2026-11-21T09:26:07.123456Z}, without quotes. */
  void time(long microsSinceEpoch) {
    long day = Math.floorDiv(microsSinceEpoch, MICROS_PER_DAY);
    long micros = Math.floorMod(microsSinceEpoch, MICROS_PER_DAY);
    if (day != cachedDay) {
      System.arraycopy(LocalDate.ofEpochDay(day).toString().getBytes(UTF_8), 0, cachedDate, 0, 10);
      cachedDay = day;
    }
    raw(cachedDate);
    reserve(17);
    long seconds = micros / 1_000_000;
    bytes[length] = 'T';
    digits(length + 1, seconds / 3600, 2);
    bytes[length + 3] = ':';
    digits(length + 4, seconds / 60 % 60, 2);
    bytes[length + 6] = ':';
    digits(length + 7, seconds % 60, 2);
    bytes[length + 9] = '.';
    digits(length + 10, micros % 1_000_000, 6);
    bytes[length + 16] = 'Z';
    length += 17;
  }

  /** A random UUID of version 4 made of the bits. */
  void uuid(long high, long low) {
    reserve(36);
    long h = (high & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
    long l = (low & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
    for (int i = 0; i < 16; i++) {
      if (i == 4 || i == 6 || i == 8 || i == 10) {
        bytes[length++] = '-';
      }
      int octet = (int) ((i < 8 ? h >>> (56 - 8 * i) : l >>> (56 - 8 * (i - 8))) & 0xFF);
      bytes[length++] = HEX[octet >>> 4];
      bytes[length++] = HEX[octet & 15];
    }
  }

  /** A text as a JSON string with its quotes. */
  static byte[] quoted(String text) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\n' -> json.append("\\n");
        case '\r' -> json.append("\\r");
        case '\t' -> json.append("\\t");
        default -> {
          if (c < 0x20) {
            json.append("\\u%04x".formatted((int) c));
          } else {
            json.append(c);
          }
        }
      }
    }
    return json.append('"').toString().getBytes(UTF_8);
  }
}
