package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
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
  private static final List<String> BRONZE =
      List.of(
          "bronze_listens",
          "bronze_page_views",
          "bronze_auth",
          "bronze_status_changes",
          "top_songs_of_the_hour");

  private static final List<String> GOLD =
      List.of("active_users", "listening_time", "top_songs", "revenue");

  private static final List<String> BUILT =
      List.of(
          "dim_time",
          "dim_users",
          "fact_listens",
          "fact_sessions",
          "retention",
          "listening_time",
          "top_artists",
          "conversion",
          "revenue");

  @TempDir Path folder;

  @Test
  void killedBuiltAndRunOnItComesToTheSame() throws Exception {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    Random random = Seeds.random("MusicRunTest");
    Path killed = project("killed", 11);
    int kills = 0;
    for (int i = 0; i < 2; i++) {
      String fault = POINTS.get(random.nextInt(POINTS.size())) + ":" + (2 + random.nextInt(3));
      int code = run(killed, fault, "run", "--until-idle");
      System.out.println("MusicRunTest: " + fault + " ended with " + code);
      kills += code == FaultPoint.EXIT_CODE ? 1 : 0;
    }
    assertThat(kills).isPositive();
    // All has come at the latest after the first of these; gold goes to ClickHouse, once.
    for (String fault :
        List.of("built-before-commit:3", "built-after-commit:2", "before-delivery")) {
      assertThat(run(killed, fault, "run", "--until-idle"))
          .as(fault)
          .isEqualTo(FaultPoint.EXIT_CODE);
    }
    assertThat(run(killed, "", "run", "--until-idle")).isZero();
    build(killed);
    assertThat(run(killed, "", "run", "--until-idle")).isZero();

    Path smooth = project("smooth", 11);
    assertThat(run(smooth, "", "run", "--until-idle")).isZero();
    Map<String, List<List<Object>>> expected = tables(smooth);
    build(smooth);
    AdsRun.assertSame(tables(smooth), expected);
    assertThat(expected).allSatisfy((table, rows) -> assertThat(rows).as(table).isNotEmpty());
    AdsRun.assertSame(tables(killed), expected);
    assertThat(jobs(smooth)).startsWith("schedule succeeded").endsWith("end succeeded");
    assertThat(jobs(killed))
        .endsWith("end succeeded")
        .allSatisfy(run -> assertThat(run).matches(".* (succeeded|skipped)"));
    try (ClickHouseTables tables = new ClickHouseTables(killed, "music", folder)) {
      tables.assertEqual("top_songs_of_the_hour", "music.top_songs_of_the_hour_final");
      tables.assertEqual("listens_by_minute", "music.listens_by_minute_final");
      for (String table : GOLD) {
        tables.assertEqual(table, "music." + table + "_final");
      }
      goldTellsWhatHappened(tables);
    }
    LakeTables lake = new LakeTables(killed);
    for (String table : List.of("listens", "page_views", "auth", "status_changes")) {
      lake.assertEqual("bronze_" + table, "bronze." + table);
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

  /**
   * A copy whose listeners are the same in every run; nothing comes so late that it is refused, and
   * what is compared is kept for ever, as a source's end moves the watermark past everything.
   */
  private Path project(String name, int days) throws IOException {
    Path project = folder.resolve(name);
    AdsRun.copyExample("music", project);
    changeSource(
        project,
        "    history: \"{{ var('history') }}\"\n",
        "    start: \"2026-01-01\"\n    end: \"2026-01-%02d\"\n".formatted(1 + days));
    changeSource(
        project, "          late: {share: 0.5%, by: {from: 15 seconds, to: 90 seconds}}\n", "");
    changeSource(project, "allowed_lateness: 10 seconds", "allowed_lateness: 5 minutes");
    for (String model : List.of("top_songs_of_the_hour", "listens_by_minute")) {
      change(project.resolve("models/live/" + model + ".sql"), ", retain='2 days'", "");
    }
    return project;
  }

  private static void changeSource(Path project, String from, String to) throws IOException {
    change(project.resolve("sources/music.yml"), from, to);
  }

  private static void change(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  private static void build(Path project) {
    assertThat(run(project, "", "build")).isZero();
  }

  private static int run(Path project, String fault, String command, String... options) {
    Map<String, String> properties = fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault);
    List<String> arguments = new ArrayList<>(List.of(command, project.toString()));
    arguments.addAll(List.of(options));
    try (ChildJvm child =
        ChildJvm.start(Millrace.class, properties, arguments.toArray(String[]::new))) {
      int code = child.awaitExit(Duration.ofMinutes(6));
      assertThat(code).as("%s: %s", fault, child.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  /** Why runs of the job were there and what became of them, one after the other. */
  private static List<String> jobs(Path project) throws Exception {
    String runs =
        "SELECT lpad(run::VARCHAR, 4, '0') || \"trigger\" || ' ' || state FROM progress.job_runs";
    return AdsRun.query(project, Map.of("runs", runs)).get("runs").stream()
        .map(row -> String.valueOf(row.get(0)).substring(4))
        .toList();
  }

  /** What came in, and what was made of it, of one project after the other. */
  private static Map<String, List<List<Object>>> tables(Path project) throws Exception {
    Map<String, String> queries = new LinkedHashMap<>();
    BRONZE.forEach(table -> queries.put(table, "SELECT * FROM " + table));
    for (String table : BUILT) {
      queries.put(table, "SELECT * FROM " + table);
    }
    queries.put("active_users", "SELECT day, daily, weekly, monthly FROM active_users");
    return AdsRun.query(project, queries);
  }
}
