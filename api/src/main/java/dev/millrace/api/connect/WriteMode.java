package dev.millrace.api.connect;

/** How changes become rows of the target. */
public enum WriteMode {
  /** Every row is inserted; the stream never takes a row back. */
  APPEND,
  /** A row replaces the one with the same key; a row taken back is deleted by its key. */
  UPSERT
}
