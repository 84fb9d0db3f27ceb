package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableVersion;
import dev.millrace.api.table.TableWrite;
import dev.millrace.api.table.TableWrite.Mode;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows, columns and partitioning that change in one commit. */
class WritingTest {
  @TempDir Path folder;
  private IcebergStore store;
  private StoredTable table;

  @SuppressWarnings("NullAway.Init")
  WritingTest() {}

  @BeforeEach
  void open() {
    store = new LakeFolder(folder).open();
    table = store.create("silver.x", columns("id INTEGER", "day DATE", "v INTEGER"), List.of());
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static Schema columns(String... columns) {
    return new Schema(
        Arrays.stream(columns)
            .map(c -> c.split(" ", 2))
            .map(c -> new Column(c[0], DataTypeParser.parse(c[1]).orElseThrow()))
            .toList());
  }

  private long write(
      Mode mode, String select, @Nullable String where, Schema columns, String... partitioning) {
    List<PartitionField> fields =
        Arrays.stream(partitioning).map(p -> PartitionField.parse(p).orElseThrow()).toList();
    try (Connection duckdb = Memory.open()) {
      return table.write(duckdb, new TableWrite(mode, select, where, columns, fields), null);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  private String rows() {
    return LakeFolder.query("SELECT * FROM " + table.files().relation() + " ORDER BY ALL")
        .toString();
  }

  @Test
  void columnsAndPartitionsBecomeAnything() {
    Schema first = columns("id INTEGER", "day DATE", "v INTEGER");
    write(Mode.OVERWRITE, "SELECT 1 id, DATE '2026-11-21' AS day, 5 v", null, first, "day(day)");
    Schema second = columns("v VARCHAR", "day TIMESTAMP", "id BIGINT", "more DOUBLE");
    write(
        Mode.OVERWRITE,
        "SELECT 'a' v, TIMESTAMP '2026-11-22 10:00:00' AS day, 7 id, 0.5 more",
        null,
        second,
        "hour(day)",
        "bucket(4, id)");
    assertThat(table.schema()).isEqualTo(second);
    assertThat(rows()).isEqualTo("[[a, 2026-11-22T10:00, 7, 0.5]]");
    assertThat(table.partitioning()).hasToString("[hour(day), bucket(4, id)]");
    List<TableVersion> versions = table.versions();
    assertThat(LakeFolder.rows(table.files(versions.get(0).id())))
        .hasToString("[[1, 2026-11-21, 5]]");
    write(Mode.OVERWRITE, "SELECT 3 id", null, columns("id BIGINT"));
    assertThat(rows()).isEqualTo("[[3]]");
    assertThat(table.partitioning()).isEmpty();
    assertThat(LakeFolder.rows(table.files(versions.get(1).id())))
        .hasToString("[[a, 2026-11-22T10:00, 7, 0.5]]");
  }

  @Test
  void rowsOfAConditionAreReplaced() {
    Schema columns = columns("id INTEGER", "day DATE", "v INTEGER");
    String some =
        "SELECT i::INT id, DATE '2026-11-01' + (i %% 3)::INT AS day, %d v FROM range(%d) t(i)";
    assertThat(write(Mode.OVERWRITE, some.formatted(1, 6), null, columns, "day")).isEqualTo(6);
    String changes = "SELECT * FROM (" + some.formatted(2, 8) + ") WHERE id IN (1, 7)";
    String same = "EXISTS (SELECT 1 FROM (" + changes + ") n WHERE n.id = old.id)";
    assertThat(write(Mode.REPLACE_WHERE, changes, same, columns, "day")).isEqualTo(2);
    assertThat(LakeFolder.query("SELECT id, v FROM " + table.files().relation() + " ORDER BY 1"))
        .hasToString("[[0, 1], [1, 2], [2, 1], [3, 1], [4, 1], [5, 1], [7, 2]]");
    assertThat(write(Mode.REPLACE_PARTITIONS, changes, null, columns, "day")).isEqualTo(2);
    assertThat(LakeFolder.query("SELECT id, v FROM " + table.files().relation() + " ORDER BY 1"))
        .hasToString("[[0, 1], [1, 2], [2, 1], [3, 1], [5, 1], [7, 2]]");
    assertThat(write(Mode.APPEND, changes, null, columns, "day")).isEqualTo(2);
    assertThat(table.files().rows()).isEqualTo(8);
  }

  @Test
  void aColumnIsAddedWithRowsThatUseIt() {
    Schema first = columns("id INTEGER", "day DATE", "v INTEGER");
    write(Mode.OVERWRITE, "SELECT 1 id, NULL AS day, 5 v", null, first);
    Schema wider = columns("id BIGINT", "day DATE", "v INTEGER", "w VARCHAR");
    write(
        Mode.REPLACE_WHERE,
        "SELECT 5000000000 id, NULL AS day, 6 v, 'x' w",
        "old.id = 5000000000",
        wider);
    assertThat(rows()).isEqualTo("[[1, null, 5, null], [5000000000, null, 6, x]]");
    assertThatThrownBy(
            () -> write(Mode.APPEND, "SELECT '1' v", null, columns("id BIGINT", "v VARCHAR")))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("column `v` of table `silver.x` is a int in the lake");
  }

  @Test
  void whatTheTableWasCanBeReadAsLongAsItIsSaid() throws Exception {
    Schema columns = columns("id INTEGER", "day DATE", "v INTEGER");
    String row = "SELECT %d id, NULL AS day, 1 v";
    write(Mode.OVERWRITE, row.formatted(1), null, columns);
    write(Mode.OVERWRITE, row.formatted(2), null, columns);
    write(Mode.OVERWRITE, row.formatted(3), null, columns);
    List<TableVersion> versions = table.versions();
    var before = versions.get(2).at().minusMillis(1);
    assertThat(table.expire(before)).isEqualTo(1);
    assertThat(LakeFolder.rows(table.files(before))).hasToString("[[2, null, 1]]");
  }
}
