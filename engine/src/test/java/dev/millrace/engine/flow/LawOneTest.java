package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.project.ModelSpec.Emit;
import dev.millrace.project.StreamSpec.Unique;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Law 1: after every batch each stream's table is what its query returns over all admitted rows.
 * Which rows are to be admitted is modelled here; the query is run by a second DuckDB.
 */
class LawOneTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Duration LATENESS = Duration.ofSeconds(10);
  private static final List<String> STREAMS =
      List.of(
          "attributed",
          "attributed_clicks",
          "campaign_minutes",
          "network_minutes",
          "country_minutes",
          "person_steps",
          "best_campaigns",
          "latest_clicks",
          "final_minutes");

  @TempDir Path folder;

  private final Random random = Seeds.random("LawOneTest");
  private final Topic impressions = new Topic("ads.impressions");
  private final Topic clicks = new Topic("ads.clicks");
  private Instant happening = NOON.minus(20, ChronoUnit.HOURS);
  private int numbers;

  /** What became of the records of a topic, by the rules of admission. */
  private static final class Topic {
    final String name;
    final List<Event> recent = new ArrayList<>();
    final Set<String> admittedKeys = new HashSet<>();
    final List<Long> rejected = new ArrayList<>();
    final List<Long> late = new ArrayList<>();
    final List<Long> duplicates = new ArrayList<>();
    @Nullable Instant newest;
    long nextOffset;

    Topic(String name) {
      this.name = name;
    }

    @Nullable Instant watermark() {
      return newest == null ? null : newest.minus(LATENESS);
    }
  }

  /** An event, its record, and the same as a row; an event without a row is malformed. */
  private record Event(String key, Instant time, String json, @Nullable String row) {}

  private FlowHarness flow() throws Exception {
    String minute = "time_bucket(INTERVAL 1 MINUTE, shown_at)";
    return new FlowHarness(folder, Clock.fixed(NOON, ZoneOffset.UTC))
            .bulkFrom(random.nextInt(60))
            .indexFrom(random.nextInt(20))
            .source(
                "ads",
                "impressions",
                "shown_at",
                LATENESS,
                Optional.of(new Unique("id", Duration.ofMinutes(2))),
                "id VARCHAR",
                "campaign INTEGER",
                "person VARCHAR",
                "country VARCHAR",
                "cost DECIMAL(10,6)",
                "shown_at TIMESTAMPTZ")
            .source(
                "ads",
                "clicks",
                "clicked_at",
                LATENESS,
                Optional.of(new Unique("click", Duration.ofMinutes(2))),
                "click VARCHAR",
                "id VARCHAR",
                "weight DOUBLE",
                "clicked_at TIMESTAMPTZ")
            .stream(
                "attributed",
                "SELECT i.id, i.campaign, i.person, i.cost, i.shown_at, c.click, c.clicked_at"
                    + " FROM (FROM ads.impressions WHERE campaign > 0) i LEFT JOIN ads.clicks c ON c.id = i.id"
                    + " AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL 10 MINUTE")
            .stream(
                "attributed_clicks",
                "SELECT c.click, i.id, upper(i.country) AS country, c.weight, c.clicked_at,"
                    + " epoch(c.clicked_at - i.shown_at) AS seconds FROM ads.clicks c JOIN ads.impressions i ON c.id = i.id"
                    + " AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL 10 MINUTE")
            .stream(
                "campaign_minutes",
                "SELECT campaign, "
                    + minute
                    + " AS minute, count(*) AS shown, count(click) AS clicks, sum(cost) AS cost,"
                    + " max(cost) AS highest, avg(cost) AS average, count(DISTINCT person) AS people,"
                    + " round(count(click) / nullif(count(*), 0), 6) AS rate FROM attributed GROUP BY ALL")
            .stream(
                "network_minutes",
                "SELECT minute, sum(shown) AS shown, sum(clicks) AS clicks, sum(cost) AS cost, count(*) AS campaigns"
                    + " FROM campaign_minutes GROUP BY minute")
            .stream(
                "country_minutes",
                "SELECT country, time_bucket(INTERVAL 1 MINUTE, clicked_at) AS minute, count(*) AS n,"
                    + " avg(seconds) AS seconds, sum(weight) AS weight, min(weight) AS lightest"
                    + " FROM attributed_clicks GROUP BY ALL")
            .stream(
                "person_steps",
                "SELECT person, shown_at, lag(campaign) OVER w AS before, sum(cost) OVER w AS spent"
                    + " FROM ads.impressions WINDOW w AS (PARTITION BY person ORDER BY shown_at)")
            .stream(
                "best_campaigns",
                "SELECT minute, campaign, shown FROM campaign_minutes"
                    + " QUALIFY row_number() OVER (PARTITION BY minute ORDER BY shown DESC) <= 2")
            .stream(
                "latest_clicks",
                "SELECT click, country FROM attributed_clicks ORDER BY clicked_at DESC LIMIT 10")
            .stream(
                "final_minutes",
                "SELECT campaign, "
                    + minute
                    + " AS minute, count(*) AS n, sum(cost) AS cost FROM ads.impressions GROUP BY ALL",
                Emit.ON_CLOSE,
                Optional.empty());
  }

  @Test
  void everyTableIsItsQueryAfterEveryBatch() throws Exception {
    run(25);
  }

  @Test
  @Tag("long")
  void everyTableIsItsQueryForLong() throws Exception {
    run(70);
  }

  private void run(int rounds) throws Exception {
    try (Connection oracle = DriverManager.getConnection("jdbc:duckdb:");
        FlowHarness flow = flow()) {
      prepare(oracle, flow);
      flow.open();
      for (int round = 0; round < rounds; round++) {
        if (random.nextInt(8) == 0) {
          flow.close();
          flow.open();
        }
        Map<String, List<String>> batch = new HashMap<>();
        arrive(oracle, batch);
        flow.batch(batch);
        check(oracle, flow, "after batch " + round);
        assertThat(flow.runner().fallbacks()).as("batches that failed as one statement").isZero();
      }
      for (Topic topic : List.of(impressions, clicks)) {
        assertThat(topic.admittedKeys).as(topic.name).hasSizeGreaterThan(100);
        assertThat(topic.rejected).as(topic.name).isNotEmpty();
        assertThat(topic.late).as(topic.name).isNotEmpty();
        assertThat(topic.duplicates).as(topic.name).isNotEmpty();
      }
      for (String stream : STREAMS) {
        assertThat(rows(oracle, "FROM " + stream)).as(stream).isNotEmpty();
      }
    }
  }

  private static void prepare(Connection oracle, FlowHarness flow) throws SQLException {
    execute(oracle, "SET TimeZone = 'UTC'");
    execute(oracle, "CREATE SCHEMA ads");
    execute(
        oracle,
        "CREATE TABLE ads.impressions (id VARCHAR, campaign INTEGER, person VARCHAR, country VARCHAR,"
            + " cost DECIMAL(10,6), shown_at TIMESTAMPTZ)");
    execute(
        oracle,
        "CREATE TABLE ads.clicks (click VARCHAR, id VARCHAR, weight DOUBLE, clicked_at TIMESTAMPTZ)");
    execute(oracle, "SET VARIABLE \"wm_ads.impressions\" = NULL::TIMESTAMPTZ");
    execute(oracle, "SET VARIABLE \"wm_ads.clicks\" = NULL::TIMESTAMPTZ");
    for (String stream : STREAMS) {
      execute(oracle, "CREATE VIEW " + stream + " AS " + flow.program(stream).batchSql());
    }
  }

  /** Makes a batch, and tells the oracle what of it is to be admitted. */
  private void arrive(Connection oracle, Map<String, List<String>> batch) throws SQLException {
    int size =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(3);
          case 1 -> 1 + random.nextInt(300);
          default -> 1 + random.nextInt(50);
        };
    List<Event> shown = new ArrayList<>();
    List<Event> clicked = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      happening = happening.plusMillis(random.nextInt(3_000));
      Topic topic = random.nextInt(3) > 0 ? impressions : clicks;
      List<Event> events = topic == impressions ? shown : clicked;
      events.add(
          !topic.recent.isEmpty() && random.nextInt(25) == 0
              ? recent(topic)
              : topic == impressions ? impression() : click());
      topic.recent.add(events.get(events.size() - 1));
    }
    boolean both = random.nextInt(5) > 0;
    admit(oracle, impressions, both || size % 2 == 0 ? shown : List.of(), batch);
    admit(oracle, clicks, both || size % 2 == 1 ? clicked : List.of(), batch);
  }

  /** One of the last events, most often a very recent one. */
  private Event recent(Topic topic) {
    int back = Math.min(topic.recent.size(), 1 + random.nextInt(random.nextBoolean() ? 5 : 200));
    return topic.recent.get(topic.recent.size() - back);
  }

  private Instant time() {
    int how = random.nextInt(40);
    return happening.minusMillis(
        how == 0 ? 10_000 + random.nextInt(120_000) : random.nextInt(how < 10 ? 8_000 : 1_500));
  }

  private Event impression() {
    String id = "i" + ++numbers;
    int campaign = random.nextInt(6);
    String person = "p" + random.nextInt(30);
    @Nullable String country =
        random.nextInt(10) == 0 ? null : List.of("de", "fr", "nl").get(random.nextInt(3));
    String cost = String.format(Locale.ROOT, "%.6f", random.nextInt(12_000) / 1e6);
    Instant time = time();
    String json =
        "{\"id\":\"%s\",\"campaign\":%d,\"person\":\"%s\",\"country\":%s,\"cost\":%s,\"shown_at\":\"%s\"}"
            .formatted(
                id, campaign, person, country == null ? "null" : '"' + country + '"', cost, time);
    String row =
        "('%s', %d, '%s', %s, %s, '%s'::TIMESTAMPTZ)"
            .formatted(
                id, campaign, person, country == null ? "NULL" : "'" + country + "'", cost, time);
    return malformed(id, time, json, row);
  }

  private Event click() {
    String click = "c" + ++numbers;
    // Some impressions are clicked twice, some clicks come before their impression or have none.
    Event of = impressions.recent.isEmpty() ? impression() : recent(impressions);
    @Nullable String id =
        random.nextInt(30) == 0 ? null : random.nextInt(30) == 0 ? "none" : of.key();
    double weight = Math.round(random.nextGaussian() * 1e6) / 1e3;
    Instant time = time();
    String json =
        "{\"click\":\"%s\",\"id\":%s,\"weight\":%s,\"clicked_at\":\"%s\"}"
            .formatted(click, id == null ? "null" : '"' + id + '"', weight, time);
    String row =
        "('%s', %s, %s, '%s'::TIMESTAMPTZ)"
            .formatted(click, id == null ? "NULL" : "'" + id + "'", weight, time);
    return malformed(click, time, json, row);
  }

  /** The event, or a broken record of it. */
  private Event malformed(String key, Instant time, String json, String row) {
    return switch (random.nextInt(150)) {
      case 0 -> new Event(key, time, json.substring(0, json.length() / 2), null);
      case 1 -> new Event(key, time, json.replace(time.toString(), "2100-01-01T00:00:00Z"), null);
      case 2 -> new Event(key, time, json.replace(time.toString(), "yesterday"), null);
      case 3 ->
          new Event(key, time, json.replaceAll(",\"(shown|clicked)_at\":\"[^\"]*\"", ""), null);
      default -> new Event(key, time, json, row);
    };
  }

  /**
   * The rules: malformed is rejected, older than the watermark is late, a known key is a repeat.
   */
  private static void admit(
      Connection oracle, Topic topic, List<Event> events, Map<String, List<String>> batch)
      throws SQLException {
    Instant watermark = topic.watermark();
    List<String> rows = new ArrayList<>();
    for (Event event : events) {
      long offset = topic.nextOffset++;
      if (event.row() == null) {
        topic.rejected.add(offset);
      } else if (watermark != null && event.time().isBefore(watermark)) {
        topic.late.add(offset);
      } else if (!topic.admittedKeys.add(event.key())) {
        topic.duplicates.add(offset);
      } else {
        rows.add(event.row());
        if (topic.newest == null || event.time().isAfter(topic.newest)) {
          topic.newest = event.time();
        }
      }
    }
    if (!rows.isEmpty()) {
      execute(oracle, "INSERT INTO " + topic.name + " VALUES " + String.join(", ", rows));
    }
    Instant after = topic.watermark();
    if (after != null) {
      execute(oracle, "SET VARIABLE \"wm_" + topic.name + "\" = '" + after + "'::TIMESTAMPTZ");
    }
    batch.put(topic.name, events.stream().map(Event::json).toList());
  }

  private void check(Connection oracle, FlowHarness flow, String when) throws SQLException {
    try (Connection store = flow.store().connect()) {
      for (Topic topic : List.of(impressions, clicks)) {
        assertThat(offsets(store, topic, "rejected"))
            .as("rejected %s", when)
            .isEqualTo(topic.rejected);
        assertThat(offsets(store, topic, "late")).as("late %s", when).isEqualTo(topic.late);
        assertThat(offsets(store, topic, "duplicates"))
            .as("duplicates %s", when)
            .isEqualTo(topic.duplicates);
      }
      for (String stream : STREAMS) {
        List<List<@Nullable Object>> expected = rows(oracle, "FROM " + stream);
        List<List<@Nullable Object>> actual = rows(store, "FROM " + stream);
        assertThat(actual.size()).as("rows of %s %s", stream, when).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
          assertThat(same(expected.get(i), actual.get(i)))
              .as("%s %s: expected %s, found %s", stream, when, expected.get(i), actual.get(i))
              .isTrue();
        }
      }
    }
  }

  private static List<Long> offsets(Connection store, Topic topic, String table)
      throws SQLException {
    return rows(
            store,
            "SELECT \"offset\" FROM store.system." + table + " WHERE topic = '" + topic.name + "'")
        .stream()
        .map(row -> (Long) row.get(0))
        .sorted()
        .toList();
  }

  /** Rows in an order that does not depend on the last digits of doubles. */
  static List<List<@Nullable Object>> rows(Connection connection, String sql) throws SQLException {
    List<List<@Nullable Object>> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int width = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<@Nullable Object> row = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
          Object value = result.getObject(i);
          row.add(value instanceof Number || value == null ? value : result.getString(i));
        }
        rows.add(row);
      }
    }
    rows.sort(
        Comparator.comparing(
            row ->
                row.stream()
                    .map(v -> v instanceof Double d ? String.format(Locale.ROOT, "%.3e", d) : v)
                    .toList()
                    .toString()));
    return rows;
  }

  static boolean same(List<@Nullable Object> expected, List<@Nullable Object> actual) {
    for (int i = 0; i < expected.size(); i++) {
      Object x = expected.get(i);
      Object y = actual.get(i);
      boolean equal =
          x instanceof Double p && y instanceof Double q
              ? p.equals(q) || Math.abs(p - q) <= 1e-9 * Math.max(1, Math.abs(p))
              : String.valueOf(x).equals(String.valueOf(y));
      if (!equal) {
        return false;
      }
    }
    return expected.size() == actual.size();
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
