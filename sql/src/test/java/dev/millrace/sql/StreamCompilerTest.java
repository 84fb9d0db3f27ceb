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
import org.junit.jupiter.params.provider.CsvFileSource;
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
  @CsvFileSource(
      resources = "/refused.csv",
      delimiter = '|',
      quoteCharacter = '`',
      maxCharsPerColumn = 500)
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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT ID, c.N FROM ads.clicked c",
        "SELECT ID, count(*) FROM ads.clicked GROUP BY ID",
        "WITH c AS (SELECT n AS Total FROM ads.clicked) SELECT total FROM c",
        "SELECT row_number() OVER (PARTITION BY id ORDER BY ts) FROM ads.clicked",
        "SELECT any_value(n), list(id ORDER BY ts), string_agg(id, ',' ORDER BY ts) FROM ads.clicked",
        "SELECT time_bucket(INTERVAL 1 DAY, ts, id) AS day, count(*) AS c FROM ads.clicked GROUP BY ALL",
        "SELECT TIMESTAMP '2026-01-15' AT TIME ZONE id AS t, date_part(id, DATE '2026-01-15') AS p FROM ads.clicked",
        "SELECT n FROM ads.clicked WHERE '' = '' OR ts >= ''",
        "SELECT n FROM ads.clicked WHERE '2026-01-01' = '' OR ts >= '2026-01-01'",
        "SELECT n FROM ads.clicked WHERE false AND n = 'x'::INTEGER"
      })
  void takes(String sql) throws QueryException {
    compile(sql);
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
