package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.testing.Seeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws 1, 2 and 5 for change data: a project writes keyed topics and reads them back as tables; its
 * process is killed at every named point, and while a stream of them is filled again. In the end
 * the tables are those that the topics were written from.
 */
@Tag("long")
class KilledChangesTest {
  private static final List<String> POINTS =
      List.of("after-decode", "before-commit", "after-commit", "sink-after-commit");

  @TempDir Path folder;

  @Test
  void killedRunsLoseAndDoubleNoChange() throws Exception {
    Random random = Seeds.random("KilledChangesTest");
    Path project = folder.resolve("ads");
    AdsRun ads = new AdsRun(project, 20_000);
    Files.delete(project.resolve("sinks/postgres.yml"));
    write(project);
    List<String> points = new ArrayList<>(POINTS);
    Collections.shuffle(points, random);
    for (String point : points) {
      kill(ads, point + ":" + (1 + random.nextInt(6)));
    }
    assertEnded(ads.run("", "--vars", "speed=1000"));
    assertSame(project);

    // The fills read every change again.
    ads.change("models/minutes_copy.sql", "impressions, clicks", "clicks, impressions");
    ads.change("models/network_copy.sql", "campaigns", "campaigns + 0 AS campaigns");
    for (String point : List.of("refill-batch", "refill-before-swap", "refill-after-swap")) {
      kill(ads, point + ":1", "--vars", "speed=1000");
    }
    assertEnded(ads.run("", "--vars", "speed=1000"));
    assertSame(project);
  }

  private static void write(Path project) throws Exception {
    Files.writeString(
        project.resolve("sinks/kafka.yml"),
        """
        sinks:
          - {name: minutes, from: campaign_minutes, system: kafka, mode: upsert, partitions: 3,
             key: [campaign_id, minute]}
          - {name: network, from: network_minutes, system: kafka, mode: debezium, key: [minute]}
        """);
    Files.writeString(
        project.resolve("sources/changed.yml"),
        """
        sources:
          - name: changed
            streams:
              - name: minutes
                topic: minutes
                partitions: 3
                changes: upsert
                key: [campaign_id, minute]
                columns:
                  - {name: campaign_id, type: BIGINT}
                  - {name: minute, type: TIMESTAMPTZ}
                  - {name: impressions, type: BIGINT}
                  - {name: clicks, type: BIGINT}
              - name: network
                topic: network
                changes: debezium
                key: [minute]
                columns:
                  - {name: minute, type: TIMESTAMPTZ}
                  - {name: campaigns, type: BIGINT}
        """);
    model(
        project,
        "minutes_copy",
        "SELECT campaign_id, minute, impressions, clicks FROM {{ source('changed', 'minutes') }}");
    model(
        project,
        "campaigns",
        "SELECT campaign_id, count(*) AS n, sum(impressions) AS impressions"
            + " FROM {{ ref('minutes_copy') }} GROUP BY campaign_id");
    model(
        project,
        "network_copy",
        "SELECT minute, campaigns FROM {{ source('changed', 'network') }}");
  }

  private static void model(Path project, String name, String sql) throws Exception {
    Files.writeString(
        project.resolve("models/" + name + ".sql"),
        "{{ config(materialized='stream') }}\n" + sql + "\n");
  }

  private static void kill(AdsRun ads, String fault, String... options) {
    System.out.println("KilledChangesTest: " + fault);
    AdsRun.Ended ended = ads.run(fault, options);
    assertThat(ended.code()).as("%s: %s", fault, ended.output()).isEqualTo(FaultPoint.EXIT_CODE);
  }

  private static void assertEnded(AdsRun.Ended ended) {
    assertThat(ended.code()).as(ended.output()).isZero();
  }

  private static void assertSame(Path project) throws SQLException {
    Path path = DataFolder.open(project).resolve("store");
    try (Store store = Store.open(new StoreOptions(path, ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      String minutes = "SELECT campaign_id, minute, impressions, clicks FROM ";
      assertThat(rows(connection, minutes + "minutes_copy"))
          .isNotEmpty()
          .isEqualTo(rows(connection, minutes + "campaign_minutes"));
      assertThat(rows(connection, "SELECT campaign_id, n, impressions FROM campaigns"))
          .isEqualTo(
              rows(
                  connection,
                  "SELECT campaign_id, count(*), sum(impressions) FROM campaign_minutes GROUP BY ALL"));
      assertThat(rows(connection, "SELECT minute, campaigns FROM network_copy"))
          .isNotEmpty()
          .isEqualTo(rows(connection, "SELECT minute, campaigns FROM network_minutes"));
      assertThat(
              rows(
                  connection,
                  "SELECT reason FROM store.system.rejected WHERE source LIKE 'changed%'"))
          .isEmpty();
    }
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= columns; i++) {
          row.append(i == 1 ? "" : "|").append(result.getString(i));
        }
        rows.add(row.toString());
      }
    }
    rows.sort(null);
    return rows;
  }
}
