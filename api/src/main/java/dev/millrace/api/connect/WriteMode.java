package dev.millrace.api.connect;

/** How changes become rows, or records, of the target. */
public enum WriteMode {
  /** Every row is inserted; the stream never takes a row back. */
  APPEND,
  /** A row replaces the one with the same key; a row taken back is deleted by its key. */
  UPSERT,
  /**
   * Every change by key, with the row before it and the row after it, in the envelope that Debezium
   * writes.
   */
  DEBEZIUM;

  /** True if rows have a key. */
  public boolean isKeyed() {
    return this != APPEND;
  }
}
