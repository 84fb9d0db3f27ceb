package dev.millrace.log;

/**
 * Bounds of a reader's memory: it holds two fetches.
 *
 * @param pollRecords how many records one poll returns at most
 * @param fetchBytes what one request to a broker returns at most; a single larger record is
 *     returned nevertheless
 */
public record ReaderOptions(int pollRecords, int fetchBytes) {
  /** Checks that all are positive. */
  public ReaderOptions {
    if (pollRecords < 1 || fetchBytes < 1) {
      throw new IllegalArgumentException("bounds must be positive");
    }
  }

  /** 10,000 records a poll, 8 MB a fetch. */
  public static ReaderOptions defaults() {
    return new ReaderOptions(10_000, 8 << 20);
  }
}
