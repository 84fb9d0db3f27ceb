package dev.millrace.formats;

/** How the bytes of a value become JSON, from which columns are read. Thread-safe. */
public interface RecordDecoding {
  /**
   * Appends the JSON of a value.
   *
   * @throws BadRecordException if the bytes are bad, whoever reads them
   * @throws dev.millrace.api.error.RetryException if what is needed to read them is not there now
   * @throws dev.millrace.api.error.StopException if a person has to change something first
   */
  void decode(byte[] bytes, int start, int length, JsonOutput out) throws BadRecordException;
}
