package dev.millrace.engine.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Hashes of keys, positive; a hash only leads to candidates, whose keys are then compared. */
public final class KeyHash {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

  private KeyHash() {}

  public static long of(byte[] bytes, int start, int length) {
    long h = length * FACTOR;
    int i = start;
    int end = start + length;
    for (; i + 8 <= end; i += 8) {
      h = mix(h ^ (long) LONGS.get(bytes, i));
    }
    long rest = 0;
    for (; i < end; i++) {
      rest = rest << 8 | bytes[i] & 0xFF;
    }
    return mix(h ^ rest) >>> 1;
  }

  public static long of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(bytes, 0, bytes.length);
  }

  public static long of(long number) {
    return mix(number) >>> 1;
  }

  private static long mix(long h) {
    h = (h ^ h >>> 32) * FACTOR;
    h = (h ^ h >>> 29) * 0xBF58_476D_1CE4_E5B9L;
    return h ^ h >>> 32;
  }
}
