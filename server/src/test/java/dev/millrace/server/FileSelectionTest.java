package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns mean what those of sources do, in DuckDB too. */
class FileSelectionTest {
  @ParameterizedTest
  @CsvSource({
    "*.csv, a.csv, true",
    "*.csv, sub/a.csv, false",
    "**/*.csv, x/y/a.csv, true",
    "**, x/y/a.csv, true",
    "x/**/a.csv, x/a.csv, true",
    "x/**/a.csv, xa.csv, false",
    "a?.csv, ab.csv, true",
    "[!a-c].csv, b.csv, false",
    "[!a-c].csv, d.csv, true",
    "[[&&]a, &a, true",
    "'{a,b*}.csv', bx.csv, true",
    "a+(b).csv*, a+(b).csv.gz, true",
    "ä*.csv, äö.csv, true",
    "a[b, a[b, true",
    "a{b, a{b, true",
    "a[b, ab, false"
  })
  void selects(String pattern, String path, boolean expected) throws Exception {
    FileSelection selection = new FileSelection(Optional.empty(), List.of(pattern), List.of());
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT " + selection.condition() + " FROM (SELECT '" + path + "' AS path)")) {
      row.next();
      assertThat(row.getBoolean(1)).isEqualTo(expected);
    }
  }

  @Test
  void literalsAreQuoted() {
    assertThat(new FileSelection(Optional.of("o'k"), List.of("a'b"), List.of("done")).condition())
        .isEqualTo("source = 'o''k' AND state IN ('done') AND (path IN ('a''b'))");
    assertThat(new FileSelection(Optional.empty(), List.of(), List.of()).condition())
        .isEqualTo("true");
  }
}
