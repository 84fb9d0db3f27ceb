package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DuckDbLibraryTest {
  /** What a process that is killed would leave. */
  @Test
  void theFileOfALoadedLibraryIsGone() throws Exception {
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.isReadable(maps), "Linux");
    DuckDb.open();
    List<String> mapped =
        Files.readAllLines(maps).stream().filter(l -> l.contains("libduckdb_java")).toList();
    assertThat(mapped).isNotEmpty().allMatch(line -> line.endsWith("(deleted)"));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        var statement = connection.createStatement();
        var rows = statement.executeQuery("SELECT sum(range) FROM range(10)")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getInt(1)).isEqualTo(45);
    }
  }
}
