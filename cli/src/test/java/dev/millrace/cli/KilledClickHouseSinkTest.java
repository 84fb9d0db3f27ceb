package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws 2 and 5 for sinks to ClickHouse: a project whose process was killed at every point of a
 * delivery has tables there that are exactly the streams'.
 */
@Tag("slow")
class KilledClickHouseSinkTest {
  private static final List<String> POINTS =
      List.of(
          "before-commit",
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

    DataFolder data = DataFolder.open(project);
    ClickHouseSystem system =
        new ClickHouseSystem("clickhouse", "ads", data.resolve("clickhouse"), new Ports(data));
    Map<String, Object> options = system.start();
    try (Store store =
            Store.open(new StoreOptions(data.resolve("store"), ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      assertEqual(connection, "campaign_minutes", export(options, "ads.minutes_final"));
      assertEqual(connection, "attributed_clicks", export(options, "raw.clicks"));
    } finally {
      system.stop();
    }
  }

  /** A table of ClickHouse as a file of Parquet. */
  private Path export(Map<String, Object> options, String table) throws IOException {
    String query =
        URLEncoder.encode("SELECT * FROM " + table + " FORMAT Parquet", StandardCharsets.UTF_8);
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(options.get("url") + "/?query=" + query).toURL().openConnection();
    connection.setRequestProperty("X-ClickHouse-User", String.valueOf(options.get("user")));
    connection.setRequestProperty("X-ClickHouse-Key", String.valueOf(options.get("password")));
    Path file = folder.resolve(table + ".parquet");
    try (InputStream rows = connection.getInputStream()) {
      Files.copy(rows, file, StandardCopyOption.REPLACE_EXISTING);
    }
    return file;
  }

  /** Compares with a stream: the same rows, each as often. Doubles to nine digits. */
  private static void assertEqual(Connection connection, String stream, Path file)
      throws SQLException {
    Map<String, String> types = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet columns = statement.executeQuery("DESCRIBE " + stream)) {
      while (columns.next()) {
        types.put(columns.getString(1), columns.getString(2));
      }
    }
    String columns =
        types.entrySet().stream()
            .map(
                e ->
                    e.getValue().equals("DOUBLE")
                        ? "round(\"" + e.getKey() + "\", 9)"
                        : "CAST(\"" + e.getKey() + "\" AS " + e.getValue() + ")")
            .collect(Collectors.joining(", "));
    String stored = "SELECT " + columns + " FROM " + stream;
    String delivered = "SELECT " + columns + " FROM '" + file + "'";
    assertThat(count(connection, delivered)).as(stream).isPositive();
    assertThat(count(connection, "(" + delivered + ") EXCEPT ALL (" + stored + ")"))
        .as("%s: delivered too much", stream)
        .isZero();
    assertThat(count(connection, "(" + stored + ") EXCEPT ALL (" + delivered + ")"))
        .as("%s: missing", stream)
        .isZero();
  }

  private static long count(Connection connection, String rows) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet count = statement.executeQuery("SELECT count(*) FROM (" + rows + ")")) {
      count.next();
      return count.getLong(1);
    }
  }
}
