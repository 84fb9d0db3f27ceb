package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws 2 and 5: a project whose process was killed at every named point, one time after the other,
 * holds in the end what one holds that was never interrupted, in its store and in PostgreSQL.
 */
@Tag("long")
class KilledRunTest {
  private static final List<String> POINTS =
      List.of(
          "source-before-commit",
          "source-after-commit",
          "after-decode",
          "before-commit",
          "after-commit",
          "before-delivery",
          "sink-before-commit",
          "sink-after-commit",
          "after-delivery");
  private static final int EVENTS = 20_000;

  @TempDir Path folder;

  @Test
  void aKilledRunEndsAsAnUninterruptedOne() throws Exception {
    Random random = Seeds.random("KilledRunTest");
    AdsRun killed = new AdsRun(folder.resolve("killed"), EVENTS);
    List<String> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, random);
    for (String point : points) {
      String fault = point + ":" + (1 + random.nextInt(3));
      System.out.println("KilledRunTest: " + fault);
      AdsRun.Ended ended = killed.run(fault);
      assertThat(ended.code()).as("%s: %s", fault, ended.output()).isEqualTo(FaultPoint.EXIT_CODE);
    }
    AdsRun.Ended last = killed.run("");
    assertThat(last.code()).as(last.output()).isZero();

    // The other run takes its events as fast as it can, in a few large batches.
    AdsRun whole = new AdsRun(folder.resolve("whole"), EVENTS);
    AdsRun.Ended ended = whole.run("", "--vars", "speed=1000");
    assertThat(ended.code()).as(ended.output()).isZero();

    Map<String, List<List<Object>>> stored = whole.stored();
    stored.forEach(
        (table, rows) -> {
          if (table.equals("late")) {
            assertThat(rows).isEmpty();
          } else {
            assertThat(rows).as(table).isNotEmpty();
          }
        });
    AdsRun.assertSame(killed.stored(), stored);
    Map<String, List<List<Object>>> delivered = whole.delivered();
    assertThat(delivered.values()).noneMatch(List::isEmpty);
    AdsRun.assertSame(killed.delivered(), delivered);
  }
}
