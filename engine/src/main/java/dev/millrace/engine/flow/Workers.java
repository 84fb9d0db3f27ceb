package dev.millrace.engine.flow;

import dev.millrace.engine.store.StateTables;
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

  /**
   * To index more rows than this takes longer than to scan them a few times: so many small batches
   * behind a backlog scan too, since often no others come soon.
   */
  private static final long MANY_ROWS = 500_000;

  private static final int SCANS = 2;

  private final int bulkFrom;
  private int scans;

  Workers() {
    this(BULK);
  }

  /** For tests, which may call fewer records many. */
  Workers(int bulkFrom) {
    this.bulkFrom = bulkFrom;
  }

  /**
   * True for so many records that planning a statement for them, and scanning tables, costs less
   * than it saves. To be asked once for a transaction.
   */
  boolean isBulk(int records, StateTables tables) {
    if (records > Math.max(bulkFrom, tables.largestIndexed() / ROWS_A_RECORD)) {
      scans = 0;
      return true;
    }
    return records > 0 && tables.largestToIndex() > MANY_ROWS && scans++ < SCANS;
  }

  void fit(Transaction transaction, boolean bulk) throws SQLException {
    transaction.useThreads(bulk ? Integer.MAX_VALUE : 1);
  }
}
