package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Status;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.Status.SinkStatus;
import dev.millrace.engine.Status.SourceStatus;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.server.StoreClient;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/**
 * A whole run, page included, whose orders come until they are told to stop. One sink appends them,
 * another keeps their counts. Tells whether every order was counted and delivered exactly once.
 */
final class BusyShop implements AutoCloseable {
  static final Duration LIMIT = Duration.ofSeconds(90);

  private static final Duration TICK = Duration.ofMillis(20);
  private static final String COUNTS =
      "SELECT time_bucket(INTERVAL 1 SECOND, ordered_at) AS second, count(*) AS orders, "
          + "max(order_id) AS newest FROM %s GROUP BY ALL";

  private final Path folder;
  private final RunningProject running;

  /**
   * Starts the run.
   *
   * @param kafka what stands behind {@code kafka:} in the target, such as {@code embedded}
   * @param postgres the same behind {@code postgres:}
   */
  BusyShop(Path folder, String kafka, String postgres) throws IOException {
    this.folder = folder;
    writeAll(kafka, postgres);
    Connectors connectors = new Connectors();
    Project project =
        new ProjectLoader(connectors.all(), new DbtTemplates(), Map.of()).load(folder, null);
    running =
        RunningProject.begin(
            new RunOptions(project, OptionalInt.empty(), false, false, 128L << 20), line -> {});
    try {
      running.open(SmallShop.compile(project, connectors), connectors, line -> {});
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  private void writeAll(String kafka, String postgres) throws IOException {
    write(
        "millrace.yml",
        """
        name: shop
        targets:
          dev:
            kafka: %s
            postgres: %s
        """
            .formatted(kafka, postgres));
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            connector: generator
            rate: 400
            seed: 7
            streams:
              - name: orders
                topic: shop.orders
                partitions: 2
                event_time: ordered_at
                allowed_lateness: 1 second
                idle_after: 1 minute
                columns:
                  - {name: order_id, type: VARCHAR}
                  - {name: ordered_at, type: TIMESTAMPTZ}
                generate:
                  key: order_id
                  fields:
                    order_id: {sequence: "order-%08d"}
                    ordered_at: {event_time: true}
        """);
    write(
        "models/orders.sql",
        """
        {{ config(materialized='stream') }}
        SELECT order_id, ordered_at FROM {{ source('shop', 'orders') }}
        """);
    write(
        "models/seconds.sql",
        "{{ config(materialized='stream') }}\n"
            + COUNTS.formatted("{{ source('shop', 'orders') }}"));
    write(
        "sinks/postgres.yml",
        """
        sinks:
          - {name: orders, from: orders, system: postgres, table: shop.orders, mode: append}
          - {name: seconds, from: seconds, system: postgres, table: shop.seconds, mode: upsert, key: [second]}
        """);
  }

  private void write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  Engine engine() {
    return running.engine();
  }

  /** Where the embedded PostgreSQL of the project is. */
  Map<String, Object> postgres() throws IOException {
    DataFolder data = DataFolder.open(folder);
    Properties ports = new Properties();
    try (Reader reader = Files.newBufferedReader(data.path().resolve("ports"))) {
      ports.load(reader);
    }
    return Map.of(
        "url",
        "jdbc:postgresql://127.0.0.1:" + ports.getProperty("postgres") + "/shop",
        "user",
        "millrace",
        "password",
        Files.readString(data.resolve("postgres").resolve("password")).strip());
  }

  /** How the source's only stream is. */
  SourceStatus source() {
    return engine().status().sources().get(0);
  }

  /** How the sink that appends orders is. */
  SinkStatus sink() {
    return engine().status().sinks().get(0);
  }

  /** Waits until the status is as wanted. */
  Status await(String what, Predicate<Status> wanted) {
    return Awaitility.await(what)
        .pollInterval(TICK)
        .atMost(LIMIT)
        .until(() -> engine().status(), wanted);
  }

  /** Waits until orders have reached the target. */
  void awaitDelivery() {
    await("orders are delivered", s -> s.sinks().stream().allMatch(sink -> sink.delivered() > 50));
  }

  /** One number that the page's API answers, as a person would ask. */
  long ask(String sql) {
    JsonNode rows = StoreClient.of(folder).query(sql).path("rows");
    return rows.path(0).path(0).asLong();
  }

  /** Waits until the page shows that orders are admitted and the watermark moves. */
  void awaitProgress() {
    String rows = "SELECT \"rows\" FROM system.sources";
    String watermark = "SELECT epoch_us(watermark) FROM system.sources";
    long rowsBefore = ask(rows);
    long watermarkBefore = ask(watermark);
    Awaitility.await("streams go on")
        .pollInterval(TICK)
        .atMost(LIMIT)
        .until(() -> ask(rows) > rowsBefore + 500 && ask(watermark) > watermarkBefore);
  }

  /** Stops the orders and waits until everything is delivered. */
  void finish() {
    assertThat(running.faults()).isEmpty();
    engine().stopSources();
    Awaitility.await("everything is delivered").atMost(LIMIT).until(engine()::isDrained);
    assertThat(engine().problems()).isEmpty();
    await("all is well", s -> s.sinks().stream().allMatch(sink -> sink.health() == Health.IDLE));
  }

  /**
   * Checks that no order is missing and none is there twice, in the streams' tables and in the
   * target's.
   *
   * @param address of the target
   */
  void assertExact(Map<String, Object> address) throws SQLException {
    List<String> orders;
    List<String> seconds;
    try (Connection store = engine().read()) {
      assertThat(rows(store, "SELECT late + rejected + duplicates FROM store.system.sources"))
          .containsExactly("0");
      orders = rows(store, "SELECT order_id, epoch_us(ordered_at) FROM orders ORDER BY 1");
      seconds = rows(store, "SELECT epoch_us(second), orders, newest FROM seconds ORDER BY 1");
      assertThat(seconds)
          .isEqualTo(
              rows(
                  store,
                  "SELECT epoch_us(second), orders, newest FROM ("
                      + COUNTS.formatted("orders")
                      + ") ORDER BY 1"));
    }
    assertThat(orders).hasSizeGreaterThan(500);
    for (int i = 0; i < orders.size(); i++) {
      assertThat(orders.get(i)).startsWith("order-%08d|".formatted(i + 1));
    }
    try (Connection target =
        DriverManager.getConnection(
            String.valueOf(address.get("url")),
            String.valueOf(address.get("user")),
            String.valueOf(address.get("password")))) {
      assertThat(
              rows(
                  target,
                  "SELECT order_id, " + micros("ordered_at") + " FROM shop.orders ORDER BY 1"))
          .isEqualTo(orders);
      assertThat(
              rows(
                  target,
                  "SELECT " + micros("second") + ", orders, newest FROM shop.seconds ORDER BY 1"))
          .isEqualTo(seconds);
    }
  }

  private static String micros(String column) {
    return "(extract(epoch FROM " + column + ") * 1000000)::bigint";
  }

  private static List<String> rows(Connection connection, String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int width = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> cells = new ArrayList<>();
        for (int i = 1; i <= width; i++) {
          cells.add(String.valueOf(result.getString(i)));
        }
        rows.add(String.join("|", cells));
      }
    }
    return rows;
  }

  @Override
  public void close() {
    running.close();
  }
}
