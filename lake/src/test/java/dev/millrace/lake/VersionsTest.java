package dev.millrace.lake;

import static dev.millrace.lake.IcebergTableTest.schema;
import static dev.millrace.lake.LakeFolder.append;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.api.table.PinnedFiles;
import dev.millrace.api.table.SchemaChange;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableFiles.TableFile;
import dev.millrace.api.table.TableVersion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Versions of a table, by their numbers and times, whatever has become of it since. */
class VersionsTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init")
  private IcebergStore store;

  @SuppressWarnings("NullAway.Init")
  private StoredTable table;

  @BeforeEach
  void open() {
    store = new LakeFolder(folder).open();
    table = store.create("t", schema("id INTEGER", "note VARCHAR"), List.of());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private String rows(long version) {
    return LakeFolder.query("SELECT * FROM " + table.files(version).relation() + " ORDER BY ALL")
        .toString();
  }

  @Test
  void everyVersionIsReadWithItsRowsAndColumns() throws Exception {
    append(table, "SELECT 1 AS id, 'a' AS note");
    append(table, "SELECT 2 AS id, 'b' AS note");
    try (Connection duckdb = Memory.open()) {
      table.merge(
          duckdb,
          "SELECT 1 AS id, 'changed' AS note, 1::TINYINT AS _w UNION ALL SELECT 2, '', -1",
          List.of("id"),
          null);
      table.evolve(
          List.of(
              new SchemaChange.Widen("id", DataTypeParser.parse("BIGINT").orElseThrow()),
              new SchemaChange.Rename("note", "text"),
              new SchemaChange.Add(new Column("day", DataTypeParser.parse("DATE").orElseThrow()))));
      append(table, "SELECT 3::BIGINT AS id, 'c' AS text, DATE '2026-11-27' AS day");
      append(table, "SELECT 4::BIGINT AS id, 'd' AS text, NULL::DATE AS day");
      assertThat(table.compact(duckdb, 128L << 20, 2)).isPositive();
    }
    List<TableVersion> versions = table.versions();
    assertThat(versions).extracting(TableVersion::number).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(versions)
        .extracting(TableVersion::operation)
        .containsExactly("append", "append", "overwrite", "append", "append", "replace");
    assertThat(versions).extracting(TableVersion::rows).containsExactly(1L, 2L, 1L, 2L, 3L, 3L);
    assertThat(versions.get(5).files()).isEqualTo(1);
    assertThat(versions.get(5).bytes())
        .isEqualTo(table.files().files().stream().mapToLong(TableFile::bytes).sum());
    List<String> expected =
        List.of(
            "[[1, a]]",
            "[[1, a], [2, b]]",
            "[[1, changed]]",
            "[[1, changed, null], [3, c, 2026-11-27]]",
            "[[1, changed, null], [3, c, 2026-11-27], [4, d, null]]",
            "[[1, changed, null], [3, c, 2026-11-27], [4, d, null]]");
    for (int i = 0; i < versions.size(); i++) {
      assertThat(rows(i + 1)).as("number %d", i + 1).isEqualTo(expected.get(i));
      assertThat(rows(versions.get(i).id())).as("id of %d", i + 1).isEqualTo(expected.get(i));
      assertThat(table.files(versions.get(i).at()).schema())
          .as("columns then")
          .isEqualTo(table.files(i + 1).schema());
    }
    assertThat(table.files(3).schema()).isEqualTo(schema("id INTEGER", "note VARCHAR"));
    assertThat(table.files(Instant.MAX).version()).isEqualTo(versions.get(5).id());
  }

  @Test
  void whatIsNotThereIsSaid() {
    assertThatThrownBy(() -> table.files(1))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("table `main.t` has no version 1 - it has none yet");
    append(table, "SELECT 1 AS id, 'a' AS note");
    append(table, "SELECT 2 AS id, 'b' AS note");
    List<TableVersion> versions = table.versions();
    assertThatThrownBy(() -> table.files(7))
        .hasMessageContaining("`main.t` has no version 7 - there are those from 1 of ")
        .hasMessageContaining(" to 2 of " + versions.get(1).at());
    Instant before = versions.get(0).at().minusMillis(1);
    assertThatThrownBy(() -> table.files(before))
        .hasMessageContaining("has no version of " + before + " - there");
    assertThat(table.expire(Instant.now().plusSeconds(1))).isEqualTo(1);
    assertThatThrownBy(() -> table.files(1))
        .hasMessageContaining("has no version 1 any more - there is 2 of ");
    assertThatThrownBy(() -> table.files(before))
        .hasMessageContaining("has no version of " + before + " any more");
    assertThat(rows(2)).isEqualTo("[[1, a], [2, b]]");
  }

  /** Expiry by another object of the same table, as sinks, models and queries have them. */
  @Test
  void whatIsReadDoesNotExpire() throws Exception {
    append(table, "SELECT 1 AS id, 'a' AS note");
    append(table, "SELECT 2 AS id, 'b' AS note");
    try (Connection duckdb = Memory.open();
        var all = table.stage(duckdb, "SELECT 9 AS id, 'new' AS note")) {
      table.overwrite(all, null);
    }
    StoredTable other = store.find("main.t").orElseThrow();
    Instant later = Instant.now().plusSeconds(1);
    PinnedFiles second = table.pin(2);
    PinnedFiles again = table.pin(Objects.requireNonNull(second.files().version()));
    assertThat(other.expire(later)).as("all before the one that is read").isEqualTo(1);
    second.close();
    second.close();
    assertThat(other.expire(later)).as("read by another still").isZero();
    assertThat(LakeFolder.query("SELECT * FROM " + again.files().relation())).hasSize(2);
    again.close();
    List<TableFile> files = again.files().files();
    assertThat(files).hasSize(2).allSatisfy(f -> assertThat(Path.of(f.path())).exists());
    append(table, "SELECT 10 AS id, 'newest' AS note");
    assertThat(other.expire(later.plusSeconds(60))).isEqualTo(2);
    assertThat(files).allSatisfy(f -> assertThat(Files.exists(Path.of(f.path()))).isFalse());
    assertThatThrownBy(() -> table.pin(2)).hasMessageContaining("no version 2 any more");
  }
}
