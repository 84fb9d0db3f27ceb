package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example {@code music} from simulated listeners to gold tables: killed while it makes history
 * and its job builds, killed while gold goes to ClickHouse, and built again. What it comes to is
 * what a run that nobody killed comes to, in the store, in the lake and in ClickHouse; and what the
 * job makes of it is what a build makes.
 */
@Tag("long")
class MusicRunTest {
  private static final List<String> POINTS =
      List.of("source-before-commit", "source-after-commit", "before-commit", "after-commit");
  private static final List<String> GOLD =
      List.of("active_users", "listening_time", "top_songs", "revenue");

  @TempDir Path folder;

  @Test
  void killedBuiltAndRunOnItComesToTheSame() throws Exception {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    Random random = Seeds.random("MusicRunTest");
    MusicProject killed = MusicProject.copy(folder.resolve("killed"), 11, "dev");
    int kills = 0;
    for (int i = 0; i < 2; i++) {
      String fault = POINTS.get(random.nextInt(POINTS.size())) + ":" + (2 + random.nextInt(3));
      int code = killed.run(fault, "run", "--until-idle");
      System.out.println("MusicRunTest: " + fault + " ended with " + code);
      kills += code == FaultPoint.EXIT_CODE ? 1 : 0;
    }
    assertThat(kills).isPositive();
    // All has come at the latest after the first of these; gold goes to ClickHouse, once.
    for (String fault :
        List.of("built-before-commit:3", "built-after-commit:2", "before-delivery")) {
      assertThat(killed.run(fault, "run", "--until-idle"))
          .as(fault)
          .isEqualTo(FaultPoint.EXIT_CODE);
    }
    assertThat(killed.run("", "run", "--until-idle")).isZero();
    killed.build();
    assertThat(killed.run("", "run", "--until-idle")).isZero();

    MusicProject smooth = MusicProject.copy(folder.resolve("smooth"), 11, "dev");
    assertThat(smooth.run("", "run", "--until-idle")).isZero();
    Map<String, List<List<Object>>> expected = smooth.tables();
    smooth.build();
    AdsRun.assertSame(smooth.tables(), expected);
    assertThat(expected).allSatisfy((table, rows) -> assertThat(rows).as(table).isNotEmpty());
    AdsRun.assertSame(killed.tables(), expected);
    assertThat(jobs(smooth)).startsWith("schedule succeeded").endsWith("end succeeded");
    // One in whose middle the process was killed thrice is given up; the next one does its work.
    assertThat(jobs(killed))
        .endsWith("end succeeded")
        .allSatisfy(run -> assertThat(run).matches(".* (succeeded|skipped|failed)"));
    try (ClickHouseTables tables = new ClickHouseTables(killed.folder(), "music", folder)) {
      tables.assertEqual("top_songs_of_the_hour", "music.top_songs_of_the_hour_final");
      tables.assertEqual("listens_by_minute", "music.listens_by_minute_final");
      for (String table : GOLD) {
        tables.assertEqual(table, "music." + table + "_final");
      }
      goldTellsWhatHappened(tables);
    }
    LakeTables lake = new LakeTables(killed.folder());
    for (String table : List.of("listens", "page_views", "auth", "status_changes")) {
      lake.assertEqual("bronze_" + table, "bronze." + table);
    }
    for (String table : MusicProject.BUILT) {
      lake.assertEqual(table, "main." + table);
    }
  }

  private static void goldTellsWhatHappened(ClickHouseTables tables) throws Exception {
    long listens = tables.number("SELECT count(*) FROM bronze_listens");
    assertThat(listens).isGreaterThan(3_000);
    assertThat(tables.number("SELECT count(*) FROM fact_listens")).isEqualTo(listens);
    assertThat(tables.number("SELECT sum(listens) FROM listening_time")).isEqualTo(listens);
    assertThat(
            tables.number(
                "SELECT count(*) FROM active_users AS a JOIN (SELECT CAST(viewed_at AS DATE) AS day,"
                    + " count(DISTINCT user_id) AS users FROM bronze_page_views GROUP BY 1) AS b"
                    + " ON a.day = b.day WHERE b.users < a.daily"))
        .isZero();
    assertThat(tables.number("SELECT count(*) FROM store.system.rejected")).isPositive();
    assertThat(tables.number("SELECT count(*) FROM store.system.duplicates")).isPositive();
  }

  /** Why runs of the job were there and what became of them, one after the other. */
  private static List<String> jobs(MusicProject project) throws Exception {
    String runs =
        "SELECT lpad(run::VARCHAR, 4, '0') || \"trigger\" || ' ' || state FROM progress.job_runs";
    return AdsRun.query(project.folder(), Map.of("runs", runs)).values().stream()
        .flatMap(List::stream)
        .map(row -> String.valueOf(row.get(0)).substring(4))
        .toList();
  }
}
