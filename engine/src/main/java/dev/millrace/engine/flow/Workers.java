package dev.millrace.engine.flow;

import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;

/**
 * Fits DuckDB's worker threads to the size of batches: waking a second one for a thousand rows
 * costs more than it brings (a statement takes twice as long, measured), while a hundred thousand
 * rows want every core.
 */
final class Workers {
  private static final int BULK = 60_000;

  /**
   * With an index, a batch scans only if it has more than a record for so many rows: the index has
   * to catch up afterwards, or to be made anew if many rows were deleted, which with ten million
   * rows takes seconds, in which the next batch grows. Without one nothing is lost by a scan.
   */
  private static final int ROWS_A_RECORD = 25;

  private final int bulkFrom;

  Workers() {
    this(BULK);
  }

  /** For tests, which may call fewer records many. */
  Workers(int bulkFrom) {
    this.bulkFrom = bulkFrom;
  }

  /**
   * True for so many records that planning a statement for them, and scanning tables, costs less
   * than it saves.
   *
   * @param rows of the largest table that is read by an index
   */
  boolean isBulk(int records, long rows) {
    return records > Math.max(bulkFrom, rows / ROWS_A_RECORD);
  }

  void fit(Transaction transaction, boolean bulk) throws SQLException {
    transaction.useThreads(bulk ? Integer.MAX_VALUE : 1);
  }
}
