package dev.millrace.engine.flow;

import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;

/**
 * Fits DuckDB's worker threads to the size of batches: waking a second one for a thousand rows
 * costs more than it brings (a statement takes twice as long, measured), while a hundred thousand
 * rows want every core.
 */
final class Workers {
  private static final int LARGE = 20_000;
  private static final int SMALL = 5_000;

  private final int cores = Math.max(2, Runtime.getRuntime().availableProcessors());
  private int current;

  void fit(Transaction transaction, int records) throws SQLException {
    int wanted = records > LARGE ? cores : records < SMALL ? 1 : current;
    if (wanted != current && wanted > 0) {
      transaction.execute("SET GLOBAL threads = " + wanted);
      current = wanted;
    }
  }
}
