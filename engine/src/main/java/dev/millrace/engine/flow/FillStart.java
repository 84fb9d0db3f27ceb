package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a fill begins with: what an earlier try has filled, if that is of use, the rows of old
 * versions that go on, or nothing.
 */
final class FillStart {
  private final FillParts parts;
  private final String flow;
  private final Store store;

  FillStart(FillParts parts, String flow, Store store) {
    this.parts = parts;
    this.flow = Identifier.literal(flow);
    this.store = store;
  }

  /** Makes the new tables and reads back how far they are filled. */
  void load(BatchRunner runner, Writer writer) throws SQLException {
    if (!parts.canGoOn() || hasStopped()) {
      writer.transact(
          transaction -> {
            discard(runner, transaction);
            return true;
          });
    }
    runner.load(store, writer);
    if (parts.goesOn() && !hasBegun()) {
      writer.transact(
          transaction -> {
            for (StreamRun stream : runner.streams()) {
              stream.copyOld(transaction);
            }
            Standing.begin(transaction, flow, parts.names().get(0));
            return true;
          });
      runner.load(store, writer);
    }
  }

  /** True if a stream has failed in an earlier try; its tables are not complete. */
  private boolean hasStopped() throws SQLException {
    return count(
            "(SELECT unnest(streams) AS s FROM progress.fills WHERE flow = "
                + flow
                + ") WHERE s.stopped IS NOT NULL")
        > 0;
  }

  /** True if nothing is missing in the old version of one of the streams. */
  boolean isWhole() throws SQLException {
    try (Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      return Standing.read(statement).entrySet().stream()
          .anyMatch(s -> parts.names().contains(s.getKey()) && s.getValue().isNewest());
    }
  }

  private boolean hasBegun() throws SQLException {
    return count("progress.fills WHERE flow = " + flow) > 0;
  }

  /** What was filled before is of no use. */
  private void discard(BatchRunner runner, Transaction transaction) throws SQLException {
    transaction.execute("DELETE FROM progress.fills WHERE flow = " + flow);
    for (StreamRun stream : runner.streams()) {
      stream.drop(transaction);
    }
    runner.dropCurrent(transaction);
    SystemTables.forgetFilled(transaction, parts.names());
  }

  private long count(String from) throws SQLException {
    try (Connection connection = store.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM " + from)) {
      row.next();
      return row.getLong(1);
    }
  }
}
