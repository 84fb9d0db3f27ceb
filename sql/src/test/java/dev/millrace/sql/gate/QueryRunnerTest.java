package dev.millrace.sql.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.sql.Windows;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryRunnerTest {
  @TempDir Path folder;
  Store store;
  QueryRunner runner;

  @BeforeEach
  void open() throws Exception {
    store = new Store(folder);
    runner = new QueryRunner();
  }

  @AfterEach
  void close() throws Exception {
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

  private Problem refusal(String sql, QueryParameter... parameters) {
    return catchThrowableOfType(StopException.class, () -> run(sql, parameters)).problem();
  }

  private static QueryParameter parameter(String name, String type, @Nullable String value) {
    return new QueryParameter(
        name, DataTypeParser.parse(type).orElseThrow(), Optional.ofNullable(value));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1",
        "select 1;",
        "/* ; DROP TABLE x */ SELECT ';' -- ;",
        "FROM campaigns",
        "TABLE campaigns",
        "VALUES (1, 'a'), (2, NULL)",
        "SELECT * FROM cheap",
        "SELECT * FROM system.late",
        "SELECT x FROM \"system\".\"late\" AS l, ads.impressions i WHERE l.x < i.n",
        "SELECT * FROM store.system.late",
        "SELECT * FROM MAIN.Campaigns",
        "SELECT late.x FROM system.late",
        "SELECT * FROM information_schema.columns",
        "WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS y FROM a) SELECT * FROM b, a",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 5) FROM r",
        "SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a)",
        "SELECT (SELECT max(id) FROM campaigns), EXISTS (SELECT 1 FROM cheap), 3 IN (SELECT id FROM"
            + " cheap)",
        "SELECT * FROM campaigns c, LATERAL (SELECT c.id + 1 AS next) l",
        "SELECT id, row_number() OVER w, lag(id, 1, 0) OVER (ORDER BY id), sum(cost) OVER (ORDER BY"
            + " seen RANGE BETWEEN INTERVAL 5 MINUTE PRECEDING AND CURRENT ROW) FROM campaigns"
            + " WINDOW w AS (ORDER BY id) QUALIFY row_number() OVER w < 3",
        "SELECT id % 2 AS odd, count(*), count(DISTINCT name) FILTER (WHERE id > 3), avg(cost),"
            + " string_agg(name, ',' ORDER BY id) FROM campaigns GROUP BY ALL HAVING count(*) > 1"
            + " ORDER BY ALL",
        "SELECT id, sum(cost) FROM campaigns GROUP BY ROLLUP (id) ORDER BY 1 NULLS LAST LIMIT 5"
            + " OFFSET 1",
        "SELECT id % 3 AS a, grouping(id % 3) FROM campaigns GROUP BY GROUPING SETS ((a), ())",
        "SELECT * EXCLUDE (name) REPLACE (cost * 2 AS cost) RENAME (id AS key) FROM campaigns",
        "SELECT COLUMNS('c.*'), c.* FROM campaigns c USING SAMPLE 10 ROWS",
        "SELECT DISTINCT ON (id % 50) id FROM campaigns ORDER BY id DESC LIMIT 10%",
        "SELECT * FROM campaigns UNION ALL BY NAME SELECT * FROM cheap",
        "(SELECT 1 UNION SELECT 2) EXCEPT SELECT 3 INTERSECT SELECT 4 ORDER BY 1",
        "SELECT * FROM campaigns a JOIN campaigns b USING (id) LEFT JOIN cheap c ON a.id = c.id",
        "SELECT * FROM campaigns a ASOF JOIN cheap b ON a.id = b.id AND a.seen >= b.seen",
        "SELECT * FROM campaigns a SEMI JOIN cheap b USING (id)",
        "SELECT * FROM campaigns POSITIONAL JOIN cheap",
        "SELECT * FROM range(1000000) t(i) WHERE i < 3",
        "SELECT * FROM generate_series(1, 3) WITH ORDINALITY",
        "SELECT unnest([1, 2]), u FROM unnest([3, 4]) AS t(u)",
        "SELECT c.id, u.x FROM campaigns c, unnest([c.id, c.id + 1]) AS u(x) LIMIT 3",
        "SELECT key, value FROM json_each('{\"a\": 1}')",
        "SELECT list_transform([1, 2], lambda x: x + 1), [x * 2 FOR x IN [1, 2] IF x > 1]",
        "SELECT {'a': 1}.a, MAP {'k': 2}['k'], [1, 2, 3][1:2], ROW(1, 2), ARRAY(SELECT id FROM"
            + " cheap)",
        "SELECT '{\"a\": {\"b\": 2}}'::JSON -> 'a' ->> 'b'",
        "SELECT CASE id WHEN 1 THEN 'one' ELSE 'more' END, coalesce(name, '-'), nullif(id, 2),"
            + " try(1 / 0), id::VARCHAR, TRY_CAST(name AS DECIMAL(10, 2)), id BETWEEN 1 AND 2, name"
            + " LIKE 'c%' ESCAPE '!', name SIMILAR TO 'c.', name ~ 'c', NOT id > 2, name IS NULL,"
            + " name COLLATE NOCASE = 'C1' FROM campaigns",
        "SELECT seen AT TIME ZONE 'Europe/Berlin', extract(hour FROM seen), date_trunc('day',"
            + " seen), time_bucket(INTERVAL 5 MINUTE, seen), seen - INTERVAL '1' DAY,"
            + " current_timestamp, now(), DATE '2026-01-01' FROM campaigns",
        "SELECT * FROM session(campaigns, seen, INTERVAL 1 HOUR, id) s JOIN tumble(cheap, seen,"
            + " INTERVAL 1 DAY) t USING (id)",
        "SELECT window_start, count(*) FROM hop(campaigns, seen, INTERVAL 1 HOUR, INTERVAL 1 DAY)"
            + " GROUP BY 1",
        "SELECT c.window_end, c.id FROM cumulate(campaigns, campaigns.seen, INTERVAL 1 HOUR,"
            + " INTERVAL 1 DAY) AS c",
        "SELECT * FROM campaigns PIVOT (sum(cost) FOR id IN (1, 2))",
        "SELECT * FROM (SELECT 1 AS a, 2 AS b) UNPIVOT (v FOR n IN (a, b))",
        "SELECT name.upper(), 'x'.repeat(3) FROM campaigns",
        "SELECT repeat('-', 20), lpad('1', 3, '0'), range(5), generate_series(1, 3), printf('%05d',"
            + " 3)",
        "SELECT 'äöü 𝄞' AS ü, x FROM system.late",
        "SELECT E'a\\'b', $$it's$$, $tag$;$tag$"
      })
  void allows(String sql) {
    assertThat(run(sql).rows()).isNotEmpty();
  }

  /** Lists of windows would be refused, as of any size; in FROM they come one by one. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "FROM hop(t, seen, INTERVAL 1 HOUR, INTERVAL 3 HOUR)",
        "FROM cumulate(t, seen, INTERVAL 1 HOUR, INTERVAL 4 HOUR)"
      })
  void makesWindowsAsModelsDo(String from) throws SQLException {
    String times =
        "WITH t AS (SELECT id, CASE id % 5 WHEN 1 THEN NULL WHEN 2 THEN CAST('infinity' AS"
            + " TIMESTAMPTZ) ELSE seen + to_minutes(id * 17) END AS seen FROM campaigns) SELECT * ";
    List<List<Object>> rows = run(times + from + " ORDER BY ALL").rows();
    assertThat(rows).isNotEmpty();
    List<Object> sums =
        run("SELECT count(*), sum(hash(q)::HUGEINT) FROM (" + times + from + ") q").rows().get(0);
    String model = Windows.expand(times + from);
    try (Statement statement = store.connection.createStatement();
        ResultSet expected =
            statement.executeQuery(
                "SELECT count(*), sum(hash(q)::HUGEINT) FROM (" + model + ") q")) {
      assertThat(expected.next()).isTrue();
      assertThat(sums.get(0)).isEqualTo(expected.getLong(1));
      assertThat(sums.get(1).toString()).isEqualTo(expected.getString(2));
    }
  }

  @Test
  void readsEveryKindOfValue() {
    QueryResult result =
        run(
            "SELECT 1::INTEGER, 2::HUGEINT, 1.50::DECIMAL(10,2), 'ä', 'ab'::BLOB, DATE"
                + " '2026-01-02', TIMESTAMPTZ '2026-01-02 03:04:05.123456+00', [1, NULL], {'a': 1,"
                + " 'b': [DATE '2026-01-03']}, MAP {'k': 1}, INTERVAL 26 HOUR, '{}'::JSON, NULL,"
                + " true, 1.5::DOUBLE");
    List<Object> row = result.rows().get(0);
    assertThat(row.get(0)).isEqualTo(1);
    assertThat(row.get(1)).isEqualTo(BigInteger.TWO);
    assertThat(row.get(2)).hasToString("1.50");
    assertThat(row.get(3)).isEqualTo("ä");
    assertThat(row.get(4)).isEqualTo(new byte[] {'a', 'b'});
    assertThat(row.get(5)).isEqualTo(LocalDate.of(2026, 1, 2));
    assertThat(row.get(6)).isEqualTo(Instant.parse("2026-01-02T03:04:05.123456Z"));
    assertThat(row.get(7)).isEqualTo(java.util.Arrays.asList(1, null));
    assertThat(row.get(8)).isEqualTo(Map.of("a", 1, "b", List.of(LocalDate.of(2026, 1, 3))));
    assertThat(row.get(9)).isEqualTo(Map.of("k", 1));
    assertThat(row.get(10)).isEqualTo("26:00:00");
    assertThat(row.get(11)).isEqualTo("{}");
    assertThat(row.get(12)).isNull();
    assertThat(row.get(13)).isEqualTo(true);
    assertThat(result.schema().columns().get(6).type()).hasToString("TIMESTAMP WITH TIME ZONE");
  }

  @Test
  void bindsParametersByName() {
    String sql =
        "SELECT count(*) FROM campaigns WHERE seen >= $from AND ($id IS NULL OR id = $id) --"
            + " $nothing";
    QueryParameter from = parameter("from", "TIMESTAMPTZ", "2026-01-01T00:10:00Z");
    assertThat(run(sql, from, parameter("id", "INTEGER", null)).rows())
        .containsExactly(List.of(90L));
    assertThat(run(sql, from, parameter("id", "INTEGER", "5")).rows()).containsExactly(List.of(0L));
    assertThat(run(sql, from, parameter("id", "INTEGER", "50")).rows())
        .containsExactly(List.of(1L));
  }

  @Test
  void aParameterIsAValueAndNeverText() {
    QueryParameter evil = parameter("x", "VARCHAR", "1'); DROP TABLE campaigns; --");
    assertThat(run("SELECT $x", evil).rows())
        .containsExactly(List.of("1'); DROP TABLE campaigns; --"));
    assertThat(run("SELECT count(*) FROM campaigns").rows()).containsExactly(List.of(100L));
  }

  @Test
  void truncatesAtTheRowLimit() {
    QueryResult result =
        runner.run(
            store.connection,
            "SELECT * FROM range(10000000000)",
            List.of(),
            QueryPlace.inText("query", ""),
            new QueryLimits(10, 1 << 20, Duration.ofSeconds(10)));
    assertThat(result.rows()).hasSize(10);
    assertThat(result.truncated()).isTrue();
    assertThat(run("SELECT 1").truncated()).isFalse();
  }

  @Test
  void truncatesAtTheByteLimit() {
    QueryResult result =
        runner.run(
            store.connection,
            "SELECT repeat('x', 1000) FROM range(1000000)",
            List.of(),
            QueryPlace.inText("query", ""),
            new QueryLimits(100_000, 10_000, Duration.ofSeconds(10)));
    assertThat(result.rows()).hasSizeBetween(5, 20);
    assertThat(result.truncated()).isTrue();
  }

  @Test
  void stopsAtTheTimeLimitAndTheConnectionWorksOn() {
    String endless =
        "SELECT count(*) FROM range(10000000) a, range(10000000) b, range(10000) c WHERE"
            + " a.range + b.range + c.range = -1";
    assertThatThrownBy(
            () ->
                runner.run(
                    store.connection,
                    endless,
                    List.of(),
                    QueryPlace.inText("query", endless),
                    new QueryLimits(10, 1000, Duration.ofMillis(200))))
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problem().code()).isEqualTo(GateError.QUERY_TIMEOUT));
    assertThat(run("SELECT 1").rows()).hasSize(1);
  }

  @Test
  void saysWhere() {
    assertThat(refusal("SELECT 'ä',\n  getvariable('x')").where())
        .isEqualTo(new SourceLocation("query", 2, 3, 16));
    assertThat(refusal("SELECT *\nFORM campaigns").where()).hasToString("query:2:6");
    assertThat(refusal("SELECT 'ä'\nFROM campains"))
        .satisfies(p -> assertThat(p.where()).hasToString("query:2:6"))
        .satisfies(p -> assertThat(p.hint()).isEqualTo("did you mean `campaigns`?"));
    assertThat(refusal("SELECT * FROM tumble(cheap, seen, INTERVAL 1 HOUR) h, campains"))
        .satisfies(p -> assertThat(p.where()).hasToString("query:1:55"));
    assertThat(refusal("SELECT * FROM hop(cheap, seen, INTERVAL 1 HOUR)"))
        .satisfies(p -> assertThat(p.code()).isEqualTo(GateError.QUERY_SYNTAX))
        .satisfies(p -> assertThat(p.hint()).contains("write hop("))
        .satisfies(p -> assertThat(p.where()).hasToString("query:1:15"));
    assertThat(refusal("SELECT $form", parameter("from", "VARCHAR", null)))
        .satisfies(p -> assertThat(p.code()).isEqualTo(GateError.QUERY_PARAMETER))
        .satisfies(p -> assertThat(p.hint()).isEqualTo("did you mean `from`?"));
  }

  @Test
  void databaseErrorsPointIntoTheOriginalText() {
    // The gate has put the catalog's name and a cast before the wrong column.
    Problem problem =
        refusal(
            "SELECT *\nFROM system.late\nWHERE x = $p AND xx = 2", parameter("p", "INTEGER", "1"));
    assertThat(problem.code()).isEqualTo(GateError.QUERY_FAILED);
    assertThat(problem.where()).isEqualTo(new SourceLocation("query", 3, 18, 2));
    assertThat(problem.message()).contains("xx").doesNotContain("LINE");
  }

  @Test
  void checksWithoutRunning() {
    runner.check(
        store.connection,
        "SELECT error('ran') FROM campaigns WHERE seen > $from",
        Map.of("from", DataTypeParser.parse("TIMESTAMPTZ").orElseThrow()),
        QueryPlace.inText("query", ""));
    assertThatThrownBy(
            () ->
                runner.check(
                    store.connection,
                    "SELECT nme FROM campaigns",
                    Map.of(),
                    QueryPlace.inText("query", "SELECT nme FROM campaigns")))
        .hasMessageContaining("query:1:8");
  }
}
