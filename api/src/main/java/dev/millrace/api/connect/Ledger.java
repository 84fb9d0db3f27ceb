package dev.millrace.api.connect;

import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The {@link LedgerEntry}s that a source has committed so far, for one that must remember more than
 * a position holds. It may be far larger than the memory, so the source keeps of it what it needs.
 */
@FunctionalInterface
public interface Ledger {
  /** The ledger of a source that has committed nothing. */
  Ledger EMPTY = entries -> {};

  /**
   * Reads all of it, in the order of commits; one that others share has no order. A key may come
   * several times, of which the last counts; a null value says that it was forgotten.
   *
   * @throws dev.millrace.api.error.RetryException if it cannot be read now
   */
  void read(BiConsumer<String, @Nullable String> entries);

  /**
   * The entry as it is now, if others than the source may have set it; empty if there is none, and
   * always in a ledger that only the source writes.
   *
   * @throws dev.millrace.api.error.RetryException if it cannot be read now
   */
  default Optional<String> find(String key) {
    return Optional.empty();
  }
}
