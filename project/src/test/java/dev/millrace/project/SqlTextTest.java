package dev.millrace.project;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqlTextTest {
  @ParameterizedTest
  @ValueSource(strings = {"", " \n", "-- x", "/* SELECT 1 */ ;", ";;\n-- b"})
  void knowsAnEmptyText(String sql) {
    assertThat(SqlText.isEmpty(sql)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '`',
      value = {
        "SELECT 1 ~ ``",
        "SELECT a FROM t ~ t",
        "SELECT a, b FROM t WHERE c IN (SELECT d FROM u) ~ t,u",
        "SELECT a FROM s.t AS x JOIN \"S\".\"T\" ON true ~ s.t,S.T",
        "SELECT a FROM t x, u y, (SELECT 1), v WHERE b, c ~ t,u",
        "SELECT ' FROM t ' -- FROM u\\n /* FROM v */ FROM w ~ w",
        "FROM t SELECT a, b ~ t",
        "SELECT $$ FROM t $$ FROM \"a b\" ~ a b",
      })
  void findsTables(String sql, String tables) {
    assertThat(SqlText.tables(sql.replace("\\n", "\n")))
        .isEqualTo(tables.isEmpty() ? Set.of() : Set.of(tables.split(",")));
  }

  @Test
  void findsParameters() {
    assertThat(SqlText.parameters("SELECT '$a', $b, \"$c\", $$ $d $$, $e_1 -- $f"))
        .extracting(SqlText.Word::text)
        .containsExactly("b", "e_1");
  }
}
