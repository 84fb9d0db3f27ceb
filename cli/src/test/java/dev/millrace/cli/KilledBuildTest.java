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
 * A build that is killed leaves each table as it was before or as it is afterwards. Every row of a
 * table has the number of the build that made it, so a table between two builds would show.
 */
@Tag("long")
class KilledBuildTest {
  private static final int ROWS = 50_000;
  private static final List<String> TABLES =
      List.of("seeded", "made", "replaced", "merged", "appended", "failures");

  @TempDir Path folder;

  @Test
  void aKilledBuildLeavesTablesWhole() throws Exception {
    project();
    assertThat(build(1, "")).isZero();
    assertThat(numbers()).isEqualTo(List.of(1, 1, 1, 1, 1, 1));
    Random random = Seeds.random("KilledBuildTest");
    int number = 1;
    int killed = 0;
    for (int round = 0; round < 16; round++) {
      number++;
      seed(number);
      String fault =
          (random.nextBoolean() ? "model-before-commit:" : "model-after-commit:")
              + (1 + random.nextInt(7));
      System.out.println("KilledBuildTest: " + fault);
      List<Integer> before = numbers();
      int code = build(number, fault);
      killed += code == FaultPoint.EXIT_CODE ? 1 : 0;
      List<Integer> after = numbers();
      for (int i = 0; i < TABLES.size(); i++) {
        assertThat(after.get(i)).as(TABLES.get(i) + " at " + fault).isIn(before.get(i), number);
      }
    }
    assertThat(killed).isGreaterThan(10);
    number++;
    seed(number);
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

  /** The number that all rows of a table have. */
  private List<Integer> numbers() throws Exception {
    List<Integer> numbers = new ArrayList<>();
    String file = folder.resolve(".millrace/store/store.duckdb").toString();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:" + file);
        Statement statement = connection.createStatement()) {
      for (String table : TABLES) {
        String name = table.equals("failures") ? "main_dbt_test__audit." + table : table;
        try (ResultSet row =
            statement.executeQuery(
                "SELECT count(*), min(number), max(number), count(DISTINCT id) FROM " + name)) {
          row.next();
          assertThat(row.getInt(2)).as(table).isEqualTo(row.getInt(3));
          assertThat(row.getInt(1)).as(table).isEqualTo(table.equals("seeded") ? 2000 : ROWS);
          assertThat(row.getInt(4)).as(table).isEqualTo(row.getInt(1));
          numbers.add(row.getInt(2));
        }
      }
    }
    return numbers;
  }

  private void seed(int number) throws IOException {
    StringBuilder csv = new StringBuilder("id,number\n");
    for (int i = 0; i < 2000; i++) {
      csv.append(i).append(',').append(number).append('\n');
    }
    write("seeds/seeded.csv", csv.toString());
  }

  private void project() throws IOException {
    seed(1);
    write("dbt_project.yml", "name: killed\nprofile: killed\nvars: {number: 0}\n");
    String rows =
        "select i as id, {{ var('number') }} as number from range("
            + ROWS
            + ") t(i)"
            + " where exists (from {{ ref('seeded') }})";
    write("models/made.sql", "{{ config(materialized='table') }}\n" + rows);
    write(
        "models/replaced.sql",
        "{{ config(materialized='incremental', unique_key='id') }}\n" + rows);
    write(
        "models/merged.sql",
        "{{ config(materialized='incremental', unique_key='id', incremental_strategy='merge') }}\n"
            + rows);
    write(
        "models/appended.sql",
        "{{ config(materialized='incremental', incremental_strategy='append',"
            + " pre_hook=\"{% if is_incremental() %}delete from {{ this }}{% endif %}\") }}\n"
            + rows);
    write(
        "tests/failures.sql",
        "{{ config(store_failures=true, severity='warn') }} select * from {{ ref('made') }}");
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
