package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Seeds;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written anew equals what the query says, in DuckDB, for times of every kind. */
class TimeArithmeticTest {
  /** Equal in any time zone. */
  private static final List<String> INSTANTS =
      List.of(
          "ts + INTERVAL 10 MINUTE",
          "ts - INTERVAL '90 seconds'",
          "INTERVAL '1 microsecond' + ts",
          "ts + INTERVAL '-1000 hours'",
          "ts + INTERVAL 0 SECOND",
          "ts + INTERVAL 1 HOUR * 3",
          "ts + INTERVAL 1 HOUR - INTERVAL 7 MINUTE",
          "ts - INTERVAL 1 HOUR + INTERVAL 7 MINUTE",
          "time_bucket(INTERVAL 1 MINUTE, ts)",
          "time_bucket(INTERVAL '7 seconds', ts)",
          "time_bucket(INTERVAL '1 microsecond', ts)",
          "time_bucket(INTERVAL '1001 hours', ts)",
          "time_bucket(INTERVAL 5 MINUTE, ts, INTERVAL 2 MINUTE)",
          "time_bucket(INTERVAL 5 MINUTE, ts, INTERVAL '-2 minutes')",
          "time_bucket(INTERVAL '5 hours', ts, TIMESTAMPTZ '2020-02-02 02:02:02+00')",
          "time_bucket(INTERVAL '5 hours', ts, TIMESTAMPTZ '2020-02-02 02:02:02')",
          "time_bucket(INTERVAL 1 MINUTE, ts) + INTERVAL 1 MINUTE",
          "time_bucket(INTERVAL 1 MINUTE, ts - INTERVAL 10 SECOND) + INTERVAL 10 SECOND",
          "time_bucket(INTERVAL 7 MINUTE, time_bucket(INTERVAL 3 SECOND, ts + INTERVAL 1 SECOND))",
          "time_bucket(INTERVAL 1 MINUTE, greatest(ts, u))",
          "coalesce(ts, u) + INTERVAL 1 MINUTE",
          "s.t + INTERVAL 1 MINUTE",
          "time_bucket(INTERVAL 1 MINUTE, s.t)",
          "to_timestamp(k) + INTERVAL 1 MINUTE",
          "ts AT TIME ZONE 'UTC'",
          "(ts + INTERVAL 1 MINUTE) AT TIME ZONE 'UTC'",
          "n AT TIME ZONE 'UTC'",
          "time_bucket(INTERVAL 1 MINUTE, n AT TIME ZONE 'UTC')",
          "CASE WHEN ts BETWEEN u - INTERVAL 1 HOUR AND u + INTERVAL 1 HOUR THEN 1 ELSE 2 END",
          "list_transform([1], lambda x: x + 1)[1] = 2 AND ts + INTERVAL 1 HOUR > u");

