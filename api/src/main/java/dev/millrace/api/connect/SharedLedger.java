package dev.millrace.api.connect;

import java.util.List;
import java.util.Optional;

/**
 * A ledger in a system where others read and write it too. The source's own ledger topic is
 * committed first and knows what is missing here; what is here decides which entries the source is
 * opened with. Used by one thread.
 */
public interface SharedLedger extends Ledger, AutoCloseable {
  /**
   * How far into the ledger topic the entries here are: what {@link #write} was given last; empty
   * if there was none.
   *
   * @throws dev.millrace.api.error.RetryException if the system is away
   */
  Optional<String> place();

  /**
   * Sets and forgets entries and moves the place, all of it or nothing.
   *
   * @param entries a key comes once
   * @param from the place as the caller knows it
   * @param to the place behind the entries, an opaque text
   * @throws dev.millrace.api.error.RetryException if the place is another one by now, or the system
   *     is away; whether it wrote is then unknown
   */
  void write(List<LedgerEntry> entries, Optional<String> from, String to);

  /** The entry as it is now, whoever set it; empty if there is none. */
  @Override
  Optional<String> find(String key);

  /** Frees everything; never throws. */
  @Override
  void close();
}
