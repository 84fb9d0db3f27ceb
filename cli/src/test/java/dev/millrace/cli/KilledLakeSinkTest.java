package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
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
 * Laws 2 and 5 for sinks to the lake: a project whose process was killed at every point of a
 * delivery has tables there that are exactly the streams'.
 */
@Tag("long")
class KilledLakeSinkTest {
  private static final List<String> POINTS =
      List.of(
          "before-delivery",
          "lake-staged",
          "lake-moved",
          "lake-before-commit",
          "lake-after-commit",
          "sink-after-commit",
          "after-delivery");

  @TempDir Path folder;

  @Test
  void killedDeliveriesLoseAndDoubleNothing() throws Exception {
    Random random = Seeds.random("KilledLakeSinkTest");
    Path project = folder.resolve("ads");
    AdsRun ads = new AdsRun(project, 20_000);
    ads.change("millrace.yml", "    postgres: embedded\n", "    lake: embedded\n");
    Files.delete(project.resolve("sinks/postgres.yml"));
    Files.writeString(
        project.resolve("sinks/lake.yml"),
        """
        sinks:
          - {name: minutes, from: campaign_minutes, system: lake, mode: upsert,
             key: [campaign_id, minute], commit_interval: 200ms, live_view: minutes_now}
          - {name: clicks, from: attributed_clicks, system: lake, mode: append,
             table: raw.clicks, partition_by: ["hour(clicked_at)"], commit_interval: 200ms,
             live_view: clicks_now}
        """);
    List<String> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, random);
    for (String point : points) {
      String fault = point + ":" + (1 + random.nextInt(3));
      System.out.println("KilledLakeSinkTest: " + fault);
      AdsRun.Ended ended = ads.run(fault);
      assertThat(ended.code()).as("%s: %s", fault, ended.output()).isEqualTo(FaultPoint.EXIT_CODE);
      assertLive(new LakeTables(project));
    }
    AdsRun.Ended last = ads.run("");
    assertThat(last.code()).as(last.output()).isZero();

    LakeTables tables = new LakeTables(project);
    assertLive(tables);
    tables.assertEqual("campaign_minutes", "minutes");
    tables.assertEqual("attributed_clicks", "raw.clicks");
  }

  /** Whatever is in the lake and whatever is not: the views are the streams. */
  private static void assertLive(LakeTables tables) throws Exception {
    tables.assertLive("campaign_minutes", "minutes_now");
    tables.assertLive("attributed_clicks", "clicks_now");
  }
}
