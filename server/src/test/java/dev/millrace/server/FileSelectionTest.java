package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Patterns mean what those of sources do. */
class FileSelectionTest {
  @ParameterizedTest
  @CsvSource({
    "*.csv, a.csv, true",
    "*.csv, sub/a.csv, false",
    "**/*.csv, a.csv, true",
    "**/*.csv, x/y/a.csv, true",
    "**, x/y/a.csv, true",
    "x/**, x/y/a.csv, true",
    "x/**, y/a.csv, false",
    "x/**/a.csv, x/a.csv, true",
    "x/**/a.csv, xa.csv, false",
    "a?.csv, ab.csv, true",
    "a?.csv, a/.csv, false",
    "[a-c].csv, b.csv, true",
    "[!a-c].csv, b.csv, false",
    "[!a-c].csv, d.csv, true",
    "'{a,b*}.csv', bx.csv, true",
    "'{a,b*}.csv', c.csv, false",
    "a+(b).csv*, a+(b).csv.gz, true",
    "a.csv*, abcsv, false",
    "ä*.csv, äö.csv, true",
    "a[b, a[b, true",
    "a{b, a{b, true"
  })
  void matches(String pattern, String path, boolean expected) {
    assertThat(path.matches(FileSelection.regex(pattern))).isEqualTo(expected);
  }

  @Test
  void literalsAreQuoted() {
    assertThat(new FileSelection(Optional.of("o'k"), List.of("a'b"), List.of("done")).condition())
        .isEqualTo("source = 'o''k' AND state IN ('done') AND (path IN ('a''b'))");
    assertThat(new FileSelection(Optional.empty(), List.of(), List.of()).condition())
        .isEqualTo("true");
  }
}
