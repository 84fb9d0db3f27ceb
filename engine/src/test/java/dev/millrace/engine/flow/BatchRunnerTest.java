package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.Position;
import dev.millrace.project.ModelSpec.Emit;
import dev.millrace.project.StreamSpec.Unique;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchRunnerTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);

  @TempDir Path folder;

  private FlowHarness ads() throws Exception {
    return new FlowHarness(folder, NOON)
            .source(
                "ads",
                "impressions",
                "shown_at",
                Duration.ofSeconds(10),
                Optional.of(new Unique("id", Duration.ofMinutes(2))),
                "id VARCHAR",
                "campaign INTEGER",
                "cost DECIMAL(10,6)",
                "shown_at TIMESTAMPTZ")
            .source(
                "ads",
                "clicks",
                "clicked_at",
                Duration.ofSeconds(10),
                Optional.empty(),
                "click VARCHAR",
                "id VARCHAR",
                "clicked_at TIMESTAMPTZ")
            .stream(
                "attributed",
                "SELECT i.id, i.campaign, i.cost, i.shown_at, c.click FROM ads.impressions i LEFT JOIN ads.clicks c"
                    + " ON c.id = i.id AND c.clicked_at BETWEEN i.shown_at AND i.shown_at + INTERVAL 10 MINUTE")
            .stream(
                "minutes",
                "SELECT campaign, time_bucket(INTERVAL 1 MINUTE, shown_at) AS minute, count(*) AS n, count(click) AS clicks,"
                    + " sum(cost) AS cost FROM attributed GROUP BY ALL");
  }

  private static String impression(String id, int campaign, String cost, String at) {
    return "{\"id\":\""
        + id
        + "\",\"campaign\":"
        + campaign
        + ",\"cost\":"
        + cost
        + ",\"shown_at\":\"2026-01-01T"
        + at
        + "Z\"}";
  }

  private static String click(String click, String id, String at) {
    return "{\"click\":\""
        + click
        + "\",\"id\":\""
        + id
        + "\",\"clicked_at\":\"2026-01-01T"
        + at
        + "Z\"}";
  }

  @Test
  void joinsAndCounts() throws Exception {
    try (FlowHarness flow = ads().open()) {
      flow.batch(
          Map.of(
              "ads.impressions",
              List.of(
                  impression("a", 1, "0.5", "11:00:00"), impression("b", 1, "0.25", "11:00:30"))));
      assertThat(flow.rows("FROM minutes")).containsExactly("1|2026-01-01T11:00Z|2|0|0.750000");
      flow.batch(Map.of("ads.clicks", List.of(click("x", "a", "11:00:05"))));
      assertThat(flow.rows("FROM minutes")).containsExactly("1|2026-01-01T11:00Z|2|1|0.750000");
      assertThat(flow.rows("SELECT id, click FROM attributed")).containsExactly("a|x", "b|null");
    }
  }

  @Test
  void setsAsideWhatIsNotAdmitted() throws Exception {
    try (FlowHarness flow = ads().open()) {
      flow.batch(Map.of("ads.impressions", List.of(impression("a", 1, "0.5", "11:00:00"))));
      flow.batch(
          Map.of(
              "ads.impressions",
              List.of(
                  "{\"id\":\"broken\"",
                  "{\"id\":\"t\",\"campaign\":\"many\",\"cost\":1,\"shown_at\":\"2026-01-01T11:00:00Z\"}",
                  "{\"id\":\"n\",\"campaign\":1,\"cost\":1}",
                  "{\"id\":\"f\",\"campaign\":1,\"cost\":1,\"shown_at\":\"2100-01-01T11:00:00Z\"}",
                  impression("late", 1, "0.5", "10:00:00"),
                  impression("a", 1, "0.5", "11:00:00"),
                  impression("b", 2, "0.5", "11:00:01"),
                  impression("b", 2, "0.5", "11:00:01"))));
      assertThat(flow.rows("SELECT \"offset\", reason FROM store.system.rejected"))
          .hasSize(4)
          .anyMatch(r -> r.startsWith("1|not valid JSON"))
          .anyMatch(r -> r.startsWith("2|field `campaign` is not of type INTEGER: \"many\""))
          .anyMatch(r -> r.startsWith("3|event time `shown_at` is missing"))
          .anyMatch(r -> r.contains("4|event time 2100-01-01T11:00:00Z is further ahead"));
      assertThat(flow.rows("SELECT \"offset\", decode(value) FROM store.system.late"))
          .hasSize(1)
          .first()
          .asString()
          .contains("late");
      assertThat(flow.rows("SELECT \"offset\" FROM store.system.duplicates"))
          .containsExactly("6", "8");
      assertThat(flow.rows("SELECT id FROM attributed")).containsExactly("a", "b");
    }
  }

  @Test
  void goesOnAfterARestart() throws Exception {
    try (FlowHarness flow = ads().open()) {
      flow.batch(Map.of("ads.impressions", List.of(impression("a", 1, "0.5", "11:00:00"))));
    }
    try (FlowHarness flow = ads().open()) {
      flow.batch(
          Map.of(
              "ads.clicks", List.of(click("x", "a", "11:00:05")),
              "ads.impressions", List.of(impression("a", 1, "0.5", "11:00:00"))));
      assertThat(flow.rows("FROM minutes")).containsExactly("1|2026-01-01T11:00Z|1|1|0.500000");
      assertThat(flow.rows("SELECT count(*) FROM store.system.duplicates")).containsExactly("1");
    }
  }

  @Test
  void bisectsToTheRowThatFails() throws Exception {
    try (FlowHarness flow =
        new FlowHarness(folder, NOON)
                .source(
                    "s",
                    "t",
                    "ts",
                    Duration.ofSeconds(10),
                    Optional.empty(),
                    "v VARCHAR",
                    "ts TIMESTAMPTZ")
                .stream("numbers", "SELECT v::INTEGER AS v, ts FROM s.t")
                .open()) {
      List<String> rows = new java.util.ArrayList<>();
      for (int i = 0; i < 100; i++) {
        rows.add("{\"v\":\"" + (i == 61 ? "oops" : i) + "\",\"ts\":\"2026-01-01T11:00:00Z\"}");
      }
      flow.batch(Map.of("s.t", rows));
      assertThat(flow.rows("SELECT count(*) FROM numbers")).containsExactly("99");
      assertThat(flow.rows("SELECT \"offset\", reason FROM store.system.rejected"))
          .hasSize(1)
          .first()
          .asString()
          .startsWith("61|")
          .contains("oops");
    }
  }

  @Test
  void aRecordThatIsSetAsideForgetsNoState() throws Exception {
    String[] columns = {"id INTEGER", "v VARCHAR", "ts TIMESTAMPTZ"};
    try (FlowHarness flow =
        new FlowHarness(folder, NOON)
                .source("s", "a", "ts", Duration.ofSeconds(10), Optional.empty(), columns)
                .source("s", "b", "ts", Duration.ofSeconds(10), Optional.empty(), columns)
                .stream(
                    "joined",
                    "SELECT a.id FROM s.a JOIN s.b ON b.id = a.id"
                        + " AND b.ts BETWEEN a.ts AND a.ts + INTERVAL 10 MINUTE")
                .stream("numbers", "SELECT v::INTEGER AS v FROM s.b")
                .open()) {
      flow.batch(
          Map.of("s.a", List.of(row(1, "0", "11:00:00")), "s.b", List.of(row(8, "0", "11:00:00"))));
      // Both together move the watermark to 11:49:50 in an attempt that is rolled back.
      flow.batch(
          Map.of(
              "s.a", List.of(row(6, "0", "10:59:59"), row(7, "0", "10:59:59")),
              "s.b", List.of(row(9, "0", "10:59:58"), row(9, "oops", "11:50:00"))));
      flow.batch(Map.of("s.b", List.of(row(1, "0", "11:00:30"))));
      assertThat(flow.rows("SELECT * FROM joined")).containsExactly("1");
    }
  }

  private static String row(int id, String v, String time) {
    return "{\"id\":%d,\"v\":\"%s\",\"ts\":\"2026-01-01T%sZ\"}".formatted(id, v, time);
  }

  @Test
  void aFaultAtTheEndOfASourceStopsTheStreamAndNotTheEnd() throws Exception {
    try (FlowHarness flow =
        new FlowHarness(folder, NOON)
                .source(
                    "s",
                    "t",
                    "ts",
                    Duration.ofSeconds(10),
                    Optional.empty(),
                    "v DECIMAL(18,0)",
                    "ts TIMESTAMPTZ")
                .stream(
                    "product",
                    "SELECT time_bucket(INTERVAL 1 MINUTE, ts) AS m, (max(v) * 1000000000)::BIGINT AS p FROM s.t GROUP BY 1",
                    Emit.ON_CLOSE,
                    Optional.empty())
                .open()) {
      flow.batch(
          Map.of("s.t", List.of("{\"v\":999999999999999999,\"ts\":\"2026-01-01T11:00:00Z\"}")));
      assertThat(flow.runner().streams().get(0).stopped()).isEmpty();
      flow.runner().sources().get(0).watermarks().end();
      flow.batch(Map.of());
      assertThat(flow.runner().streams().get(0).stopped()).isPresent();
      assertThat(flow.runner().hasMoved()).isFalse();
      assertThat(flow.rows("SELECT ended FROM store.system.watermarks")).containsExactly("true");
    }
  }

  @Test
  void anOverflowingAggregateStopsItsStreamAlone() throws Exception {
    try (FlowHarness flow =
        new FlowHarness(folder, NOON)
                .source(
                    "s",
                    "t",
                    "ts",
                    Duration.ofSeconds(10),
                    Optional.empty(),
                    "v DECIMAL(18,0)",
                    "ts TIMESTAMPTZ")
                .stream(
                    "product",
                    "SELECT time_bucket(INTERVAL 1 MINUTE, ts) AS m, (max(v) * 1000000000)::BIGINT AS p FROM s.t GROUP BY 1")
                .stream(
                    "counted",
                    "SELECT time_bucket(INTERVAL 1 MINUTE, ts) AS m, count(*) AS n FROM s.t GROUP BY 1")
                .open()) {
      flow.batch(Map.of("s.t", List.of("{\"v\":1,\"ts\":\"2026-01-01T11:00:00Z\"}")));
      flow.batch(
          Map.of("s.t", List.of("{\"v\":999999999999999999,\"ts\":\"2026-01-01T11:00:00Z\"}")));
      flow.batch(Map.of("s.t", List.of("{\"v\":1,\"ts\":\"2026-01-01T11:00:01Z\"}")));
      assertThat(flow.rows("SELECT n FROM counted")).containsExactly("3");
      assertThat(flow.runner().streams().get(0).stopped()).isPresent();
      assertThat(flow.rows("SELECT stream FROM store.system.streams WHERE stopped IS NOT NULL"))
          .containsExactly("product");
    }
  }

  @Test
  void aPartitionThatIsFetchedLaterIsNotLate() throws Exception {
    try (FlowHarness flow = ads().open()) {
      flow.runner()
          .expect(
              List.of(
                  new Position("ads.impressions", "id", 0, 0),
                  new Position("ads.impressions", "id", 1, 0)));
      flow.batch(0, Map.of("ads.impressions", List.of(impression("a", 1, "0.5", "11:30:00"))));
      flow.batch(1, Map.of("ads.impressions", List.of(impression("b", 1, "0.5", "11:00:00"))));
      flow.batch(0, Map.of("ads.impressions", List.of(impression("c", 1, "0.5", "11:00:01"))));
      assertThat(flow.rows("SELECT id FROM attributed")).containsExactly("a", "b", "c");
    }
  }

  /** However long a flow runs, only so many checkpoints are kept, from its beginning to its end. */
  @Test
  void checkpointsAreThinned() throws Exception {
    try (FlowHarness flow = ads().open()) {
      flow.batch(Map.of("ads.clicks", List.of(click("x", "a", "11:00:05"))));
      flow.writer()
          .transact(
              t -> {
                t.execute(
                    "INSERT INTO progress.checkpoints SELECT committed_at + to_minutes(n), partitions,"
                        + " sources FROM progress.batches, range(9) AS r(n)");
                t.execute(
                    "INSERT INTO progress.checkpoints SELECT committed_at, partitions, [sources[1]]"
                        + " FROM progress.batches");
                Checkpoints.thin(t, 5);
                return true;
              });
      assertThat(
              flow.rows(
                  "SELECT len(c.sources), date_part('minute', c.committed_at - b.committed_at)"
                      + " FROM progress.checkpoints c, progress.batches b"))
          .containsExactly("1|0", "2|1", "2|3", "2|5", "2|7");
    }
  }
}
