package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.testing.SparkProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example {@code music} as it is, run until all of its history is there and its job has built:
 * Spark, which knows nothing but the lake's catalog, finds bronze, silver and gold there, and no
 * other tables, and in each of them every row that Millrace has.
 */
@Tag("long")
class MusicSparkTest {
  @TempDir Path folder;

  @Test
  void sparkFindsTheSameRowsInBronzeSilverAndGold() throws Exception {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    assumeTrue(SparkProcess.isAvailable(), "Spark is not built: mvn -Preaders -pl readers/spark");
    MusicProject music = MusicProject.example(folder.resolve("music"));
    assertThat(music.run("", "run", "--until-idle")).isZero();

    Map<String, String> tables = new LinkedHashMap<>();
    models(music, "bronze")
        .forEach(name -> tables.put(name, name.replaceFirst("bronze_", "bronze.")));
    for (String layer : List.of("silver", "gold")) {
      models(music, layer).forEach(name -> tables.put(name, "main." + name));
    }
    Map<String, String> queries = new LinkedHashMap<>();
    tables.forEach((name, table) -> queries.put(name, "SELECT * FROM millrace." + table));
    for (String schema : List.of("bronze", "main")) {
      queries.put("tables of " + schema, "SHOW TABLES IN millrace." + schema);
    }
    Path lake = music.folder().resolve(".millrace/lake");
    Path found = folder.resolve("found");
    SparkProcess.query(
        "jdbc:sqlite:" + lake.resolve("catalog.db"),
        lake.resolve("warehouse").toUri().toString(),
        found,
        queries);

    LakeTables here = new LakeTables(music.folder());
    for (String name : tables.keySet()) {
      here.assertRead(name, found.resolve(name));
    }
    String listed =
        "SELECT namespace || '.' || tableName FROM read_parquet('"
            + found
            + "/tables of */*.parquet')";
    assertThat(AdsRun.query(music.folder(), Map.of("listed", listed)).get("listed"))
        .containsExactlyInAnyOrderElementsOf(
            tables.values().stream().map(List::<Object>of).toList());
  }

  /** The names of the models in a folder of the project's. */
  private static List<String> models(MusicProject music, String layer) throws IOException {
    try (Stream<Path> files = Files.list(music.folder().resolve("models").resolve(layer))) {
      List<String> names =
          files
              .map(file -> String.valueOf(file.getFileName()))
              .filter(name -> name.endsWith(".sql"))
              .map(name -> name.substring(0, name.length() - 4))
              .sorted()
              .toList();
      assertThat(names).as(layer).isNotEmpty();
      return names;
    }
  }
}
