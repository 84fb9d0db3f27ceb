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

  private final int bulkFrom;

  Workers() {
    this(BULK);
  }

  /** For tests, which may call fewer records many. */
  Workers(int bulkFrom) {
    this.bulkFrom = bulkFrom;
  }

  /** True for so many records that planning a statement for them costs less than it saves. */
  boolean isBulk(int records) {
    return records > bulkFrom;
  }

  void fit(Transaction transaction, int records) throws SQLException {
    transaction.useThreads(isBulk(records) ? Integer.MAX_VALUE : 1);
  }
}
