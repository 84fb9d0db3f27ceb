package dev.millrace.api.connect;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** An open source, used by one thread. */
public interface Source extends AutoCloseable {
  /**
   * The next records with the position behind them. Waits up to {@code wait} for the first one; an
   * empty batch is normal. Opened again at {@link SourceBatch#position()}, the source continues
   * with the record after it.
   *
   * @throws dev.millrace.api.error.RetryException if the system is away; the caller closes, waits
   *     and opens again
   */
  SourceBatch poll(Duration wait);

  /**
   * Everything that {@link #poll} has returned so far is committed; what the source does to the
   * outside because of it, such as removing what it has read, it does now or later.
   *
   * @throws dev.millrace.api.error.RetryException as {@link #poll}
   */
  default void committed() {}

  /**
   * Entries of the ledger were amended, which is committed: from now on they are as given. Called
   * between a {@link #committed} and the next {@link #poll}.
   */
  default void amended(List<LedgerEntry> entries) {}

  /** What it is doing, as of the last {@link #poll}; cheap. Empty if it has nothing to tell. */
  default Optional<SourceActivity> activity() {
    return Optional.empty();
  }

  /**
   * When it last looked and found nothing more to read for now, with all that it had read
   * committed, by {@link System#nanoTime}; empty if there was something, or there always is.
   */
  default OptionalLong idleAsOf() {
    return activity().map(SourceActivity::idleAsOf).orElse(OptionalLong.empty());
  }

  /** Frees everything; never throws. */
  @Override
  void close();
}
