package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compaction beside writers that append, each with a catalog of its own as processes have. */
class ConcurrentChangesTest {
  private static final int WRITERS = 2;
  private static final int COMMITS = 12;

  @TempDir Path folder;

  @Test
  void compactionBesideAppendsLosesAndDoublesNothing() throws Exception {
    long seed = Seeds.next("compactionBesideAppendsLosesAndDoublesNothing");
    LakeFolder lake = new LakeFolder(folder);
    try (IcebergStore store = lake.open()) {
      store.create(
          "t",
          new Schema(
              List.of(
                  new Column("id", new DataType.Scalar(DataType.Kind.BIGINT)),
                  new Column("part", new DataType.Scalar(DataType.Kind.BIGINT)))),
          List.of(PartitionField.parse("part").orElseThrow()));
    }
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS + 1);
    try {
      Future<Integer> compacted = threads.submit(() -> compact(lake, done));
      List<Future<Long>> writers = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        long first = writer * 1_000_000L;
        Random random = new Random(seed + writer);
        writers.add(threads.submit(() -> append(lake, first, random)));
      }
      long written = 0;
      for (Future<Long> writer : writers) {
        written += writer.get();
      }
      done.set(true);
      assertThat(compacted.get()).as("files that compaction replaced").isPositive();
      List<List<Object>> ids = new ArrayList<>();
      lake.rows("t").forEach(r -> ids.add(List.of(String.valueOf(r))));
      assertThat(ids).hasSize((int) written).doesNotHaveDuplicates();
      try (IcebergStore store = lake.open()) {
        assertThat(store.find("t").orElseThrow().files().files())
            .hasSizeLessThan(WRITERS * COMMITS);
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
  }

  private static long append(LakeFolder lake, long first, Random random)
      throws java.sql.SQLException {
    long next = first;
    try (IcebergStore store = lake.open();
        Connection duckdb = Memory.open()) {
      StoredTable table = store.find("t").orElseThrow();
      for (int commit = 0; commit < COMMITS; commit++) {
        int rows = 1 + random.nextInt(500);
        int parts = 1 + random.nextInt(3);
        String select =
            "SELECT range AS id, range %% %d AS part FROM range(%d, %d)"
                .formatted(parts, next, next + rows);
        try (StagedRows staged = table.stage(duckdb, select)) {
          table.append(staged, null);
        }
        next += rows;
      }
    }
    return next - first;
  }

  private static int compact(LakeFolder lake, AtomicBoolean done) throws java.sql.SQLException {
    int replaced = 0;
    try (IcebergStore store = lake.open();
        Connection duckdb = Memory.open()) {
      StoredTable table = store.find("t").orElseThrow();
      boolean last;
      do {
        last = done.get();
        replaced += table.compact(duckdb, 1 << 20, 2);
      } while (!last);
    }
    return replaced;
  }
}
