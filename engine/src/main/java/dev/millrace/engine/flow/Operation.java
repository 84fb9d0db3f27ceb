package dev.millrace.engine.flow;

import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.KeyRead;
import dev.millrace.engine.store.Tally;
import dev.millrace.sql.Step.Blame;
import java.util.List;

/**
 * One step of a batch over the tables of a flow. Reads of tables see them as they were before the
 * batch; appends and removals come after all reads, in order.
 */
sealed interface Operation {
  /** Makes the relation {@code name} from a SELECT. */
  record Make(String name, String select, Blame blame) implements Operation {}

  /**
   * Makes the relation {@code name} of at least the rows of a table whose key is one of the keys in
   * the relation {@code probe}.
   *
   * @param columns of {@code probe}, one for each column of the table's key
   */
  record Read(String name, KeyRead read, String probe, List<String> columns) implements Operation {}

  /** Makes the relation {@code name} from a SELECT that reads tables which the batch writes. */
  record Scan(String name, String select) implements Operation {}

  /**
   * Makes the relation {@code name} of a table's rows that are due.
   *
   * @param before SQL of the instant before which a row is due
   */
  record Take(String name, Expiry expiry, String before) implements Operation {}

  /** Appends the rows of a SELECT, whose columns are the table's without the number, in order. */
  record Append(KeptTable table, String select) implements Operation {}

  /** Deletes the rows whose numbers a SELECT (one column) returns. */
  record Remove(KeptTable table, String select) implements Operation {}

  /** Counts the rows of a SELECT (one column, not NULL). */
  record Count(Tally tally, String select) implements Operation {}
}
