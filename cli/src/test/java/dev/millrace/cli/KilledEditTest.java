package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * A project is edited, and its process is killed at every point of what the next run makes of it.
 * In the end its store and its target hold what those of a project hold that was always so.
 */
@Tag("long")
class KilledEditTest {
  private static final int EVENTS = 20_000;

  @TempDir Path folder;

  @Test
  void aKilledFillEndsAsAnUninterruptedOne() throws Exception {
    AdsRun killed = new AdsRun(folder.resolve("killed"), EVENTS);
    assertEnded(killed.run("", "--vars", "speed=1000"));
    edit(killed);
    assertThat(plan())
        .containsPattern("~ stream campaign_minutes +rebuilt from the topic")
        .containsPattern("~ sink campaign_minutes +gets the difference")
        .contains("its query is another one", "unchanged: ads.impressions");
    for (String point : List.of("refill-batch", "refill-before-swap", "refill-after-swap")) {
      AdsRun.Ended ended = killed.run(point + ":1", "--vars", "speed=1000");
      assertThat(ended.code()).as("%s: %s", point, ended.output()).isEqualTo(FaultPoint.EXIT_CODE);
    }
    assertEnded(killed.run("", "--vars", "speed=1000"));

    assertThat(plan()).contains("nothing to do");

    AdsRun whole = new AdsRun(folder.resolve("whole"), EVENTS);
    edit(whole);
    assertEnded(whole.run("", "--vars", "speed=1000"));

    AdsRun.assertSame(killed.stored(), whole.stored());
    Map<String, List<List<Object>>> wanted = whole.delivered();
    Map<String, List<List<Object>>> found = killed.delivered();
    for (String appended : List.of("clicks", "campaign_minutes_final")) {
      // What was appended before the edit stays, and what both have is appended once.
      List<List<Object>> rows = Optional.ofNullable(found.remove(appended)).orElseThrow();
      List<List<Object>> wantedRows = Optional.ofNullable(wanted.remove(appended)).orElseThrow();
      assertThat(rows).as(appended).hasSizeGreaterThan(wantedRows.size());
      AdsRun.assertContained(appended, wantedRows, rows);
    }
    AdsRun.assertSame(found, wanted);
  }

  private String plan() {
    StringWriter out = new StringWriter();
    CommandLine command = Millrace.command();
    command.setOut(new PrintWriter(out));
    assertThat(command.execute("plan", folder.resolve("killed").toString())).isZero();
    return out.toString();
  }

  private static void assertEnded(AdsRun.Ended ended) {
    assertThat(ended.code()).as(ended.output()).isZero();
  }

  private static void edit(AdsRun run) throws Exception {
    run.change("models/clean_impressions.sql", "campaign_id > 0", "campaign_id > 3");
    run.change(
        "models/campaign_minutes.sql", "  avg(cost)", "  min(cost) AS lowest_cost,\n  avg(cost)");
    run.change(
        "sinks/postgres.yml",
        "table: ads.campaign_minutes\n",
        "table: ads.campaign_minutes\n    add_columns: true\n");
  }
}
