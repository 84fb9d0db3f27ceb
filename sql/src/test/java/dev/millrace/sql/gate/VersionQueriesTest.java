package dev.millrace.sql.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.DataTypeParser;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries over earlier versions: {@code AT (VERSION => ...)} in the gate. */
class VersionQueriesTest {
  private static final Instant NOON = Instant.parse("2026-11-27T12:00:00Z");

  @TempDir Path folder;
  Store store;
  QueryRunner runner;
  final List<String> asked = new ArrayList<>();
  int open;

  /** Versions of any table: one row that says which. */
  private final class Told implements TableVersions.Reading {
    @Override
    public String relation(List<String> table, long version) {
      if (version > 1000) {
        throw new StopException(
            Problem.error(GateError.QUERY_UNKNOWN_TABLE, null, "no version " + version, null),
            null);
      }
      asked.add(String.join("/", table) + " " + version);
      return "(SELECT 'v" + version + "' AS v, " + version + " AS n)";
    }

    @Override
    public String relation(List<String> table, Instant at) {
      asked.add(String.join("/", table) + " " + at);
      return "read_csv('" + store.secret + "')";
    }

    @Override
    public void close() {
      open--;
    }
  }

  @BeforeEach
  void open() throws Exception {
    store = new Store(folder);
    runner =
        new QueryRunner(
            () -> {
              open++;
              return new Told();
            });
  }

  @AfterEach
  void close() throws SQLException {
    assertThat(open).as("readings that were not closed").isZero();
    runner.close();
    store.close();
  }

  private QueryResult run(String sql, QueryParameter... parameters) {
    return runner.run(
        store.connection,
        sql,
        List.of(parameters),
        QueryPlace.inText("query", sql),
        QueryLimits.CONSOLE);
  }

