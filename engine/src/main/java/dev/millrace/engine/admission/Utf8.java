package dev.millrace.engine.admission;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * Which records of a batch may be handed to DuckDB as text: valid UTF-8, without NUL, within the
 * size limit.
 */
final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;

  private final BitSet unfit = new BitSet();
  private final long maxBytes;

  /** Nothing is known to be unfit yet. */
  Utf8(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** True if a value may be handed over; {@code length} is -1 if there is none. */
  boolean check(byte[] bytes, int start, int length, int ordinal) {
    boolean fit = length >= 0 && length <= maxBytes && isText(bytes, start, length);
    if (!fit) {
      unfit.set(ordinal);
    }
    return fit;
  }

  /** True if a value that is no text may be looked at; {@code length} is -1 if there is none. */
  boolean checkSize(int length, int ordinal) {
    boolean fit = length >= 0 && length <= maxBytes;
    if (!fit) {
      unfit.set(ordinal);
    }
    return fit;
  }

  /** True if bytes are valid UTF-8. */
  static boolean isText(byte[] bytes, int start, int length) {
    return isAscii(bytes, start, length) || isUtf8(bytes, start, length);
  }

  /** The ordinals that do not fit. */
  BitSet unfit() {
    return unfit;
  }

  void clear() {
    unfit.clear();
  }

  private static boolean isAscii(byte[] bytes, int start, int length) {
    int i = start;
    int end = start + length;
    long bits = 0;
    for (; i + 8 <= end; i += 8) {
      bits |= (long) LONGS.get(bytes, i);
    }
    for (; i < end; i++) {
      bits |= bytes[i] & 0x80;
    }
    return (bits & HIGH_BITS) == 0;
  }

  private static boolean isUtf8(byte[] bytes, int start, int length) {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, start, length));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
