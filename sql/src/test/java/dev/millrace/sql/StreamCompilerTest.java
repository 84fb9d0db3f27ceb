package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Schema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamCompilerTest {
  private static StreamCompiler compiler = StreamCompiler.open();

  @BeforeAll
  static void open() {
    compiler.close();
    compiler = StreamCompiler.open();
  }

  @AfterAll
  static void close() {
    compiler.close();
  }

  private static Relation relation(String name, String... columns) {
    List<Column> list = new ArrayList<>();
    for (String column : columns) {
      int space = column.indexOf(' ');
      list.add(
          new Column(
              column.substring(0, space),
              DataTypeParser.parse(column.substring(space + 1)).orElseThrow()));
    }
    Schema id =
        new Schema(List.of(new Column("_id", DataTypeParser.parse("BIGINT").orElseThrow())));
    String mark = "getvariable('wm_" + name.replace('.', '_') + "')";
    return new Relation(name, new Schema(list), List.of("_id"), id, true, Map.of("ts", mark));
  }

  private static Map<String, Relation> inputs() {
    Map<String, Relation> inputs = new LinkedHashMap<>();
    for (Relation relation :
        List.of(
            relation(
                "ads.shown",
                "id VARCHAR",
                "cost DECIMAL(10,6)",
                "ts TIMESTAMPTZ",
                "at STRUCT(city VARCHAR, zip INTEGER)",
                "tags VARCHAR[]"),
            relation("ads.clicked", "id VARCHAR", "n INTEGER", "ts TIMESTAMPTZ"))) {
      inputs.put(relation.name(), relation);
    }
    return inputs;
  }

  private static StreamProgram compile(String sql) throws QueryException {
    return compiler.compile("s", sql, false, inputs());
  }

  private static List<SqlProblem> problems(String sql, boolean onClose) {
    QueryException e =
        catchThrowableOfType(
            QueryException.class, () -> compiler.compile("s", sql, onClose, inputs()));
    assertThat(e).as(sql).isNotNull();
    return e.problems();
  }

  /** The text under the problem's place. */
  private static String text(String sql, SqlProblem problem) {
    return sql.substring(problem.offset(), problem.offset() + problem.length());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT idd FROM ads.shown | SQL_UNKNOWN_COLUMN | idd | did you mean",
        "SELECT 'ä', idd FROM ads.shown | SQL_UNKNOWN_COLUMN | idd | did you mean",
        "SELECT s.idd FROM ads.shown s | SQL_UNKNOWN_COLUMN | s.idd | did you mean",
        "SELECT id FROM ads.show | SQL_UNKNOWN_RELATION | ads.show | did you mean",
        "SELECT uper(id) FROM ads.shown | SQL_UNKNOWN_FUNCTION | uper(id) | did you mean",
        "SELECT id FROM ads.shown a, ads.clicked b WHERE a.id = b.id | SQL_AMBIGUOUS_COLUMN | id |"
            + " alias",
        "SELECT random() AS r FROM ads.shown | SQL_VOLATILE | random() | event",
        "SELECT current_timestamp AS t FROM ads.shown | SQL_VOLATILE | current_timestamp | event",
        "SELECT id FROM ads.shown WHERE ts > now() | SQL_VOLATILE | now() | event",
        "SELECT row_number() OVER () AS n FROM ads.shown | SQL_ORDER_DEPENDENT | row_number() OVER"
            + " () | ORDER BY",
        "SELECT sum(cost) OVER (ROWS 2 PRECEDING) AS n FROM ads.shown | SQL_ORDER_DEPENDENT | * |"
            + " ORDER BY",
        "SELECT sum(cost) OVER (ORDER BY ts ROWS 2 PRECEDING EXCLUDE TIES) AS n FROM ads.shown |"
            + " SQL_ORDER_DEPENDENT | * | RANGE",
        "SELECT approx_quantile(cost, 0.5) OVER () AS n FROM ads.shown | SQL_ORDER_DEPENDENT | * |"
            + " quantile_cont",
        "SELECT fill(cost) OVER (ORDER BY ts) AS n FROM ads.shown | SQL_UNSUPPORTED | fill(cost)"
            + " OVER (ORDER BY ts) | *",
        "SELECT id FROM ads.shown WHERE row_number() OVER (ORDER BY ts) = 1 | SQL_INVALID | * | QUALIFY",
        "SELECT id FROM ads.shown ORDER BY ts LIMIT 10% | SQL_UNSUPPORTED | 10 | *",
        "SELECT id, (SELECT n FROM ads.clicked c WHERE c.id = s.id) AS n FROM ads.shown s |"
            + " SQL_UNSUPPORTED | (SELECT n FROM ads.clicked c WHERE c.id = s.id) | max(x)",
        "SELECT id FROM ads.shown WHERE (id, cost) NOT IN (SELECT id, n FROM ads.clicked) |"
            + " SQL_UNSUPPORTED | * | EXISTS",
        "SELECT id, (SELECT max(n) FROM ads.clicked c WHERE c.ts < s.ts) AS n FROM ads.shown s |"
            + " SQL_UNSUPPORTED | c.ts < s.ts | equalities",
        "SELECT id, (SELECT max(n) + s.cost FROM ads.clicked c) AS n FROM ads.shown s |"
            + " SQL_UNSUPPORTED | * | query around",
        "SELECT id FROM ads.shown s WHERE EXISTS (SELECT 1 FROM ads.clicked c WHERE c.id = s.id"
            + " ORDER BY n LIMIT 1) | SQL_UNSUPPORTED | 1 | PARTITION BY",
        "SELECT id, (SELECT sum(c.id) FROM ads.clicked c WHERE c.n = s.at.zip) AS n FROM ads.shown"
            + " s | SQL_INVALID | * | *",
        "SELECT id, (SELECT count(*) + (SELECT max(n) FROM ads.clicked) FROM ads.clicked c WHERE"
            + " c.id = s.id) AS n FROM ads.shown s | SQL_UNSUPPORTED | * | query around",
        "SELECT id FROM ads.shown s WHERE EXISTS (SELECT 1 FROM ads.clicked c WHERE c.id = s.id"
            + " GROUP BY c.n + s.cost) | SQL_UNSUPPORTED | * | query around",
        "SELECT id FROM ads.shown s WHERE s.cost IN (SELECT max(n) FROM ads.clicked c GROUP BY"
            + " s.id) | SQL_UNSUPPORTED | s.id | query around",
        "SELECT id FROM ads.shown s WHERE EXISTS (SELECT 1 FROM ads.clicked c WHERE c.id = s.id"
            + " GROUP BY c.n HAVING max(s.cost) > 1) | SQL_UNSUPPORTED | * | query around",
        "SELECT (SELECT count(*) FROM (WITH c AS (SELECT * FROM ads.clicked c WHERE c.id = s.id)"
            + " SELECT * FROM session(c, ts, INTERVAL 1 MINUTE))) AS n FROM ads.shown s |"
            + " SQL_UNSUPPORTED | * | WITH",
        "SELECT id FROM ads.shown s WHERE EXISTS (SELECT idd FROM ads.clicked c) |"
            + " SQL_UNKNOWN_COLUMN | idd | *",
        "WITH RECURSIVE r AS (SELECT id FROM ads.shown UNION ALL SELECT id FROM r) SELECT id FROM r"
            + " | SQL_UNSUPPORTED | * | unroll",
        "SELECT id FROM ads.shown LIMIT 10 | SQL_ORDER_DEPENDENT | 10 | ORDER BY",
        "SELECT list(id) AS l FROM ads.shown | SQL_ORDER_DEPENDENT | list(id) | ORDER BY",
        "SELECT a.id FROM ads.shown a JOIN ads.clicked b ON a.id = b.id AND b.n IN (SELECT n FROM"
            + " ads.clicked) | SQL_UNSUPPORTED | (SELECT n FROM ads.clicked) | WHERE",
        "SELECT a.id FROM ads.shown a LEFT JOIN ads.clicked b ON a.id = b.id AND b.n > (SELECT"
            + " max(n) FROM ads.clicked) | SQL_UNSUPPORTED | (SELECT max(n) FROM ads.clicked) |"
            + " WHERE",
        "SELECT a.id FROM ads.shown a POSITIONAL JOIN ads.clicked b | SQL_UNSUPPORTED | * |"
            + " docs/streams.md",
        "SELECT a.id FROM ads.shown a ASOF JOIN ads.clicked b ON a.id = b.id AND a.ts >= b.ts AND"
            + " b.n <> 1 | SQL_UNSUPPORTED | * | ASOF LEFT",
        "SELECT a.id FROM ads.shown a NATURAL JOIN (SELECT n FROM ads.clicked) b |"
            + " SQL_UNKNOWN_COLUMN | * | *",
        "SELECT id, cost FROM ads.shown GROUP BY id | SQL_INVALID | cost | GROUP BY",
        "SELECT * FROM hop(ads.shown, ts, INTERVAL 1 MINUTE) | SQL_INVALID | hop(ads.shown, ts,"
            + " INTERVAL 1 MINUTE) | hop(",
        "SELECT * FROM session(ads.shown, ts, n) | SQL_UNKNOWN_COLUMN | n | *",
        "SELECT * FROM session(ads.clicked, ts, to_minutes(n)) | SQL_UNSUPPORTED | to_minutes(n) |"
            + " *",
        "SELECT * FROM session(ads.show, ts, INTERVAL 1 MINUTE) | SQL_UNKNOWN_RELATION | ads.show |"
            + " did you mean",
        "SELECT id + window_end FROM session(ads.shown, ts, INTERVAL 1 MINUTE, id) WHERE cost |"
            + " SQL_INVALID | * | *",
        "SELECT id FROM ads.shown WHERE unnest(tags) = 'a' | SQL_INVALID | * | *",
        "SELECT unnest(tags, recursive := true) AS tag FROM ads.shown | SQL_UNSUPPORTED | * |"
            + " inside",
        "SELECT id FROM ads.shown LEFT JOIN unnest(tags) AS u(x) ON x > 'a' | SQL_UNSUPPORTED | * |"
            + " true",
        "SELECT id AS i, count(*) AS n FROM ads.shown GROUP BY GROUPING SETS ((1), (i)) |"
            + " SQL_UNSUPPORTED | * | same way",
        "SELECT id AS a, cost AS A FROM ads.shown | SQL_COLUMN_NAME | * | AS",
        "SELECT id + cost FROM ads.shown WHERE cost | SQL_INVALID | * | *",
        "SELECT 1 AS one | SQL_UNSUPPORTED | * | source",
        "SELECT id FROM tumble(ads.shown, ts, INTERVAL 0 MINUTE) | SQL_INVALID | INTERVAL 0 MINUTE |"
            + " INTERVAL 1 MINUTE",
        "SELECT id FROM hop(ads.shown, ts, INTERVAL '-1 minute', INTERVAL 1 HOUR) | SQL_INVALID |"
            + " INTERVAL '-1 minute' | INTERVAL 1 MINUTE",
        "SELECT id FROM cumulate(ads.shown, ts, INTERVAL 1 MINUTE, INTERVAL 0 HOUR) | SQL_INVALID |"
            + " INTERVAL 0 HOUR | INTERVAL 1 MINUTE",
        "SELECT id FROM session(ads.shown, ts, INTERVAL '-1 hour', id) | SQL_INVALID | INTERVAL"
            + " '-1 hour' | INTERVAL 1 MINUTE",
        "SELECT time_bucket(INTERVAL 0 MINUTE, ts) AS m, count(*) AS n FROM ads.shown GROUP BY 1 |"
            + " SQL_INVALID | time_bucket(INTERVAL 0 MINUTE, ts) | constant",
        "SELECT date_trunc('fortnight', ts) AS m FROM ads.shown | SQL_INVALID |"
            + " date_trunc('fortnight', ts) | constant",
        "SELECT 'x'::INTEGER + 1 AS c FROM ads.shown | SQL_INVALID | ::INTEGER | constant",
        "SELECT 1 // 0 AS c FROM ads.shown | SQL_INVALID | 1 // 0 | constant",
        "SELECT id FROM ads.shown WHERE ts >= '2026-13-01' | SQL_INVALID | ts >= '2026-13-01' |"
            + " constant",
        "SELECT n FROM ads.clicked WHERE n IN (1, '12a') | SQL_INVALID | * | constant",
        "SELECT id FROM ads.clicked GROUP BY id HAVING max(n) > '12a' | SQL_INVALID | * | constant",
        "SELECT n FROM ads.clicked WHERE id LIKE 'a' ESCAPE 'bb' | SQL_INVALID | * | constant",
        "SELECT n FROM ads.clicked WHERE id ~ '[' | SQL_INVALID | * | constant",
        "SELECT ts AT TIME ZONE 'Nowhere' AS t FROM ads.clicked | SQL_INVALID | * | constant",
        "SELECT ts + INTERVAL 'abc' AS t FROM ads.clicked | SQL_INVALID | * | constant",
        "SELECT ntile(0) OVER (ORDER BY ts) AS n FROM ads.clicked | SQL_INVALID | 0 | ntile(4)",
        "SELECT sum(n) OVER (ORDER BY ts ROWS -1 PRECEDING) AS s FROM ads.clicked | SQL_INVALID |"
            + " -1 | 1 FOLLOWING",
        "SELECT sum(n) OVER (ORDER BY ts RANGE INTERVAL '-1 hour' PRECEDING) AS s FROM ads.clicked"
            + " | SQL_INVALID | * | 1 FOLLOWING",
        "SELECT id COLLATE NOCASE AS i FROM ads.shown | SQL_UNSUPPORTED | id COLLATE NOCASE |"
            + " lower(x)",
        "SELECT count(DISTINCT id COLLATE NOCASE) AS n FROM ads.shown | SQL_UNSUPPORTED | id"
            + " COLLATE NOCASE | lower(x)",
        "SELECT count(*) AS n FROM ads.shown GROUP BY id COLLATE NOCASE.NOACCENT | SQL_UNSUPPORTED"
            + " | id COLLATE NOCASE.NOACCENT | strip_accents(lower(x))",
        "SELECT max(id COLLATE de) AS m FROM ads.shown | SQL_UNSUPPORTED | id COLLATE de |"
            + " icu_sort_key(x, 'de')",
        "SELECT id FROM ads.shown ORDER BY id COLLATE NOCASE LIMIT 3 | SQL_UNSUPPORTED | id COLLATE"
            + " NOCASE | lower(x)",
        "SELECT row_number() OVER (PARTITION BY id COLLATE NOCASE ORDER BY ts) AS n FROM ads.shown"
            + " | SQL_UNSUPPORTED | id COLLATE NOCASE | lower(x)",
        "SELECT lower(id COLLATE NOCASE) = 'a' AS b FROM ads.shown | SQL_UNSUPPORTED | id COLLATE"
            + " NOCASE | lower(x)",
        "SELECT a.n FROM ads.clicked a JOIN ads.shown b ON a.id = b.id COLLATE NOCASE |"
            + " SQL_UNSUPPORTED | b.id COLLATE NOCASE | both sides",
        "SELECT a.n FROM ads.clicked a LEFT JOIN ads.shown b ON a.id COLLATE NOCASE = b.id |"
            + " SQL_UNSUPPORTED | a.id COLLATE NOCASE | both sides",
        "SELECT a.n FROM ads.clicked a ASOF JOIN ads.shown b ON a.id = b.id COLLATE NOCASE AND a.ts"
            + " >= b.ts | SQL_UNSUPPORTED | b.id COLLATE NOCASE | both sides",
        "SELECT n FROM ads.clicked a WHERE EXISTS (SELECT 1 FROM ads.shown b WHERE b.id = a.id"
            + " COLLATE NOCASE) | SQL_UNSUPPORTED | a.id COLLATE NOCASE | both sides",
        "SELECT n, (SELECT max(cost) FROM ads.shown b WHERE b.id COLLATE NOCASE = a.id) AS c FROM"
            + " ads.clicked a | SQL_UNSUPPORTED | b.id COLLATE NOCASE | both sides",
        "SELECT n FROM ads.clicked WHERE id COLLATE NOCASE IN (SELECT id FROM ads.shown) |"
            + " SQL_UNSUPPORTED | id COLLATE NOCASE | lower(x)",
        "SELECT n FROM ads.clicked WHERE id IN (SELECT id COLLATE NOCASE FROM ads.shown) |"
            + " SQL_UNSUPPORTED | id COLLATE NOCASE | lower(x)",
        "SELECT * RENAME (idd AS i) FROM ads.shown | SQL_UNKNOWN_COLUMN | * RENAME (idd AS i) | did",
        "SELECT * EXCLUDE (c.cost) FROM ads.shown s, ads.clicked c | SQL_UNKNOWN_COLUMN | * EXCLUDE"
            + " (c.cost) | did you mean",
        "SELECT s.* EXCLUDE (n) FROM ads.shown s, ads.clicked c | SQL_UNKNOWN_COLUMN | s.* EXCLUDE"
            + " (n) | there are id",
        "SELECT * REPLACE (1 AS x) FROM ads.clicked | SQL_UNKNOWN_COLUMN | * REPLACE (1 AS x) | did you",
        "SELECT shon.* FROM ads.shown shown | SQL_UNKNOWN_RELATION | shon.* | did",
        "SELECT n.* FROM ads.clicked | SQL_UNKNOWN_RELATION | n.* | STRUCT",
        "SELECT COLUMNS('ID') FROM ads.clicked | SQL_UNKNOWN_COLUMN | COLUMNS('ID') | case",
        "SELECT COLUMNS(['idd']) FROM ads.clicked | SQL_UNKNOWN_COLUMN | COLUMNS(['idd']) | did you",
        "SELECT COLUMNS(1) FROM ads.clicked | SQL_UNKNOWN_COLUMN | COLUMNS(1) | *",
        "SELECT COLUMNS('(') FROM ads.clicked | SQL_INVALID | COLUMNS('(') | *",
        "SELECT COLUMNS('ts') = COLUMNS('n') FROM ads.clicked | SQL_INVALID | * | same",
        "SELECT coalesce(*COLUMNS(['id', 'n'])::VARCHAR) FROM ads.clicked | SQL_INVALID | * | *",
        "SELECT concat(*COLUMNS('i')) FROM ads.clicked | SQL_COLUMN_NAME | concat(*COLUMNS('i'))"
            + " | AS",
        "SELECT id FROM ads.clicked ORDER BY COLUMNS('n') LIMIT 1 | SQL_UNSUPPORTED | COLUMNS('n') |"
            + " write the columns out",
        "SELECT s.id FROM ads.shown s JOIN ads.clicked c ON c IS NOT NULL | SQL_UNSUPPORTED | c |"
            + " {'id'",
        "SELECT x.id FROM ads.shown s | SQL_UNKNOWN_COLUMN | x.id | no relation `x`",
        "SELECT id FROM shown | SQL_UNKNOWN_RELATION | shown | did you mean `ads.shown`? There are",
        "SELECT id FROM nothing | SQL_UNKNOWN_RELATION | nothing | there are ads.clicked, ads.shown",
        "SELECT * FROM ads.clicked, ads.clicked | SQL_INVALID | * | AS x",
        "SELECT ts, id::BIT AS b FROM ads.shown | SQL_TYPE | ::BIT | cast",
        "SELECT id FROM ads.shown UNION SELECT id, n FROM ads.clicked | SQL_INVALID | id | BY NAME",
        "SELECT id FROM ads.shown QUALIFY cost > 1 | SQL_INVALID | cost > 1 | WHERE",
        "SELECT id FROM ads.shown ORDER BY ts LIMIT 20 PERCENT | SQL_UNSUPPORTED | * | percent_rank",
        "DESCRIBE ads.shown | SQL_UNSUPPORTED | * | millrace sql",
        "SELECT s.id, c.id FROM ads.shown s, ads.clicked c | SQL_COLUMN_NAME | c.id | AS",
        "SELECT id FROM ads.shown s WHERE EXISTS (SELECT 1 FROM unnest(s.tags) u(t) WHERE t > 'a') |"
            + " SQL_UNSUPPORTED | s.tags | list_contains",
        "SELECT id FROM ads.shown s WHERE 'a' IN (SELECT unnest(s.tags)) | SQL_UNSUPPORTED |"
            + " unnest(s.tags) | list_contains",
        "SELECT n, id FROM ads.clicked, range(1000000) | SQL_UNSUPPORTED | * | ref()",
        "SELECT n FROM ads.clicked, range(1, 2, 0) | SQL_INVALID | * | *",
        "SELECT n FROM ads.clicked, range(n, random()::BIGINT) | SQL_VOLATILE | random() | *",
        "SELECT a.n FROM ads.clicked a JOIN ads.clicked b ON (a.n, a.id) = (b.id, b.n) | SQL_TYPE"
            + " | * | cast",
        "SELECT list((n, id) ORDER BY n) AS l FROM ads.clicked | SQL_TYPE | list((n, id) ORDER BY n)"
            + " | struct_pack",
        "SELECT * FROM ads.clicked PIVOT (sum(n) FOR id IN ('a', 'A')) | SQL_COLUMN_NAME | * | AS",
        "SELECT * FROM ads.clicked PIVOT (sum(n) FILTER (n > 1) FOR id IN ('a')) | SQL_UNSUPPORTED |"
            + " * | CASE",
        "SELECT * FROM ads.clicked PIVOT (sum(nn) FOR id IN ('a')) | SQL_UNKNOWN_COLUMN | nn | n",
        "SELECT * FROM ads.clicked PIVOT (sum(n) FOR id IN ('a') GROUP BY tts) | SQL_UNKNOWN_COLUMN |"
            + " * | ts",
        "SELECT * FROM ads.clicked PIVOT (sum(n) FOR (id, n) IN (('a', 1))) | SQL_UNSUPPORTED | * |"
            + " an IN for each",
        "PIVOT ads.clicked ON id USING sum(n) | SQL_UNSUPPORTED | * | list the values",
        "SELECT * FROM ads.clicked a JOIN ads.shown b USING (id) PIVOT (sum(n) FOR cost IN (1)) |"
            + " SQL_UNSUPPORTED | * | subquery",
        "SELECT * FROM ads.clicked UNPIVOT (v FOR c IN (n, nn)) | SQL_UNKNOWN_COLUMN | nn | n",
        "SELECT * FROM ads.clicked UNPIVOT (v FOR c IN (n, id)) | SQL_INVALID | * | *",
        "UNPIVOT ads.clicked ON n + 1 INTO NAME c VALUE v | SQL_UNSUPPORTED | * | subquery",
        "SELECT * FROM ads.clicked UNPIVOT ((v, w) FOR c IN ((n, n))) | SQL_UNSUPPORTED | * | UNION",
        "SELECT a.id FROM ads.shown a ASOF RIGHT JOIN ads.clicked b ON a.ts >= b.ts |"
            + " SQL_UNSUPPORTED | * | swap",
        "SELECT a.id FROM ads.shown a ASOF JOIN ads.clicked b ON a.id = b.id | SQL_UNSUPPORTED | * |"
            + " a.ts >= b.ts",
        "SELECT sum(id) AS s FROM ads.shown | SQL_INVALID | * | cast an argument",
        "SELECT id FROM ads.shown WHERE sum(cost) > 1 | SQL_INVALID | * | HAVING",
        "SELECT sum(sum(cost)) AS s FROM ads.shown | SQL_INVALID | * | subquery",
        "SELECT id FROM ads.shown AT (VERSION => 3) | SQL_UNSUPPORTED | * | materialized='table'",
      })
  void refuses(String sql, String code, String text, String hint) {
    List<SqlProblem> problems = problems(sql, false);
    assertThat(problems).as(sql).hasSize(1);
    SqlProblem problem = problems.get(0);
    assertThat(problem.code().name()).as(problem.toString()).isEqualTo(code);
    if (!text.equals("*")) {
      assertThat(text(sql, problem)).isEqualTo(text);
    }
    if (!hint.equals("*")) {
      assertThat(problem.hint()).contains(hint);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CASE WHEN n > 1 THEN 'x'::INTEGER ELSE n END",
        "coalesce(n, 1 // 0)",
        "TRY(1 // 0)",
        "TRY_CAST('x' AS INTEGER) + n",
        "list_transform([n], lambda x: x + 'y'::INTEGER)",
        "time_bucket(to_minutes(n), ts)",
        "n > 12 AND ts >= '2026-12-01' AND id <> 'x'"
      })
  void takesConstantsThatSomeRowCanBear(String expression) throws QueryException {
    compile("SELECT " + expression + " AS c FROM ads.clicked");
  }

  @Test
  void placesWhatHasNoPlaceAtTheSelect() {
    String sql = "\n -- a comment\nSELECT * FROM ads.clicked, ads.clicked";
    SqlProblem problem = problems(sql, false).get(0);
    assertThat(problem.offset()).isEqualTo(sql.indexOf("SELECT"));
    assertThat(problem.message()).doesNotContain("inputs");
  }

  @Test
  void callsTypesByTheTextOfTheUser() {
    String sql =
        "SELECT a.n, b.n AS m FROM ads.clicked a JOIN ads.clicked b ON a.n::BIT = b.n::BIT";
    assertThat(problems(sql, false))
        .extracting(problem -> text(sql, problem) + " " + problem.message())
        .allMatch(text -> text.startsWith("::BIT `CAST(n AS BIT)`"));
  }

  @Test
  void tellsEverythingAtOnce() {
    String sql = "SELECT idd, uper(id), random() FROM ads.shown WHERE costt > 1";
    assertThat(problems(sql, false))
        .extracting(problem -> problem.code().name() + " " + text(sql, problem))
        .containsExactly(
            "SQL_UNKNOWN_COLUMN idd",
            "SQL_UNKNOWN_FUNCTION uper(id)",
            "SQL_VOLATILE random()",
            "SQL_UNKNOWN_COLUMN costt");
  }

  @Test
  void placesSyntaxErrors() {
    String sql = "SELECT id\nFROM ads.shown\nWHER cost > 1";
    SqlProblem problem = problems(sql, false).get(0);
    assertThat(problem.code()).isEqualTo(SqlCode.SQL_SYNTAX);
    assertThat(problem.offset()).isEqualTo(sql.indexOf("cost"));
    assertThat(problems("DELETE FROM x", false).get(0).code()).isEqualTo(SqlCode.SQL_NOT_A_SELECT);
    assertThat(problems("SELECT id FROM ads.shown; SELECT 2", false).get(0).code())
        .isEqualTo(SqlCode.SQL_NOT_A_SELECT);
  }

  @Test
  void placesErrorsBehindAWindow() {
    String sql =
        "SELECT window_start, idd FROM tumble(ads.shown, ts, INTERVAL 1 MINUTE) WHERE x > 1";
    assertThat(problems(sql, false)).extracting(p -> text(sql, p)).containsExactly("idd", "x");
  }

  @Test
  void placesErrorsOfTypes() {
    String sql = "SELECT id,\n  cost + ts AS c\nFROM ads.shown";
    SqlProblem problem = problems(sql, false).get(0);
    assertThat(problem.code()).isEqualTo(SqlCode.SQL_INVALID);
    assertThat(problem.offset()).isEqualTo(sql.indexOf("+"));
  }

  @Test
  void closesOnlyCompleteSets() {
    String sql =
        "SELECT date_trunc('hour', ts) AS h, id, count(*) AS n FROM ads.shown GROUP BY ROLLUP (h,"
            + " id)";
    assertThat(problems(sql, true).get(0).code()).isEqualTo(SqlCode.SQL_NO_WINDOW);
    String top = "SELECT date_trunc('hour', ts) AS h, count(*) AS n FROM ads.shown GROUP BY h";
    assertThat(problems(top + " ORDER BY n LIMIT 1", true).get(0).hint()).contains("PARTITION BY");
  }

  @Test
  void closesOnlyWhatNothingTakesBack() {
    String minutes =
        "SELECT date_trunc('minute', ts) AS m, count(*) AS n FROM ads.shown GROUP BY m";
    String most = "(SELECT max(n) FROM ads.clicked)";
    for (String sql :
        List.of(
            minutes + " HAVING count(*) > " + most,
            minutes.replace("AS n", "AS n, " + most + " AS most"),
            minutes + " HAVING m NOT IN (SELECT ts FROM ads.clicked)")) {
      SqlProblem problem = problems(sql, true).get(0);
      assertThat(problem.code()).isEqualTo(SqlCode.SQL_NO_WINDOW);
      assertThat(problem.message()).contains("subquery");
      assertThat(problem.hint()).contains("another stream");
    }
  }

  @Test
  void closesOnlyWindows() {
    String sql = "SELECT id, count(*) AS n FROM ads.shown GROUP BY id";
    assertThat(problems(sql, true).get(0).code()).isEqualTo(SqlCode.SQL_NO_WINDOW);
    assertThat(problems("SELECT id FROM ads.shown", true).get(0).code())
        .isEqualTo(SqlCode.SQL_NO_WINDOW);
  }

  @Test
  void namesTypesAndLineage() throws QueryException {
    StreamProgram program =
        compile(
            "SELECT s.at.city AS city, time_bucket(INTERVAL 1 HOUR, s.ts) AS hour, sum(cost) AS"
                + " cost, count(c.id) AS clicks, list_transform(['a'], lambda x: x || s.id) AS l"
                + " FROM ads.shown s LEFT JOIN ads.clicked c ON s.id = c.id AND c.ts BETWEEN s.ts"
                + " AND s.ts + INTERVAL 1 HOUR GROUP BY ALL");
    assertThat(program.output().schema().toString())
        .contains("city", "VARCHAR", "hour", "TIMESTAMP WITH TIME ZONE", "DECIMAL(38,6)", "clicks");
    assertThat(program.output().identity()).containsExactly("city", "hour", "l");
    assertThat(program.output().hidden().columns()).isEmpty();
    assertThat(program.output().appendOnly()).isFalse();
    assertThat(program.output().watermarks()).containsOnlyKeys("hour");
    assertThat(program.states()).allMatch(StateTable::bounded);
    assertThat(program.plan().lineage().get("clicks")).containsExactly("ads.clicked.id");
    assertThat(program.plan().lineage().get("city")).containsExactly("ads.shown.at");
    assertThat(program.plan().toString()).contains("left join", "aggregate", "read ads.shown");
  }

  @Test
  void saysWhatIsKeptForEver() throws QueryException {
    StreamProgram join = compile("SELECT a.id, b.n FROM ads.shown a JOIN ads.clicked b USING (id)");
    assertThat(join.states()).noneMatch(StateTable::bounded);
    assertThat(join.states().get(0).bound()).contains("for ever", "bound the times");
    StreamProgram cross = compile("SELECT a.id, b.n FROM ads.shown a, ads.clicked b");
    assertThat(cross.states().get(0).bound()).contains("for ever", "add an equality");
    StreamProgram groups = compile("SELECT id, count(*) AS n FROM ads.shown GROUP BY id");
    assertThat(groups.states()).noneMatch(StateTable::bounded);
    assertThat(groups.states().get(0).bound()).contains("window");
    String sets =
        "SELECT date_trunc('hour', ts) AS h, id, count(*) AS n FROM ads.shown GROUP BY GROUPING"
            + " SETS";
    StreamProgram open = compile(sets + " ((h, id), (id))");
    assertThat(open.states()).noneMatch(StateTable::bounded);
    assertThat(open.states().get(0).bound()).contains("for ever in GROUPING SETS", "each set");
    StreamProgram closed = compile(sets + " ((h, id), (h))");
    assertThat(closed.states()).allMatch(StateTable::bounded);
  }

  @Test
  void saysWhichRowsARankKeeps() throws QueryException {
    for (String[] rank :
        new String[][] {
          {"row_number", "the first 2 rows"},
          {"rank", "the first 2 rows and those equal"},
          {"dense_rank", "all rows with the first 2 values"}
        }) {
      StateTable state =
          compile(
                  "SELECT id FROM ads.shown QUALIFY "
                      + rank[0]
                      + "() OVER (PARTITION BY id ORDER BY cost) <= 2")
              .states()
              .get(0);
      assertThat(state.text()).contains(rank[1]);
      assertThat(state.bound()).contains(rank[1]);
    }
  }

  @Test
  void boundsTheStatesOfEveryJoin() throws QueryException {
    String on = " ON a.id = b.id AND b.ts BETWEEN a.ts AND a.ts + INTERVAL 1 HOUR";
    for (String how : List.of("LEFT", "FULL", "SEMI", "ANTI")) {
      StreamProgram program =
          compile("SELECT a.id, a.ts FROM ads.shown a " + how + " JOIN ads.clicked b" + on);
      assertThat(program.states()).as(how).hasSize(2).allMatch(StateTable::bounded);
      assertThat(program.output().watermarks()).as(how).containsOnlyKeys("ts");
    }
  }

  @Test
  void boundsAsofJoins() throws QueryException {
    List<StateTable> states =
        compile(
                "SELECT a.cost, b.n FROM ads.shown a ASOF LEFT JOIN ads.clicked b"
                    + " ON a.id = b.id AND a.ts >= b.ts")
            .states();
    assertThat(states).extracting(StateTable::bounded).containsExactly(true, false, true);
    assertThat(states.get(1).bound()).contains("of each key the newest row behind the watermark");
  }

  @Test
  void identifiesRowsByTheSideThatHasOnePartner() throws QueryException {
    String counts = "(SELECT id, count(*) AS n FROM ads.clicked GROUP BY id) c";
    StreamProgram lookup =
        compile("SELECT s.cost, c.n FROM ads.shown s LEFT JOIN " + counts + " ON s.id = c.id");
    assertThat(lookup.output().identity()).containsExactly("_id");
    StreamProgram both =
        compile(
            "SELECT l.id, l.n, c.n AS m FROM (SELECT id, count(*) AS n FROM ads.shown GROUP BY id)"
                + " l FULL JOIN "
                + counts
                + " ON l.id = c.id");
    assertThat(both.output().identity()).containsExactly("id", "_id_2", "_side");
  }

  @Test
  void remembersNothingBesideConstants() throws QueryException {
    StreamProgram program =
        compile("SELECT s.id, m.n FROM ads.shown s JOIN (VALUES ('a', 1)) m(id, n) ON s.id = m.id");
    assertThat(program.states()).isEmpty();
    assertThat(program.output().appendOnly()).isTrue();
    assertThat(program.output().identity()).containsExactly("_id");
  }

  @Test
  void readsStateThroughSlicesAlone() throws Exception {
    try (Pipeline pipeline = new Pipeline()) {
      AdsModels.addTo(pipeline);
      for (ProgramRunner runner : pipeline.runners()) {
        for (Step step : runner.program().steps()) {
          String select =
              step instanceof Step.Make make
                  ? make.select()
                  : step instanceof Step.Append append
                      ? append.select()
                      : step instanceof Step.Remove remove ? remove.select() : "";
          assertThat(select).doesNotContain("state.");
        }
      }
    }
  }

  @Test
  void keepsOnlyNeededColumns() throws QueryException {
    StreamProgram program =
        compile(
            "WITH s AS (SELECT * FROM ads.shown), c AS (SELECT * FROM ads.clicked)"
                + " SELECT s.id, c.n FROM s JOIN c ON s.id = c.id");
    assertThat(program.states().get(0).schema().names()).containsExactly("id", "_id");
    assertThat(program.states().get(1).schema().names()).containsExactly("id_2", "n", "_id_2");
  }

  @Test
  void expandsWindows() {
    assertThat(Windows.expand("SELECT 1")).isEqualTo("SELECT 1");
    assertThat(Windows.expand("FROM tumble(\"a\".b, ts, INTERVAL 5 MINUTE) WHERE x = 'tumble(1)'"))
        .isEqualTo(
            "FROM (SELECT *, time_bucket(INTERVAL 5 MINUTE, ts) AS window_start,"
                + " time_bucket(INTERVAL 5 MINUTE, ts) + (INTERVAL 5 MINUTE) AS window_end"
                + " FROM \"a\".b) AS b WHERE x = 'tumble(1)'");
    assertThat(Windows.expand("FROM tumble(a, ts, f(1, ')')) AS w -- tumble(a, b, c)"))
        .isEqualTo(
            "FROM (SELECT *, time_bucket(f(1, ')'), ts) AS window_start,"
                + " time_bucket(f(1, ')'), ts) + (f(1, ')')) AS window_end FROM a) AS w"
                + " -- tumble(a, b, c)");
  }
}