  /** Equal in UTC. */
  private static final List<String> CALENDAR =
      List.of(
          "ts + INTERVAL 1 DAY",
          "ts - INTERVAL '2 days 3 hours'",
          "ts + INTERVAL 1 MONTH",
          "ts - INTERVAL 13 MONTH",
          "ts + INTERVAL 4 YEAR - INTERVAL 1 DAY",
          "time_bucket(INTERVAL 1 DAY, ts)",
          "time_bucket(INTERVAL 1 WEEK, ts)",
          "time_bucket(INTERVAL 11 DAY, ts, INTERVAL 3 DAY)",
          "time_bucket(INTERVAL 11 DAY, ts, INTERVAL 3 HOUR)",
          "time_bucket(INTERVAL 3 DAY, ts, TIMESTAMPTZ '2020-02-02 02:02:02')",
          "date_trunc('microsecond', ts)",
          "date_trunc('millisecond', ts)",
          "date_trunc('second', ts)",
          "date_trunc('MINUTE', ts)",
          "date_trunc('hour', ts)",
          "date_trunc('day', ts)",
          "date_trunc('week', ts)",
          "date_trunc('month', ts)",
          "date_trunc('quarter', ts)",
          "date_trunc('year', ts)",
          "datetrunc('day', ts)",
          "date_trunc('month', ts - INTERVAL 1 DAY) + INTERVAL 1 MONTH",
          "date_trunc('day', date_trunc('month', ts) + INTERVAL '36 hours')",
          "date_trunc('hour', n::TIMESTAMPTZ)",
          "ts - u",
          "ts - time_bucket(INTERVAL 1 MINUTE, u)",
          "epoch(ts - u)",
          "ts - u < INTERVAL 1 HOUR",
          "ts - TIMESTAMPTZ '2020-01-01'",
          "year(ts)",
          "quarter(ts)",
          "month(ts)",
          "week(ts)",
          "weekofyear(ts)",
          "day(ts)",
          "dayofmonth(ts)",
          "dayofyear(ts)",
          "dayofweek(ts)",
          "weekday(ts)",
          "isodow(ts)",
          "hour(ts)",
          "minute(ts)",
          "second(ts)",
          "millisecond(ts)",
          "microsecond(ts)",
          "dayname(ts)",
          "monthname(ts)",
          "last_day(ts)",
          "hour(time_bucket(INTERVAL 1 HOUR, ts))",
          "hour(ts + INTERVAL 1 HOUR)",
          "extract(year FROM ts)",
          "extract(quarter FROM ts)",
          "extract(month FROM ts)",
          "extract(week FROM ts)",
          "extract(day FROM ts)",
          "extract(doy FROM ts)",
          "extract(dow FROM ts)",
          "extract(isodow FROM ts)",
          "extract(hour FROM ts)",
          "extract(minute FROM ts)",
          "extract(second FROM ts)",
          "extract(milliseconds FROM ts)",
          "extract(microseconds FROM ts)",
          "date_diff('year', ts, u)",
          "date_diff('quarter', ts, u)",
          "date_diff('month', ts, u)",
          "date_diff('week', ts, u)",
          "date_diff('day', ts, u)",
          "date_diff('hour', ts, u)",
          "date_diff('minute', ts, u)",
          "date_diff('second', ts, u)",
          "date_diff('millisecond', ts, u)",
          "date_diff('microsecond', ts, u)",
          "strftime(ts, '%Y-%m-%d %H:%M:%S.%f %j %U %W %w %a %A %b %B %p %y')",
          "strftime('%x %X', ts)",
          "ts::DATE",
          "ts::TIMESTAMP",
          "(ts + INTERVAL 1 DAY)::DATE",
          "n::TIMESTAMPTZ");

  /** Left to DuckDB everywhere. */
  private static final List<String> LEFT =
      List.of(
          "ts",
          "k + 1",
          "TIMESTAMPTZ '2020-01-01' + INTERVAL 1 HOUR",
          "n + INTERVAL 1 HOUR",
          "time_bucket(INTERVAL 1 MINUTE, n)",
          "ts + k * INTERVAL 1 HOUR",
          "ts + INTERVAL (k) HOUR",
          "ts + NULL::INTERVAL",
          "ts + INTERVAL '1 month 1 day'",
          "ts + INTERVAL '100000000 hours'",
          "time_bucket(INTERVAL 1 MONTH, ts)",
          "time_bucket(INTERVAL '1 day 1 hour', ts)",
          "time_bucket(INTERVAL '-1 hour', ts)",
          "time_bucket(INTERVAL '0 hours', ts)",
          "time_bucket(INTERVAL '1 hour', ts, 'Asia/Kolkata')",
          "time_bucket(INTERVAL '1 hour', ts, TIMESTAMPTZ 'infinity')",
          "ts AT TIME ZONE 'Asia/Kolkata'",
          "list_transform([n], lambda ts: ts + INTERVAL 1 HOUR)[1]",
          "age(ts, u)",
          "epoch(ts)",
          "date_part('epoch', ts)",
          "date_part(['hour', 'minute'], ts)",
          "ts > u");

  private static final List<Field> FIELDS =
      List.of(
          new Field("ts", "TIMESTAMP WITH TIME ZONE", Set.of()),
          new Field("u", "TIMESTAMP WITH TIME ZONE", Set.of()),
          new Field("n", "TIMESTAMP", Set.of()),
          new Field("k", "INTEGER", Set.of()),
          new Field("s", "STRUCT(t TIMESTAMP WITH TIME ZONE)", Set.of()));

