package dev.millrace.log;

/**
 * Bounds of a reader's memory: it holds at most one batch and two fetches.
 *
 * @param maxRecords how many records a batch has at most
 * @param maxBytes a batch takes no further records once its keys and values reach this
 * @param fetchBytes what one request to a broker returns at most; a single larger record is
 *     returned nevertheless
 */
public record ReaderOptions(int maxRecords, long maxBytes, int fetchBytes) {
  /** Checks that all are positive. */
  public ReaderOptions {
    if (maxRecords < 1 || maxBytes < 1 || fetchBytes < 1) {
      throw new IllegalArgumentException("bounds must be positive");
    }
  }

  /** 100,000 records, 32 MB a batch, 8 MB a fetch. */
  public static ReaderOptions defaults() {
    return new ReaderOptions(100_000, 32L << 20, 8 << 20);
  }
}
