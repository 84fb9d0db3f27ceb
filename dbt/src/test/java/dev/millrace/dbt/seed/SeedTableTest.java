package dev.millrace.dbt.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The types expected are those that agate finds as dbt 1.10 configures it. */
class SeedTableTest {
  private static SeedTable read(String text) {
    return SeedTable.read(new TextFile("seeds/s.csv", text), ",", Map.of());
  }

  /** The type of a column of these values, and what is loaded. */
  private static String column(String... values) {
    StringBuilder text = new StringBuilder("c,k\n");
    for (String value : values) {
      text.append('"').append(value).append("\",1\n");
    }
    SeedTable table = read(text.toString());
    List<String> loaded = new ArrayList<>();
    table.rows().forEach(row -> loaded.add(row[0]));
    return table.columns().get(0).type() + " " + loaded;
  }

  @Test
  void numbersAreIntegersUnlessOneHasDecimalPlaces() {
    assertThat(column("1", "2", "", "-3")).isEqualTo("integer [1, 2, null, -3]");
    assertThat(column("1.5", "2", "")).isEqualTo("float8 [1.5, 2, null]");
    assertThat(column("1.0", "2.00")).isEqualTo("integer [1.0, 2.00]");
    assertThat(column("1e3", "2")).isEqualTo("integer [1e3, 2]");
    assertThat(column("01234", "00001")).isEqualTo("integer [01234, 00001]");
    assertThat(column(".5", "5.")).isEqualTo("float8 [.5, 5.]");
    assertThat(column(" 1 ", "2")).isEqualTo("integer [1, 2]");
    assertThat(column("+1", "1_000")).isEqualTo("integer [+1, 1000]");
  }

  @Test
  void signsAroundNumbersDoNotCount() {
    assertThat(column("$1,000", "€3", "50%")).isEqualTo("integer [1000, 3, 50]");
    assertThat(column("-$5", "-5%", "5")).isEqualTo("integer [-5, -5, 5]");
    assertThat(column("-$5", "$-5", "(5)")).startsWith("text ");
  }

  /** Where dbt says integer and the engine then refuses the file. */
  @Test
  void whatIsNoSmallIntegerHasATypeThatHoldsIt() {
    assertThat(column("3000000000", "1")).isEqualTo("bigint [3000000000, 1]");
    assertThat(column("NaN", "1")).isEqualTo("float8 [NaN, 1]");
    assertThat(column("Infinity", "-inf")).isEqualTo("float8 [Infinity, -inf]");
  }

  @Test
  void nullsHaveNoType() {
    assertThat(column("", "")).isEqualTo("integer [null, null]");
    assertThat(column("null", "NULL", "1")).isEqualTo("integer [null, null, 1]");
    assertThat(column("a", "null", "")).isEqualTo("text [a, null, null]");
    assertThat(read("c\na\nnull\n").rows().get(1)[0]).isEqualTo("null");
  }

  @Test
  void datesAndTimesAreInTheFormatsOfIso() {
    assertThat(column("2020-01-01", "2020-2-3", "")).startsWith("date ");
    assertThat(column("2020-02-30", "2020-01-01")).startsWith("text ");
    assertThat(column("2020-01-01 10:00:00", "2020-01-02 1:2:3", ""))
        .startsWith("timestamp without time zone ");
    assertThat(column("2020-01-01 10:00:61")).startsWith("text ");
    assertThat(column("2020-01-01 10:00:00.5")).startsWith("text ");
    assertThat(column("2020-01-01", "2020-01-01 10:00:00")).startsWith("text ");
    assertThat(
            column("2020-01-01T10:00:00", "2020-01-01T10:00:00Z", "2020-01-01T10:00:00.123+02:00"))
        .startsWith("timestamp without time zone ");
    assertThat(column("2020-01-01T10", "2020-01-01T10:30"))
        .startsWith("timestamp without time zone ");
    assertThat(column("10:00:00")).startsWith("text ");
  }

  @Test
  void onlyTrueAndFalseAreBooleans() {
    assertThat(column("true", "False", "", "TRUE")).isEqualTo("boolean [true, False, null, TRUE]");
    assertThat(column("t", "f")).startsWith("text ");
    assertThat(column("yes", "no")).startsWith("text ");
  }

  @Test
  void fieldsAreReadAsPythonsCsvDoes() {
    SeedTable table =
        SeedTable.read(
            new TextFile(
                "s.csv",
                "\uFEFFa;b;c\r\n\"x;\"\"y\"\"\";two\nlines;\r\n\"multi\nline\";z\n\n1;2;3"),
            ";",
            Map.of());
    assertThat(table.names()).containsExactly("a", "b", "c");
    assertThat(table.rows().stream().map(Arrays::asList))
        .containsExactly(
            Arrays.asList("x;\"y\"", "two", null),
            Arrays.asList("lines", null, null),
            Arrays.asList("multi\nline", "z", null),
            Arrays.asList("1", "2", "3"));
    assertThat(table.lines()).containsExactly(2, 3, 4, 7);
  }

  @Test
  void columnsThatHaveNoNameOrTheSameGetOne() {
    assertThat(read("id,id,,x\n").names()).containsExactly("id", "id_2", "c", "x");
    assertThat(read("").columns()).isEmpty();
    assertThat(read("a,b\n").columns().get(1).type()).isEqualTo("integer");
  }

  @Test
  void givenTypesAreTaken() {
    SeedTable table =
        SeedTable.read(new TextFile("s.csv", "zip,n\n01234,1\n"), ",", Map.of("zip", "varchar(5)"));
    assertThat(table.columns().get(0).type()).isEqualTo("varchar(5)");
    assertThat(table.rows().get(0)).containsExactly("01234", "1");
  }

  @Test
  void errorsSayWhere() {
    assertThatThrownBy(() -> read("a,b\n1,2\n1,2,3\n"))
        .isInstanceOfSatisfying(
            StopException.class,
            e ->
                assertThat(e.problem().toString())
                    .contains("seeds/s.csv:3", "2 names", "3 fields"));
    assertThatThrownBy(() -> read("a,b\n1,\"2\n"))
        .isInstanceOfSatisfying(
            StopException.class,
            e ->
                assertThat(e.problem().toString())
                    .contains("seeds/s.csv:2:3", "a quote is never closed"));
  }
}
