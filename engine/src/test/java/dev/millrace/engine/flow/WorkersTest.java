package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.engine.store.Writer;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkersTest {
  private static final Schema SCHEMA =
      new Schema(List.of(new Column("k", new DataType.Scalar(DataType.Kind.BIGINT))));

  @TempDir Path folder;

  @Test
  void twoSmallBatchesBehindABacklogScanThenThereIsAnIndex() throws Exception {
    try (Store store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 2));
        Writer writer = store.writer();
        StateTables tables = new StateTables(store)) {
      Workers workers = new Workers();
      KeptTable table =
          writer.transact(t -> tables.create(t, "state", "t", SCHEMA, "_n", List.of("k")));
      table.lookup().read();
      assertThat(workers.isBulk(100_000, tables)).isTrue();
      writer.transact(
          t -> {
            t.execute(table.appendSql("SELECT range FROM range(600000)", true));
            return true;
          });
      tables.committed();
      assertThat(workers.isBulk(0, tables)).as("no record").isFalse();
      assertThat(workers.isBulk(10, tables)).isTrue();
      assertThat(workers.isBulk(10, tables)).isTrue();
      assertThat(workers.isBulk(10, tables)).isFalse();
      tables.prepareLookups(true);
      assertThat(tables.largestToIndex()).isZero();
      assertThat(workers.isBulk(10, tables)).isFalse();
    }
  }
}