  private static final List<String> ODD =
      List.of(
          "NULL",
          "'infinity'::TIMESTAMPTZ",
          "'-infinity'::TIMESTAMPTZ",
          "make_timestamptz(9223372036854775806)",
          "make_timestamptz(9223372036854775806 - 600000001)",
          "make_timestamptz(-9223372022400000000)",
          "make_timestamptz(-9223372022400000000 + 600000001)",
          "make_timestamptz(4000000000000000000)",
          "make_timestamptz(-4000000000000000001)",
          "make_timestamptz(0)",
          "make_timestamptz(-1)",
          "TIMESTAMPTZ '2000-01-02 23:59:59.999999+00'",
          "TIMESTAMPTZ '2000-01-03 00:00:00+00'",
          "TIMESTAMPTZ '2026-11-21 10:00:59.999999+00'");

  private static final int ROWS = Integer.getInteger("rows", 2_000);

  private final long seed = Seeds.next("TimeArithmeticTest");

  @Test
  void utc() throws Exception {
    ZoneId zone = ZoneId.of("UTC");
    assertEqual(zone, INSTANTS, TimeArithmeticTest::isAnew);
    assertEqual(zone, CALENDAR, TimeArithmeticTest::isAnew);
    assertEqual(zone, LEFT, expr -> !isAnew(expr));
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"Europe/Berlin", "Asia/Kolkata", "Africa/Monrovia"})
  void otherZones(String name) throws Exception {
    ZoneId zone = ZoneId.of(name);
    assertEqual(zone, INSTANTS, TimeArithmeticTest::isAnew);
    assertEqual(zone, LEFT, expr -> !isAnew(expr));
    // Parts of them are instants in any zone: the sum in hour(ts + INTERVAL 1 HOUR).
    assertEqual(zone, CALENDAR, expr -> !expr.sql().contains("make_timestamp("));
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTC", "Z", "Etc/GMT", "GMT0"})
  void knowsUtc(String zone) {
    try (DuckDb duck = DuckDb.open()) {
      duck.setTimeZone(ZoneId.of(zone));
      assertThat(duck.isUtc()).isTrue();
      assertThat(expr(duck, "date_trunc('hour', ts)")).matches(TimeArithmeticTest::isAnew);
    }
  }

  private void assertEqual(ZoneId zone, List<String> texts, Predicate<Expr> expected)
      throws Exception {
    System.out.println("TimeArithmeticTest seed " + seed + ", " + zone);
    try (DuckDb duck = DuckDb.open();
        Connection connection = DriverManager.getConnection("jdbc:duckdb:")) {
      duck.setTimeZone(zone);
      execute(connection, "SET TimeZone = '" + (duck.isUtc() ? "UTC" : zone.getId()) + "'");
      execute(connection, "SET threads = 1");
      // DuckDB 2.0 takes what occurs twice under a TRY out of it, with its errors.
      execute(connection, "SET disabled_optimizers = 'common_subexpressions'");
      createTimes(connection, new Random(seed));
      SoftAssertions softly = new SoftAssertions();
      for (String text : texts) {
        Expr expr = expr(duck, text);
        softly.assertThat(expr).as(text + " -> " + expr.sql()).matches(expected);
        if (isAnew(expr)) {
          softly
              .assertThat(difference(connection, text, expr.sql()))
              .as(text + " -> " + expr.sql())
              .isNull();
        }
      }
      softly.assertAll();
    }
  }

  private static boolean isAnew(Expr expr) {
    return !expr.sql().equals(expr.text());
  }

  private static Expr expr(DuckDb duck, String text) {
    Compilation compilation =
        new Compilation(duck, new Findings(SqlText.of(text, List.of())), Map.of());
    List<Scope.Visible> columns = new ArrayList<>();
    FIELDS.forEach(f -> columns.add(new Scope.Visible(f.name(), compilation.declare(f))));
    Scope scope = Scope.of(new Scope.Source(List.of("t"), columns, Set.of()));
    return compilation.expr(
        new ExpressionResolver(compilation, scope, Map.of()).resolve(duck.parseExpression(text)));
  }

  /** Odd times with one another, and random ones: over the whole range, of late, around origins. */
  private static void createTimes(Connection connection, Random random) throws SQLException {
    StringBuilder odd = new StringBuilder("CREATE TABLE odd AS SELECT n FROM (VALUES ");
    for (int i = 0; i < ODD.size(); i++) {
      odd.append(i == 0 ? "(" : ", (").append(ODD.get(i)).append(")");
    }
    execute(connection, odd.append(") v(n)").toString());
    execute(connection, "SELECT setseed(" + random.nextDouble() + ")");
    String number =
        """
        CASE (random() * 9)::INTEGER
          WHEN 0 THEN ((random() - 0.5) * 18446744000000000000)::BIGINT
          WHEN 1 THEN ((random() - 0.5) * 200000)::BIGINT
          WHEN 2 THEN 946857600000000 + ((random() - 0.5) * 200000000000)::BIGINT
          WHEN 3 THEN ((random() - 0.5) * 100000000)::BIGINT * 86400000000 + (random() * 4)::BIGINT - 2
          WHEN 4 THEN ((random() - 0.5) * 60000)::BIGINT * 86400000000 + (random() * 4)::BIGINT - 2
          WHEN 5 THEN ((random() - 0.5) * 40000000)::BIGINT * 60000000 + (random() * 4)::BIGINT - 2
          WHEN 6 THEN NULL
          ELSE 1790000000000000 + (random() * 100000000000)::BIGINT END""";
    String times =
        "SELECT i, a AS ts, b AS u, make_timestamp(epoch_us(c)) AS n, k, {'t': b} AS s FROM (";
    execute(
        connection,
        "CREATE TABLE times AS "
            + times
            + "SELECT row_number() OVER () - 1 AS i, a.n AS a, b.n AS b, a.n AS c, 1 AS k"
            + " FROM odd a, odd b) UNION ALL "
            + times
            + "SELECT 1000 + i AS i, make_timestamptz("
            + String.join("), make_timestamptz(", number, number, number)
            + "), ((random() - 0.5) * 4000000000)::INTEGER FROM range("
            + ROWS
            + ") r(i)) v(i, a, b, c, k)");
  }

  /** What differs, errors included; null if nothing does. */
  private static @Nullable String difference(Connection connection, String text, String sql)
      throws SQLException {
    String both =
        "FROM (SELECT *, TRY(" + text + ") AS written, TRY(" + sql + ") AS run FROM times)";
    String different =
        value(
            connection,
            "SELECT 'written: ' || coalesce(TRY(written::VARCHAR), 'NULL') || ', run: '"
                + " || coalesce(TRY(run::VARCHAR), 'NULL') || ', of ' || concat_ws(', ', ts, u, n, k) "
                + both
                + " WHERE (written IS DISTINCT FROM run"
                + " OR TRY(written::VARCHAR) IS DISTINCT FROM TRY(run::VARCHAR)"
                + " OR typeof(written) <> typeof(run))");
    if (different != null) {
      return different;
    }
    // NULL stands for errors too.
    String places =
        value(
            connection,
            "SELECT string_agg(i, ' ') "
                + both
                + " WHERE run IS NULL AND ts IS NOT NULL AND u IS NOT NULL AND i < "
                + ODD.size() * ODD.size());
    for (String place : places == null ? new String[0] : places.split(" ")) {
      String row = " FROM times WHERE i = " + place;
      String written = outcome(connection, "SELECT " + text + row);
      String run = outcome(connection, "SELECT " + sql + row);
      if (!run.equals(written)) {
        return "written: "
            + written
            + ", run: "
            + run
            + ", of "
            + value(connection, "SELECT concat_ws(', ', ts, u)" + row);
      }
    }
    return null;
  }

  private static String outcome(Connection connection, String query) {
    try {
      return String.valueOf(value(connection, query));
    } catch (SQLException e) {
      return "an error";
    }
  }

  private static @Nullable String value(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      return rows.next() ? rows.getString(1) : null;
    } catch (SQLException e) {
      throw new SQLException(e.getMessage() + "\nin " + query, e);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
