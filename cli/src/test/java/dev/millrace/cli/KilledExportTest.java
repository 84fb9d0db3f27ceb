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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An export that is killed at any point leaves each partition as it was or as it is to be, and the
 * next one finds nothing in its way. Every row has the number of the build that made it; the first
 * day goes and another comes with each build.
 */
@Tag("long")
class KilledExportTest {
  private static final int DAYS = 4;
  private static final int ROWS_A_DAY = 1_000;
  private static final List<String> POINTS =
      List.of(
          "export-written:1",
          "export-before-swap:1",
          "export-before-swap:3",
          "export-after-swap:1",
          "export-after-swap:4",
          "export-removed:1");

  @TempDir Path folder;

  @Test
  void aKilledExportLeavesPartitionsWhole() throws Exception {
    write("millrace.yml", "name: killed\ntargets: {dev: {kafka: embedded}}\nvars: {number: 0}\n");
    write(
        "models/rows.sql",
        """
        {{ config(materialized='table') }}
        select date '2026-11-01' + ({{ var('number') }} + i // %d)::int as day, i %% %d as id,
          {{ var('number') }} as number
        from range(%d) t(i)
        """
            .formatted(ROWS_A_DAY, ROWS_A_DAY, DAYS * ROWS_A_DAY));
    Random random = Seeds.random("KilledExportTest");
    int number = 1;
    build(number);
    assertThat(export("")).isZero();
    assertComplete(number);
    for (String point : POINTS) {
      Map<String, Integer> before = numbers();
      number += 1 + random.nextInt(DAYS);
      build(number);
      assertThat(export(point)).as(point).isEqualTo(FaultPoint.EXIT_CODE);
      Map<String, Integer> after = numbers();
      for (Map.Entry<String, Integer> partition : after.entrySet()) {
        assertThat(partition.getValue())
            .as("%s of %s", partition.getKey(), point)
            .isIn(before.get(partition.getKey()), number);
      }
      for (int day = number; day < number + DAYS; day++) {
        // What is there before and after is there in between.
        if (before.containsKey(name(day))) {
          assertThat(after).as(point).containsKey(name(day));
        }
      }
      if (random.nextBoolean()) {
        assertThat(export("")).isZero();
        assertComplete(number);
      }
    }
    assertThat(export("")).isZero();
    assertComplete(number);
  }

  private void assertComplete(int number) throws Exception {
    Map<String, Integer> expected = new TreeMap<>();
    for (int day = number; day < number + DAYS; day++) {
      expected.put(name(day), number);
    }
    assertThat(numbers()).isEqualTo(expected);
    assertThat(names(folder.resolve(".exported.export"))).containsExactly("lock");
  }

  private static String name(int day) {
    return "day=" + java.time.LocalDate.of(2026, 11, 1).plusDays(day);
  }

  /** By partition the number that all of its rows have; each row is there once. */
  private Map<String, Integer> numbers() throws SQLException, IOException {
    Map<String, Integer> numbers = new TreeMap<>();
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      for (String partition : names(folder.resolve("exported"))) {
        try (ResultSet row =
            statement.executeQuery(
                "SELECT count(*), count(DISTINCT id), min(number), max(number) FROM read_parquet('"
                    + folder.resolve("exported").resolve(partition).resolve("part-*.parquet")
                    + "')")) {
          row.next();
          assertThat(row.getInt(1)).as(partition).isEqualTo(ROWS_A_DAY);
          assertThat(row.getInt(2)).as(partition).isEqualTo(ROWS_A_DAY);
          assertThat(row.getInt(3)).as(partition).isEqualTo(row.getInt(4));
          numbers.put(partition, row.getInt(3));
        }
      }
    }
    return numbers;
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(e -> String.valueOf(e.getFileName())).sorted().toList();
    }
  }

  private void build(int number) {
    assertThat(run("", "build", folder.toString(), "--vars", "number=" + number)).isZero();
  }

  private int export(String fault) {
    return run(
        fault,
        "export",
        folder.toString(),
        "rows",
        "--to",
        folder.resolve("exported").toString(),
        "--partition-by",
        "day");
  }

  private static int run(String fault, String... arguments) {
    Map<String, String> properties = fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault);
    try (ChildJvm jvm = ChildJvm.start(Millrace.class, properties, arguments)) {
      int code = jvm.awaitExit(Duration.ofMinutes(2));
      assertThat(code).as(jvm.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
