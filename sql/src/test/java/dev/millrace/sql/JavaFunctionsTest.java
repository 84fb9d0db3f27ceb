package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.api.function.ScalarFunction;
import dev.millrace.sql.gate.QueryLimits;
import dev.millrace.sql.gate.QueryPlace;
import dev.millrace.sql.gate.QueryRunner;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JavaFunctionsTest {
  private static final ScalarFunction PARSED =
      ScalarFunction.of(
          "parsed_decimal",
          "DECIMAL(6,2)",
          List.of("VARCHAR"),
          arguments -> new BigDecimal((String) arguments[0]));

  private static String value(String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        Statement statement = connection.createStatement()) {
      JavaFunctions.register(connection, List.of(PARSED));
      try (ResultSet rows = statement.executeQuery("SELECT CAST(" + sql + " AS VARCHAR)")) {
        rows.next();
        return rows.getString(1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.005", "-1.005", "1.004", "2.675", "9999.994", "7", "1E+3", "0.00001"})
  void roundsAsCastsDo(String number) throws SQLException {
    assertThat(value("parsed_decimal('" + number + "')"))
        .isEqualTo(value("CAST('" + number + "' AS DECIMAL(6,2))"));
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatThrownBy(() -> value("parsed_decimal('9999.995')"))
        .hasMessageContaining("`parsed_decimal` returned 9999.995")
        .hasMessageContaining("DECIMAL(6,2)");
  }

  @Test
  void aQueryFailsWithWhatTheFunctionHasThrown() throws Exception {
    List<ScalarFunction> functions =
        List.of(
            PARSED,
            ScalarFunction.of("wrong_type", "INTEGER", List.of("VARCHAR"), arguments -> "one"));
    try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
        QueryRunner runner = new QueryRunner()) {
      JavaFunctions.register(connection, functions);
      for (String sql : List.of("SELECT parsed_decimal('99999')", "SELECT wrong_type('x')")) {
        assertThatThrownBy(
                () ->
                    runner.run(
                        connection,
                        sql,
                        List.of(),
                        QueryPlace.inText("query", sql),
                        QueryLimits.CONSOLE))
            .isInstanceOfSatisfying(
                StopException.class,
                e ->
                    assertThat(e.problem().message())
                        .startsWith("function `")
                        .contains(" returned ")
                        .doesNotContain("\n"));
      }
    }
  }
}
