package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Law 5 for jobs: the process is killed as a try of a run begins, and after the try did its work
 * but before that is noted. Each run that was due comes to its end, those that were cut off are
 * done again, and nothing else is done twice. Each try that built adds a row to {@code built}.
 */
@Tag("long")
class KilledJobsTest {
  private static final int ORDERS = 2_000;
  private static final String STARTED = "job-started";
  private static final String DONE = "job-done";

  @TempDir Path folder;

  @Test
  void runsThatAreCutOffAreDoneAgainAndNothingElse() throws Exception {
    project();
    Random random = Seeds.random("KilledJobsTest");
    int started = 0;
    int done = 0;
    // A run that is cut off three times has failed, so every other kill lets it end before.
    for (int kill = 0; kill < 6; kill++) {
      String point = kill < 2 ? List.of(STARTED, DONE).get(kill) : point(random);
      String fault = point + ":" + (1 + kill % 2);
      System.out.println("KilledJobsTest: " + fault);
      assertThat(run(fault)).as(fault).isEqualTo(FaultPoint.EXIT_CODE);
      started += point.equals(STARTED) ? 1 : 0;
      done += point.equals(DONE) ? 1 : 0;
      // Between two processes the log says what it knows, and no more than one run is on the way.
      assertThat(values("SELECT count(*) FROM progress.job_runs WHERE state = 'running'"))
          .containsExactly("1");
    }
    assertThat(run("")).isZero();

    List<String> states = values("SELECT DISTINCT state FROM progress.job_runs");
    assertThat(states).contains("succeeded").isSubsetOf("succeeded", "skipped");
    assertThat(values("SELECT sum(cut_off) FROM progress.job_runs"))
        .containsExactly(String.valueOf(started + done));
    assertEventsTellOneStory();
    String tries = "SELECT count(*) FROM progress.job_events WHERE kind = 'SUCCEEDED'";
    int succeeded = Integer.parseInt(values(tries).get(0));
    assertThat(values("SELECT count(*) FROM built"))
        .containsExactly(String.valueOf(succeeded + done));
    assertThat(values("SELECT max(orders) FROM built")).containsExactly(String.valueOf(ORDERS));
  }

  private static String point(Random random) {
    return random.nextBoolean() ? STARTED : DONE;
  }

  /** Each run: queued, tries one after the other that begin and end, one end; no time twice. */
  private void assertEventsTellOneStory() throws Exception {
    String stories =
        "SELECT run || ': ' || string_agg(kind || ' ' || attempt, ', ' ORDER BY n) FROM"
            + " progress.job_events WHERE run > 0 GROUP BY run";
    for (String story : values(stories)) {
      List<String> events = List.of(story.replaceFirst("^\\d+: ", "").split(", "));
      List<String> expected = new ArrayList<>();
      if (events.get(0).startsWith("SKIPPED")) {
        expected.add("SKIPPED 0");
      } else {
        expected.add("QUEUED 0");
        int tries = (events.size() - 1) / 2;
        for (int i = 1; i < tries; i++) {
          expected.addAll(List.of("STARTED " + i, "CUT_OFF " + i));
        }
        expected.addAll(List.of("STARTED " + tries, "SUCCEEDED " + tries));
      }
      assertThat(events).as(story).isEqualTo(expected);
    }
    assertThat(
            values(
                "SELECT due_at FROM progress.job_runs WHERE \"trigger\" IN ('schedule', 'catch up')"
                    + " GROUP BY due_at HAVING count(*) > 1"))
        .isEmpty();
  }

  private int run(String fault) {
    try (ChildJvm jvm =
        ChildJvm.start(
            Millrace.class,
            fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault),
            "run",
            folder.toString(),
            "--until-idle")) {
      int code = jvm.awaitExit(Duration.ofMinutes(3));
      assertThat(code).as("%s: %s", fault, jvm.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  /** The first column of a query on the store. */
  private List<String> values(String sql) throws Exception {
    return AdsRun.query(folder, Map.of("query", sql)).values().stream()
        .flatMap(List::stream)
        .map(row -> String.valueOf(row.get(0)))
        .toList();
  }

  private void project() throws IOException {
    write("millrace.yml", "name: killed\ntargets: {dev: {kafka: embedded}}\n");
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            connector: generator
            rate: 1000
            total: %d
            seed: 7
            streams:
              - name: orders
                event_time: ordered_at
                columns:
                  - {name: id, type: VARCHAR}
                  - {name: ordered_at, type: TIMESTAMPTZ}
                generate:
                  fields:
                    id: {sequence: "order-%%08d"}
                    ordered_at: {event_time: true}
        """
            .formatted(ORDERS));
    write(
        "models/orders.sql",
        "{{ config(materialized='stream') }}\nSELECT id FROM {{ source('shop', 'orders') }}\n");
    write(
        "models/built.sql",
        """
        {{ config(materialized='incremental', incremental_strategy='append') }}
        SELECT '{{ invocation_id }}' AS invocation, count(*) AS orders FROM {{ ref('orders') }}
        """);
    write(
        "jobs.yml",
        """
        jobs:
          count:
            every: 2 seconds
            select: [built]
        """);
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
