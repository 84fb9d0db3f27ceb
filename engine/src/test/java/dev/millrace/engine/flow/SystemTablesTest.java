package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Refused records are kept for long, and not for ever. */
class SystemTablesTest {
  @TempDir Path folder;

  @Test
  void oldRecordsGoAndAreRememberedAsRefused() throws Exception {
    StoreOptions options = new StoreOptions(folder.resolve("store"), ZoneOffset.UTC, 256L << 20, 1);
    try (Store store = Store.open(options);
        Writer writer = store.writer()) {
      writer.transact(
          transaction -> {
            SystemTables.create(transaction);
            for (String table : new String[] {"late", "rejected"}) {
              // One a day, the newest now: those of a week or a month ago exactly are kept.
              transaction.execute(
                  "INSERT INTO store.system."
                      + table
                      + " (source, topic, \"partition\", \"offset\", recorded_at)"
                      + " SELECT 'shop.orders', 'orders', 0, i, now() - INTERVAL 1 DAY * (39 - i)"
                      + " FROM range(40) AS r(i) ORDER BY i");
            }
            SystemTables.trim(transaction);
            assertThat(transaction.number("SELECT count(*) FROM store.system.late")).isEqualTo(8);
            assertThat(transaction.number("SELECT min(\"offset\") FROM store.system.rejected"))
                .isEqualTo(9);
            SystemTables.trim(transaction, 5);
            assertThat(transaction.number("SELECT count(*) FROM store.system.rejected"))
                .isEqualTo(5);
            assertThat(transaction.number("SELECT max(\"offset\") FROM store.system.rejected"))
                .isEqualTo(39);
            assertThat(transaction.number("SELECT count(*) FROM progress.refused"))
                .isEqualTo(35 + 35);
            return true;
          });
    }
  }

  @Test
  void tooManyOfAKindGoAndNoOthers() throws Exception {
    StoreOptions options = new StoreOptions(folder.resolve("store"), ZoneOffset.UTC, 256L << 20, 1);
    try (Store store = Store.open(options);
        Writer writer = store.writer()) {
      writer.transact(
          transaction -> {
            SystemTables.create(transaction);
            for (int i = 0; i < 6; i++) {
              insert(transaction, "rejected", i, i == 1 ? "'marked'" : "NULL");
              for (int j = 0; j < 10; j++) {
                insert(transaction, "late", 10 * i + j, "NULL");
              }
            }
            SystemTables.trim(transaction, 6);
            assertThat(transaction.number("SELECT count(*) FROM store.system.late")).isEqualTo(6);
            assertThat(transaction.number("SELECT min(\"offset\") FROM store.system.late"))
                .isEqualTo(54);
            assertThat(transaction.number("SELECT count(*) FROM store.system.rejected"))
                .isEqualTo(6);
            SystemTables.trim(transaction, 2);
            assertThat(transaction.number("SELECT sum(\"offset\") FROM store.system.rejected"))
                .isEqualTo(1 + 4 + 5);
            assertThat(transaction.number("SELECT count(*) FROM store.system.late")).isEqualTo(2);
            return true;
          });
    }
  }

  private static void insert(Transaction transaction, String table, int offset, String replay)
      throws SQLException {
    transaction.execute(
        "INSERT INTO store.system."
            + table
            + " (source, topic, \"partition\", \"offset\", recorded_at, replay) VALUES"
            + " ('shop.orders', 'orders', 0, "
            + offset
            + ", now(), "
            + replay
            + ")");
  }
}
