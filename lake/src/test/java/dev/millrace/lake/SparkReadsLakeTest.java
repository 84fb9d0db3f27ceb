package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.testing.SparkProcess;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Spark finds in a lake what Millrace finds, whatever has become of its tables. */
@Tag("long")
class SparkReadsLakeTest {
  @TempDir Path folder;

  @Test
  void sparkFindsTheSameRows() throws Exception {
    assumeTrue(SparkProcess.isAvailable(), "Spark is not built: mvn -Preaders -pl readers/spark");
    LakeFolder lake = new LakeFolder(folder.resolve("lake"));
    java.nio.file.Files.createDirectories(lake.folder());
    List<String> tables = TablesForReaders.NAMES;
    long earlier;
    try (IcebergStore store = lake.open()) {
      earlier = TablesForReaders.make(store);
    }
    Map<String, String> queries = new LinkedHashMap<>();
    tables.forEach(t -> queries.put(t, "SELECT * FROM millrace." + t));
    queries.put("earlier", "SELECT * FROM millrace.main.merged VERSION AS OF " + earlier);
    Path found = folder.resolve("found");
    Map<String, String> options = lake.options();
    SparkProcess.query(
        Objects.requireNonNull(options.get("catalog")),
        Path.of(Objects.requireNonNull(options.get("warehouse"))).toUri().toString(),
        found,
        queries);

    try (IcebergStore store = lake.open()) {
      for (String table : tables) {
        assertSame(table, store.find(table).orElseThrow().files().relation(), found.resolve(table));
      }
      String before = store.find("main.merged").orElseThrow().files(earlier).relation();
      assertSame("earlier", before, found.resolve("earlier"));
    }
  }

  private static void assertSame(String name, String relation, Path spark) {
    String there = "read_parquet('" + spark + "/*.parquet')";
    assertThat(LakeFolder.query("SELECT count(*) > 0 FROM " + relation).get(0))
        .as(name)
        .isEqualTo(List.of(true));
    // Spark has no type for UUIDs: they are texts.
    String ours = "SELECT *" + (name.equals("main.kinds") ? " REPLACE (u::VARCHAR AS u)" : "");
    for (String difference :
        List.of(
            ours + " FROM " + relation + " EXCEPT ALL SELECT * FROM " + there,
            "SELECT * FROM " + there + " EXCEPT ALL " + ours + " FROM " + relation)) {
      assertThat(LakeFolder.query("SELECT * FROM (" + difference + ") LIMIT 3"))
          .as("%s: %s", name, difference)
          .isEmpty();
    }
  }
}
