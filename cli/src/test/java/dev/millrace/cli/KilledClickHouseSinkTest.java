package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.testing.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws 2 and 5 for sinks to ClickHouse: a project whose process was killed at every point of a
 * delivery has tables there that are exactly the streams'.
 */
@Tag("long")
class KilledClickHouseSinkTest {
  private static final List<String> POINTS =
      List.of(
          "before-delivery",
          "sink-after-claim",
          "sink-before-commit",
          "sink-after-commit",
          "after-delivery");

  @TempDir Path folder;

  @Test
  void killedDeliveriesLoseAndDoubleNothing() throws Exception {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    Random random = Seeds.random("KilledClickHouseSinkTest");
    Path project = folder.resolve("ads");
    AdsRun ads = new AdsRun(project, 20_000);
    ads.change("millrace.yml", "    postgres: embedded\n", "    clickhouse: embedded\n");
    Files.delete(project.resolve("sinks/postgres.yml"));
    Files.writeString(
        project.resolve("sinks/clickhouse.yml"),
        """
        sinks:
          - {name: minutes, from: campaign_minutes, system: clickhouse, mode: upsert,
             key: [campaign_id, minute], partition_by: ["toYYYYMM(minute)"]}
          - {name: clicks, from: attributed_clicks, system: clickhouse, mode: append,
             table: raw.clicks, order_by: [campaign_id, clicked_at],
             partition_by: ["toStartOfHour(clicked_at)"]}
        """);
    List<String> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, random);
    for (String point : points) {
      String fault = point + ":" + (1 + random.nextInt(3));
      System.out.println("KilledClickHouseSinkTest: " + fault);
      AdsRun.Ended ended = ads.run(fault);
      assertThat(ended.code()).as("%s: %s", fault, ended.output()).isEqualTo(FaultPoint.EXIT_CODE);
    }
    AdsRun.Ended last = ads.run("");
    assertThat(last.code()).as(last.output()).isZero();

    try (ClickHouseTables tables = new ClickHouseTables(project, "ads", folder)) {
      tables.assertEqual("campaign_minutes", "ads.minutes_final");
      tables.assertEqual("attributed_clicks", "raw.clicks");
    }
  }
}
