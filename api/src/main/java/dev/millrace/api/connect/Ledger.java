package dev.millrace.api.connect;

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
   * Reads all of it, in the order of commits. A key may come several times, of which the last
   * counts; a null value says that it was forgotten.
   *
   * @throws dev.millrace.api.error.RetryException if it cannot be read now
   */
  void read(BiConsumer<String, @Nullable String> entries);
}
