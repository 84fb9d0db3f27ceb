package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the runs after the first one do: go on, or begin again when they are told to. */
@Tag("slow")
class FreshRunTest {
  @TempDir Path folder;

  @Test
  void resumesAndRefusesToOverwriteUntilTold() throws Exception {
    AdsRun ads = new AdsRun(folder.resolve("ads"), 4_000);
    succeeds(ads.run("", "--vars", "speed=1000"));
    Map<String, List<List<Object>>> stored = ads.stored();
    Map<String, List<List<Object>>> delivered = ads.delivered();
    assertThat(delivered.values()).noneMatch(List::isEmpty);

    // All events are there, so a second run has nothing to do.
    succeeds(ads.run("", "--vars", "speed=1000"));
    AdsRun.assertSame(ads.stored(), stored);
    AdsRun.assertSame(ads.delivered(), delivered);

    // A new store must not add to tables that another one filled.
    AdsRun.Ended refused = ads.run("", "--fresh", "--vars", "speed=1000");
    assertThat(refused.code()).as(refused.output()).isEqualTo(Millrace.PROBLEMS);
    assertThat(refused.output())
        .contains("was filled from another store")
        .contains("--replace-sinks")
        .containsPattern("sinks/postgres.yml:\\d+:\\d+");
    AdsRun.assertSame(ads.delivered(), delivered);

    // The way out that the message names; the new store is kept.
    succeeds(ads.run("", "--replace-sinks", "--vars", "speed=1000"));
    AdsRun.assertSame(ads.stored(), stored);
    AdsRun.assertSame(ads.delivered(), delivered);

    succeeds(ads.run("", "--fresh", "--replace-sinks", "--vars", "speed=1000"));
    AdsRun.assertSame(ads.stored(), stored);
    AdsRun.assertSame(ads.delivered(), delivered);
  }

  private static void succeeds(AdsRun.Ended ended) {
    assertThat(ended.code()).as(ended.output()).isZero();
  }
}
