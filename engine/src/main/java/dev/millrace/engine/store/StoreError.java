package dev.millrace.engine.store;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong with the store. */
public enum StoreError implements ErrorCode {
  /** The store was written by a newer version of Millrace. */
  STORE_NEWER(Blame.USER),
  /** The store was written by an older version of Millrace, whose tables were others. */
  STORE_OLDER(Blame.USER),
  /** The store's file cannot be opened: locked by another process, or damaged. */
  STORE_UNAVAILABLE(Blame.EXTERNAL),
  /** The disk is full. */
  DISK_FULL(Blame.EXTERNAL),
  /** The outcome of a commit is unknown; what was committed is read again. */
  COMMIT_UNKNOWN(Blame.EXTERNAL),
  /** A statement failed. */
  STATEMENT_FAILED(Blame.INTERNAL),
  /** Memory is short even for a small batch. */
  OUT_OF_MEMORY(Blame.EXTERNAL);

  private final Blame blame;

  StoreError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
