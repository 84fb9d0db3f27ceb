package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws 2 and 5 for models in the lake: a build that is killed at any point of a commit leaves each
 * table as before or as after, and the next build goes on from there. Every row has the number of
 * the build that made it.
 */
@Tag("long")
class KilledLakeModelsTest {
  private static final int ROWS = 20_000;
  private static final List<String> TABLES = List.of("made", "by_key", "by_part");
  private static final List<String> POINTS =
      List.of(
          "lake-staged",
          "lake-moved",
          "lake-before-commit",
          "lake-after-commit",
          "model-lake-committed",
          "model-before-commit",
          "model-after-commit");

  @TempDir Path folder;

  @Test
  void aKilledBuildLeavesTablesWhole() throws Exception {
    project();
    Random random = Seeds.random("KilledLakeModelsTest");
    int number = 1;
    assertThat(build(number, "")).isZero();
    List<Integer> before = numbers();
    assertThat(before).containsOnly(1);
    int killed = 0;
    for (int round = 0; round < 14; round++) {
      number++;
      String fault = POINTS.get(round % POINTS.size()) + ":" + (1 + random.nextInt(4));
      System.out.println("KilledLakeModelsTest: " + fault);
      killed += build(number, fault) == FaultPoint.EXIT_CODE ? 1 : 0;
      List<Integer> after = numbers();
      for (int i = 0; i < TABLES.size(); i++) {
        // A view that was behind shows what the lake has had since an earlier round.
        assertThat(after.get(i))
            .as(TABLES.get(i) + " at " + fault)
            .isBetween(before.get(i), number);
      }
      before = after;
    }
    assertThat(killed).isGreaterThan(8);
    number++;
    assertThat(build(number, "")).isZero();
    assertThat(numbers()).containsOnly(number);
  }

  private int build(int number, String fault) {
    try (ChildJvm jvm =
        ChildJvm.start(
            Millrace.class,
            fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault),
            "build",
            folder.toString(),
            "--vars",
            "number=" + number)) {
      int code = jvm.awaitExit(Duration.ofMinutes(2));
      assertThat(code).as(jvm.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  /** The number that all rows of a table have; rows that are added are there once. */
  private List<Integer> numbers() throws SQLException {
    List<Integer> numbers = new ArrayList<>();
    String file = folder.resolve(".millrace/store/store.duckdb").toString();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT count(*), min(number), max(number), count(DISTINCT id) FROM " + table)) {
          row.next();
          assertThat(row.getInt(2)).as(table).isEqualTo(row.getInt(3));
          assertThat(row.getInt(1)).as(table).isEqualTo(ROWS);
          assertThat(row.getInt(4)).as(table).isEqualTo(ROWS);
          numbers.add(row.getInt(2));
        }
      }
      try (ResultSet row =
          statement.executeQuery("SELECT count(*), count(DISTINCT number) FROM added")) {
        row.next();
        assertThat(row.getInt(1)).as("rows that were added").isEqualTo(row.getInt(2));
      }
    }
    return numbers;
  }

  private void project() throws IOException {
    write(
        "millrace.yml",
        "name: killed\ntargets: {dev: {kafka: embedded, lake: embedded}}\nvars: {number: 0}\n");
    String rows =
        "select i as id, i % 3 as part, {{ var('number') }} as number from range("
            + ROWS
            + ") t(i)";
    model("made", "materialized='table', partition_by='part'", rows);
    model("by_key", "materialized='incremental', unique_key='id'", rows);
    model(
        "by_part",
        "materialized='incremental', incremental_strategy='insert_overwrite', partition_by='part'",
        rows);
    model(
        "added",
        "materialized='incremental'",
        "select {{ var('number') }} as number {% if is_incremental() %}where {{ var('number') }} >"
            + " (select max(number) from {{ this }}){% endif %}");
  }

  private void model(String name, String config, String query) throws IOException {
    write(
        "models/" + name + ".sql", "{{ config(file_format='parquet', " + config + ") }}\n" + query);
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