  private Problem refusal(String sql) {
    return catchThrowableOfType(StopException.class, () -> run(sql)).problem();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SELECT v FROM t AT (VERSION => 3) | [[v3]] | t 3",
        "select t.v from t at(version=>3) | [[v3]] | t 3",
        "FROM raw.t AS x AT (VERSION => 2 + 2) SELECT x.v | [[v4]] | raw/t 4",
        "FROM t x(a, b) AT (VERSION => 5) SELECT a | [[v5]] | t 5",
        "SELECT \"T \"\"q\".n FROM main.\"T \"\"q\" AT (VERSION => (6)) | [[6]] | main/T \"q 6",
        "SELECT a.v, b.v FROM t a AT (VERSION => 1) JOIN t b AT (VERSION => 2) ON a.n + 1 = b.n"
            + " | [[v1, v2]] | t 1,t 2",
        "SELECT a.v, b.v FROM t a AT (VERSION => 1), t AS b AT (/* ) */ VERSION => 2) | [[v1, v2]]"
            + " | t 1,t 2",
        "SELECT (SELECT v FROM t AT (VERSION => 7)) AS s FROM campaigns LIMIT 1 | [[v7]] | t 7",
        "WITH c AS (FROM t AT (VERSION => 8)) SELECT v FROM c | [[v8]] | t 8",
        "SELECT id FROM campaigns WHERE 'FROM t AT (VERSION => 8)' = '' | [] | ''",
        "SELECT v FROM t AT (VERSION => (SELECT min(id) FROM campaigns)) | [[v0]] | t 0",
        "SELECT * FROM t AT (TIMESTAMP => TIMESTAMPTZ '2026-11-27 12:00:00Z') | [[xyzzy]] |"
            + " t 2026-11-27T12:00:00Z",
        "SELECT * FROM t AT (TIMESTAMP => TIMESTAMP '2026-11-27 12:00:00') | [[xyzzy]] |"
            + " t 2026-11-27T12:00:00Z",
        "SELECT * FROM t AT (TIMESTAMP => '2026-11-27') | [[xyzzy]] | t 2026-11-27T00:00:00Z",
      })
  void aVersionIsReadInThePlaceOfTheTable(String sql, String rows, String versions) {
    assertThat(run(sql).rows()).as(sql).hasToString(rows);
    assertThat(String.join(",", asked)).isEqualTo(versions);
  }

  @Test
  void theTimeMayBeComputedOrGiven() {
    run("SELECT * FROM t AT (TIMESTAMP => now() - INTERVAL 1 DAY)");
    Instant yesterday = Instant.now().minusSeconds(86_400);
    assertThat(Instant.parse(asked.get(0).substring(2)))
        .isBetween(yesterday.minusSeconds(60), yesterday);
    run(
        "SELECT * FROM t AT (TIMESTAMP => $at), campaigns WHERE id > $least LIMIT 1",
        new QueryParameter(
            "least", DataTypeParser.parse("INTEGER").orElseThrow(), Optional.of("5")),
        new QueryParameter(
            "at",
            DataTypeParser.parse("TIMESTAMP WITH TIME ZONE").orElseThrow(),
            Optional.of(NOON.toString())));
    assertThat(asked.get(1)).isEqualTo("t " + NOON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "WITH c AS (SELECT 1) SELECT * FROM c AT (VERSION => 1) | QUERY_SYNTAX_REFUSED | 36 | c",
        "SELECT * FROM t AT (VERSION => getenv('HOME')) | QUERY_FUNCTION_REFUSED | 32 | getenv",
        "SELECT * FROM t AT (VERSION => (SELECT n FROM 'secret.csv')) | QUERY_UNKNOWN_TABLE | 47 |"
            + " secret",
        "SELECT * FROM t AT (VERSION => 1); SELECT 2 | QUERY_SEVERAL_STATEMENTS | 1 |"
            + " 2 statements",
        "SELECT * FROM t AT (VERSION => NULL) | QUERY_SYNTAX | 15 | `t` is null",
        "SELECT * FROM t AT (VERSION => 'x') | QUERY_FAILED | 31 | *",
        "SELECT * FROM t AT (VERSION => idd) | QUERY_FAILED | 32 | idd",
        "SELECT * FROM t AT (VERSION => 4711) | QUERY_UNKNOWN_TABLE | 15 | no version 4711",
        "SELECT * FROM t AT (VERSION => 1) WHERE nothing = 1 | QUERY_FAILED | 41 | nothing",
        "SELECT * FROM tumble(t AT (VERSION => 1), ts, INTERVAL 1 DAY) | QUERY_SYNTAX | * | WITH",
        "SELECT * FROM read_csv('secret.csv') AT (VERSION => 1) | * | * | *",
        "SELECT * FROM t AT (VERSION => 1)) | QUERY_SYNTAX | 34 | syntax",
        "SELECT * FROM t AT (SNAPSHOT => 1) | QUERY_SYNTAX | 21 | syntax",
      })
  void whatIsWrongIsSaidAtItsPlace(String sql, String code, String column, String message) {
    Problem problem = refusal(sql);
    if (!code.equals("*")) {
      assertThat(problem.code().name()).as(problem.toString()).isEqualTo(code);
    }
    if (!column.equals("*")) {
      assertThat(problem.toString()).startsWith("query:1:" + column + ":");
    }
    if (!message.equals("*")) {
      assertThat(problem.toString()).contains(message);
    }
  }

  @Test
  void withoutVersionsTheWayOutIsSaid() {
    try (QueryRunner none = new QueryRunner()) {
      String sql = "SELECT * FROM campaigns AT (VERSION => 1)";
      Problem problem =
          catchThrowableOfType(
                  StopException.class,
                  () ->
                      none.run(
                          store.connection,
                          sql,
                          List.of(),
                          QueryPlace.inText("query", sql),
                          QueryLimits.CONSOLE))
              .problem();
      assertThat(problem)
          .hasToString(
              "query:1:15: only tables of a lake have versions, and the target has no lake - add"
                  + " `lake: embedded` to the target, and keep the table there"
                  + " [QUERY_NO_VERSIONS]");
    }
  }
}
