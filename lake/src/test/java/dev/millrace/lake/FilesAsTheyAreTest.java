package dev.millrace.lake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.table.TableFiles;
import dev.millrace.api.type.Identifier;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a version, read as plain Parquet by whoever has the list of them. */
class FilesAsTheyAreTest {
  @TempDir Path folder;

  @Test
  void filesHaveTheRowsWithoutAnyHelp() throws Exception {
    try (IcebergStore store = new LakeFolder(folder).open()) {
      TablesForReaders.make(store);
      // Files from before columns were renamed have the old names: those need Iceberg's ids.
      for (String table : List.of("main.kinds", "raw.events", "main.merged")) {
        TableFiles files = store.find(table).orElseThrow().files();
        String plain =
            files.files().stream()
                .map(f -> Identifier.literal(f.path()))
                .collect(
                    Collectors.joining(", ", "read_parquet([", "], hive_partitioning = false)"));
        for (String difference :
            List.of(
                "FROM " + files.relation() + " EXCEPT ALL FROM " + plain,
                "FROM " + plain + " EXCEPT ALL FROM " + files.relation())) {
          assertThat(LakeFolder.query("FROM (" + difference + ") LIMIT 3")).as(table).isEmpty();
        }
        assertThat(LakeFolder.query("SELECT count(*) FROM " + plain))
            .isEqualTo(List.of(List.of(files.rows())));
      }
    }
  }
}
