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

  /** 2,000 records a poll and 2 MB a fetch, which are garbage before they are old. */
  public static ReaderOptions defaults() {
    return new ReaderOptions(2_000, 2 << 20);
  }
}
