package dev.millrace.engine.admission;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.flow.SystemTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.ZoneOffset;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was decided is known between the positions that were loaded, and not before them. */
class DecisionsTest {
  @TempDir Path folder;

  @Test
  void coversWhatWasLoaded() throws Exception {
    StoreOptions options = new StoreOptions(folder.resolve("store"), ZoneOffset.UTC, 256L << 20, 1);
    try (Store store = Store.open(options);
        Writer writer = store.writer();
        Connection connection = store.connect()) {
      writer.transact(
          transaction -> {
            SystemTables.create(transaction);
            transaction.execute(
                "INSERT INTO progress.refused VALUES ('shop.orders', 'orders', 0, 3)");
            return true;
          });
      Decisions decisions = new Decisions("shop.orders");
      assertThat(decisions.covers(at(0), at(10))).isFalse();
      decisions.load(connection, at(5), at(10));
      assertThat(decisions.covers(at(5), at(10))).isTrue();
      assertThat(decisions.covers(at(6), at(8))).isTrue();
      assertThat(decisions.covers(at(5), at(11))).isFalse();
      // A retried fill begins anew.
      assertThat(decisions.covers(at(0), at(10))).isFalse();
      decisions.load(connection, at(0), at(10));
      TopicRecords.Builder records = new TopicRecords.Builder("orders");
      for (int i = 0; i < 5; i++) {
        records.add(0, i, 0, (byte[]) null, (byte[]) null);
      }
      BitSet excluded = new BitSet();
      decisions.exclude(records.build(), excluded);
      assertThat(excluded).isEqualTo(BitSet.valueOf(new long[] {8}));
    }
  }

  private static List<Position> at(long offset) {
    return List.of(new Position("orders", "id", 0, offset));
  }
}
