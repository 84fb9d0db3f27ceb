package dev.millrace.engine.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.utils.ByteBufferUnmapper;
import org.jspecify.annotations.Nullable;

/**
 * The memory of all {@link KeyIndex}es of a store. It is outside of the heap, which would have to
 * be as large as the largest state, and given back at once. The cap is not enforced here: who owns
 * an index gives it up, and scans, while there is too much. Thread-safe.
 */
final class IndexMemory {
  /** Small arrays, of which there are many, are left to the heap. */
  private static final int LARGE = 512;

  private final long cap;
  private final AtomicLong used = new AtomicLong();

  /** Memory of which so many bytes may be used, about. */
  IndexMemory(long capBytes) {
    this.cap = capBytes;
  }

  /** Zeros, of which {@code memory} is what has to be freed; null if it is in the heap. */
  record Slots(LongBuffer values, @Nullable ByteBuffer memory) {}

  /** Bytes that are used. */
  long used() {
    return used.get();
  }

  /** True if there is room for so many bytes more. */
  boolean fits(long bytes) {
    return used.get() + bytes <= cap;
  }

  /** So many longs, all 0. */
  Slots allocate(int length) {
    used.addAndGet(8L * length);
    if (length < LARGE) {
      return new Slots(LongBuffer.allocate(length), null);
    }
    ByteBuffer memory = ByteBuffer.allocateDirect(8 * length).order(ByteOrder.nativeOrder());
    return new Slots(memory.asLongBuffer(), memory);
  }

  /** The slots are not touched any more. */
  void free(Slots slots) {
    used.addAndGet(-8L * slots.values().capacity());
    ByteBuffer memory = slots.memory();
    if (memory != null) {
      try {
        ByteBufferUnmapper.unmap("key index", memory);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
