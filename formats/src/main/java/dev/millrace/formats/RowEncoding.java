package dev.millrace.formats;

/**
 * Rows in JSON as values in the language of a schema, which is that of their columns. Thread-safe.
 */
public interface RowEncoding {
  /** The schema. */
  SchemaText schema();

  /**
   * The value.
   *
   * @param room how many bytes are left free before it
   */
  byte[] encode(byte[] json, int room) throws BadRecordException;
}
