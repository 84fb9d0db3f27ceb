package dev.millrace.engine.admission;

import dev.millrace.log.TopicRecords;
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

  Utf8(TopicRecords records, long maxBytes) {
    for (int i = 0; i < records.size(); i++) {
      byte[] value = records.values()[i];
      if (value == null || value.length > maxBytes || !(isAscii(value) || isUtf8(value))) {
        unfit.set(i);
      }
    }
  }

  boolean fits(int ordinal) {
    return !unfit.get(ordinal);
  }

  /** The first ordinal from {@code from} on that fits. */
  int nextFit(int from) {
    return unfit.nextClearBit(from);
  }

  /** The ordinals that do not fit. */
  BitSet unfit() {
    return unfit;
  }

  private static boolean isAscii(byte[] value) {
    int i = 0;
    long bits = 0;
    for (; i + 8 <= value.length; i += 8) {
      bits |= (long) LONGS.get(value, i);
    }
    for (; i < value.length; i++) {
      bits |= value[i] & 0x80;
    }
    return (bits & HIGH_BITS) == 0;
  }

  static boolean isUtf8(byte[] value) {
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(value));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
