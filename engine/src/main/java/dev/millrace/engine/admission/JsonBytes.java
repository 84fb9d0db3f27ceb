package dev.millrace.engine.admission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Where the parts of JSON end in bytes. Texts are looked through eight bytes at a time ("SWAR", as
 * in Mycroft's test for a zero byte).
 */
final class JsonBytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH = 0x8080808080808080L;
  private static final long QUOTES = '"' * ONES;
  private static final long BACKSLASHES = '\\' * ONES;
  private static final long SPACES = ' ' * ONES;

  private JsonBytes() {}

  /** The place of the first byte that is no white space. */
  static int space(byte[] b, int p, int end) {
    while (p < end && (b[p] == ' ' || b[p] == '\n' || b[p] == '\t' || b[p] == '\r')) {
      p++;
    }
    return p;
  }

  /** The place of the closing quote; -1 if there is an escape, a control character or no end. */
  static int textEnd(byte[] b, int p, int end) {
    while (p + 8 <= end) {
      long word = (long) LONGS.get(b, p);
      long quotes = word ^ QUOTES;
      long backslashes = word ^ BACKSLASHES;
      // The lowest of these bits is right: what is subtracted borrows from higher bytes alone.
      long special =
          ((quotes - ONES & ~quotes)
                  | (backslashes - ONES & ~backslashes)
                  | (word - SPACES & ~word))
              & HIGH;
      if (special != 0) {
        int at = p + (Long.numberOfTrailingZeros(special) >>> 3);
        return b[at] == '"' ? at : -1;
      }
      p += 8;
    }
    while (p < end && b[p] != '"') {
      if (b[p] == '\\' || (b[p] >= 0 && b[p] < 0x20)) {
        return -1;
      }
      p++;
    }
    return p < end ? p : -1;
  }

  /** True if these bytes come next. */
  static boolean isNext(byte[] b, int p, int end, byte[] expected) {
    int length = expected.length;
    if (end - p < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (b[p + i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  /** The place behind a text, a number or a word; -1 for anything else. */
  static int valueEnd(byte[] b, int p, int end) {
    if (p >= end) {
      return -1;
    }
    if (b[p] == '"') {
      int close = textEnd(b, p + 1, end);
      return close < 0 ? -1 : close + 1;
    }
    int start = p;
    while (p < end
        && (b[p] >= '0' && b[p] <= '9'
            || b[p] == '-'
            || b[p] == '+'
            || b[p] == '.'
            || b[p] >= 'a' && b[p] <= 'z'
            || b[p] == 'E')) {
      p++;
    }
    return p == start || !isNumberOrWord(b, start, p) ? -1 : p;
  }

  /** True for what JSON calls a number, and for true, false and null. */
  static boolean isNumberOrWord(byte[] b, int s, int e) {
    if (b[s] >= 'a' && b[s] <= 'z') {
      return is(b, s, e, "true") || is(b, s, e, "false") || is(b, s, e, "null");
    }
    int p = b[s] == '-' ? s + 1 : s;
    int digits = digits(b, p, e);
    if (digits == 0 || (digits > 1 && b[p] == '0')) {
      return false;
    }
    p += digits;
    if (p < e && b[p] == '.') {
      digits = digits(b, p + 1, e);
      if (digits == 0) {
        return false;
      }
      p += 1 + digits;
    }
    if (p < e && (b[p] == 'e' || b[p] == 'E')) {
      p++;
      if (p < e && (b[p] == '+' || b[p] == '-')) {
        p++;
      }
      digits = digits(b, p, e);
      if (digits == 0) {
        return false;
      }
      p += digits;
    }
    return p == e;
  }

  private static int digits(byte[] b, int p, int e) {
    int start = p;
    while (p < e && b[p] >= '0' && b[p] <= '9') {
      p++;
    }
    return p - start;
  }

  private static boolean is(byte[] b, int s, int e, String word) {
    if (e - s != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (b[s + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
