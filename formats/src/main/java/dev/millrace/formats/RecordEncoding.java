package dev.millrace.formats;

import org.jspecify.annotations.Nullable;

/** How rows become the bytes of a topic's records. Thread-safe. */
public interface RecordEncoding {
  /**
   * The value of a record.
   *
   * @param row a JSON object with a field for each column; columns that it lacks are null
   * @throws BadRecordException if the row is not what its columns say
   * @throws dev.millrace.api.error.RetryException if the registry does not answer
   * @throws dev.millrace.api.error.StopException if the registry refuses the schema
   */
  byte[] value(byte[] row) throws BadRecordException;

  /**
   * The key of a record.
   *
   * @param key as it would be without an encoding; null for none
   */
  byte @Nullable [] key(byte @Nullable [] key) throws BadRecordException;
}
