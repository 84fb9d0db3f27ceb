package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files are written together, and which are left alone. */
class CompactionTest {
  private static final int KB = 1024;
  private static final int TARGET = 256 * KB;
  private static final int MANY = 8;

  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private IcebergStore store;

  @SuppressWarnings("NullAway.Init")
  private StoredTable table;

  @SuppressWarnings("NullAway.Init")
  private Connection duckdb;

  private long rows;

  @BeforeEach
  void open() throws SQLException {
    duckdb = Memory.open();
    store = new LakeFolder(folder).open();
    table =
        store.create(
            "t",
            IcebergTableTest.schema("id BIGINT", "noise UBIGINT", "hour INTEGER"),
            List.of(PartitionField.parse("hour").orElseThrow()));
  }

  @AfterEach
  void close() {
    store.close();
    Memory.close(duckdb);
  }

  /** Adds a file of about so many bytes: eight for each row that nothing makes shorter. */
  private void add(int hour, int bytes) {
    int count = bytes / 8;
    String select =
        "SELECT 1::BIGINT AS id, hash(range) AS noise, %d::INTEGER AS hour FROM range(%d, %d)"
            .formatted(hour, rows, rows + count);
    try (StagedRows staged = table.stage(duckdb, select)) {
      table.append(staged, null);
    }
    rows += count;
  }

  private int compact() {
    return table.compact(duckdb, TARGET, MANY);
  }

  private List<Long> sizes(int hour) {
    return table.files().files().stream()
        .filter(file -> file.partition().containsValue(Integer.toString(hour)))
        .map(file -> file.bytes() / KB)
        .sorted()
        .toList();
  }

  private void assertComplete() {
    String query = "SELECT count(*), sum(id)::BIGINT, count(DISTINCT noise) FROM ";
    assertThat(LakeFolder.query(query + table.files().relation()))
        .containsExactly(List.of(rows, rows, rows));
  }

  @Test
  void filesThatFillOneAreWrittenBeforeThereAreMany() {
    for (int i = 0; i < 5; i++) {
      add(1, 48 * KB);
      assertThat(compact()).as("after %d files", i + 1).isZero();
    }
    add(1, 48 * KB);
    // The sixth has no room in the file; it waits for others of its size.
    assertThat(compact()).isEqualTo(5);
    assertThat(sizes(1)).hasSize(2);
    assertThat(sizes(1).get(1)).isBetween(200L, 256L);
    assertThat(compact()).isZero();
    assertComplete();
  }

  @Test
  void aStreamLeavesLargeFiles() {
    for (int minute = 0; minute < 36; minute++) {
      add(1, 13 * KB);
      compact();
      // Those that wait: fewer than many of each size.
      assertThat(sizes(1)).hasSizeLessThan(36 * 13 / 128 + 2 * MANY);
    }
    assertComplete();
    for (int minute = 0; minute <= MANY; minute++) {
      add(2, 13 * KB);
      compact();
    }
    assertThat(sizes(1)).allSatisfy(size -> assertThat(size).isGreaterThan(60L));
    assertThat(sizes(1).stream().filter(size -> size < 128)).hasSizeLessThan(2);
    assertComplete();
  }

  @Test
  void restOfAPartitionIsWrittenOnceItRests() {
    for (int i = 0; i < 3; i++) {
      add(1, 20 * KB);
    }
    for (int i = 1; i < MANY; i++) {
      add(2, KB);
      assertThat(compact()).as("%d later", i).isZero();
    }
    add(3, KB);
    assertThat(compact()).isEqualTo(3);
    assertThat(sizes(1)).hasSize(1);
    assertThat(sizes(2)).as("touched in the version before").hasSize(MANY - 1);
    assertThat(compact()).isZero();
    assertComplete();
  }

  @Test
  void aLateRowIsNoReasonToWriteALargeFileAnew() {
    add(1, 100 * KB);
    add(1, KB);
    for (int i = 0; i < MANY; i++) {
      add(2 + i, KB);
    }
    assertThat(compact()).isZero();
    add(1, KB);
    for (int i = 0; i < MANY; i++) {
      add(20 + i, KB);
    }
    // The two late ones, and neither the large one nor the lone ones of other partitions.
    assertThat(compact()).isEqualTo(2);
    assertThat(sizes(1)).hasSize(2);
    assertComplete();
  }
}
