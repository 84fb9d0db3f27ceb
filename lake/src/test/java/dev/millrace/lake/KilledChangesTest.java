package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.PartitionField;
import dev.millrace.api.table.PositionMove;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.ChildJvm;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A process is killed at every point of a change of a table: what it leaves is the table as before
 * or as after.
 */
@Tag("long")
class KilledChangesTest {
  private static final List<String> POINTS =
      List.of("lake-staged", "lake-moved", "lake-before-commit", "lake-after-commit");
  private static final List<String> CHANGES =
      List.of("append", "merge", "replace", "overwrite", "compact");

  @TempDir Path folder;

  /** The lake of a case. */
  LakeFolder lake(String name) {
    return new LakeFolder(folder.resolve(name));
  }

  /** Makes one change of the table; arguments: the lake's folder, the change, its options. */
  static final class Changer {
    private Changer() {}

    public static void main(String[] arguments) throws SQLException {
      LakeFolder lake = new LakeFolder(Path.of(arguments[0]));
      for (int i = 2; i < arguments.length; i += 2) {
        lake = lake.with(arguments[i], arguments[i + 1]);
      }
      try (IcebergStore store = lake.open();
          Connection duckdb = Memory.open()) {
        change(store.find("t").orElseThrow(), duckdb, arguments[1]);
      }
    }
  }

  private static void change(StoredTable table, Connection duckdb, String change) {
    SinkPosition held = table.position("w").orElse(null);
    PositionMove move =
        new PositionMove("w", held, new SinkPosition("e", held == null ? 1 : held.sequence() + 1));
    switch (change) {
      case "append" -> {
        try (StagedRows rows = table.stage(duckdb, "SELECT 100 AS id, 1 AS part")) {
          table.append(rows, move);
        }
      }
      case "replace" -> {
        try (StagedRows rows = table.stage(duckdb, "SELECT 200 AS id, 1 AS part")) {
          table.replacePartitions(rows, move);
        }
      }
      case "overwrite" -> {
        try (StagedRows rows = table.stage(duckdb, "SELECT 300 AS id, 1 AS part")) {
          table.overwrite(rows, move);
        }
      }
      case "merge" ->
          table.merge(
              duckdb,
              "SELECT -1::TINYINT AS _w, 1 AS id, NULL AS part UNION ALL SELECT 1, 2, 7",
              List.of("id"),
              move);
      case "compact" -> table.compact(duckdb, 1 << 20, 2);
      default -> {
        table.expire(Instant.now().plusSeconds(1));
        table.removeOrphans(Duration.ofSeconds(-1));
      }
    }
  }

  @Test
  void tableIsAsBeforeOrAsAfter() throws SQLException {
    for (String change : CHANGES) {
      Set<String> seen = new TreeSet<>();
      String after = after(change);
      for (String point : POINTS) {
        seen.add(killed(change, point, after));
      }
      if (!change.equals("compact")) {
        assertThat(seen).as(change).containsExactly("after", "before");
      }
    }
    killed("expire", "lake-expiring", after("expire"));
  }

  /** The table after the whole change. */
  private String after(String change) throws SQLException {
    LakeFolder lake = lake(change);
    fill(lake);
    try (IcebergStore store = lake.open();
        Connection duckdb = Memory.open()) {
      change(store.find("t").orElseThrow(), duckdb, change);
    }
    return state(lake);
  }

  /** Whether a table is as before or as after the change that was killed. */
  private String killed(String change, String point, String after) throws SQLException {
    LakeFolder lake = lake(change + "-" + point);
    fill(lake);
    String before = state(lake);
    List<String> arguments = new ArrayList<>(List.of(lake.folder().toString(), change));
    lake.store().forEach((option, value) -> arguments.addAll(List.of(option, value)));
    try (ChildJvm child =
        ChildJvm.start(
            Changer.class, Map.of("millrace.fault", point), arguments.toArray(String[]::new))) {
      int code = child.awaitExit(Duration.ofMinutes(3));
      assertThat(code)
          .as("%s at %s: %s", change, point, child.output())
          .isEqualTo(FaultPoint.EXIT_CODE);
    }
    String left = state(lake);
    assertThat(left).as("%s at %s", change, point).isIn(before, after);
    // The next one finds nothing in its way.
    try (IcebergStore store = lake.open();
        Connection duckdb = Memory.open()) {
      StoredTable table = store.find("t").orElseThrow();
      table.removeOrphans(Duration.ofSeconds(-1));
      assertThat(state(lake)).isEqualTo(left);
      if (left.equals(before)) {
        change(table, duckdb, change);
        assertThat(state(lake)).as("%s after %s", change, point).isEqualTo(after);
      }
    }
    return left.equals(before) ? "before" : "after";
  }

  private static void fill(LakeFolder lake) throws SQLException {
    Schema schema =
        new Schema(
            List.of(
                new Column("id", new DataType.Scalar(DataType.Kind.INTEGER)),
                new Column("part", new DataType.Scalar(DataType.Kind.INTEGER))));
    java.io.File made = lake.folder().toFile();
    assertThat(made.mkdirs() || made.isDirectory()).isTrue();
    try (IcebergStore store = lake.open()) {
      StoredTable table =
          store.create("t", schema, List.of(PartitionField.parse("part").orElseThrow()));
      LakeFolder.append(table, "SELECT range AS id, range % 2 AS part FROM range(4)");
      LakeFolder.append(table, "SELECT range AS id, range % 2 AS part FROM range(4, 8)");
    }
  }

  /** Its rows and its position. */
  private static String state(LakeFolder lake) {
    List<String> rows = new ArrayList<>();
    lake.rows("t").forEach(r -> rows.add(r.toString()));
    try (IcebergStore store = lake.open()) {
      return rows.stream().sorted().toList() + " " + store.find("t").orElseThrow().position("w");
    }
  }
}
