package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableStore;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.embedded.HdfsSystem;
import dev.millrace.engine.Engine;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models and live views whose lake is in embedded HDFS: as on the disk, and readable while HDFS is
 * not there. What models do in a lake at all is in {@link LakeModelsTest}.
 */
@Tag("long")
class HdfsModelsTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final int ORDERS = 5_000;
  private static final String FIRST =
      "select * from (values (1, date '2026-11-01', 1), (2, date '2026-11-02', 1)) t(id, day, v)";
  private static final String LATER =
      "select * from (values (2, date '2026-11-02', 20), (3, date '2026-12-01', 30)) t(id, day, v)";
  private static final String INCREMENTAL =
      "{% if is_incremental() %}" + LATER + "{% else %}" + FIRST + "{% endif %}";

  @TempDir Path folder;
  private BuiltLake shop;

  @SuppressWarnings("NullAway.Init")
  HdfsModelsTest() {}

  @BeforeEach
  void make() throws Exception {
    assumeTrue(HdfsSystem.isAvailable(), "HDFS cannot be had here");
    shop = BuiltLake.inHdfs(folder);
  }

  private void build(String... words) {
    assertThat(shop.build(words)).as(shop.output()).isTrue();
  }

  private String rows(String table) throws Exception {
    return shop.rows("SELECT id, v FROM " + table + " ORDER BY ALL").toString();
  }

  @Test
  void tablesMergesAndPartitions() throws Exception {
    shop.model("whole", "materialized='table', partition_by=['day(day)']", INCREMENTAL);
    shop.model("by_key", "materialized='incremental', unique_key='id'", INCREMENTAL);
    shop.model(
        "merged",
        "materialized='incremental', unique_key=['id'], incremental_strategy='merge',"
            + " merge_update_columns=['day']",
        INCREMENTAL);
    shop.model(
        "by_month",
        "materialized='incremental', incremental_strategy='insert_overwrite',"
            + " partition_by='month(day)'",
        INCREMENTAL);
    shop.write(
        "models/sums.sql",
        "{{ config(materialized='table') }} select count(*) as id, sum(v) as v from"
            + " {{ ref('by_key') }}");
    build();
    for (String table : List.of("whole", "by_key", "merged", "by_month")) {
      assertThat(rows(table)).as(table).isEqualTo("[[1, 1], [2, 1]]");
    }
    build();
    assertBuiltTwice();

    shop.hdfs().start();
    try (TableStore lake = shop.lake()) {
      StoredTable table = lake.find("main.by_month").orElseThrow();
      assertThat(table.partitioning()).hasToString("[month(day)]");
      assertThat(table.versions()).hasSize(2);
      assertThat(lake.find("main.whole").orElseThrow().files().files()).hasSize(2);
    } finally {
      shop.hdfs().stop();
    }
    // Copies come from HDFS again, before a build reads them.
    delete(folder.resolve(".millrace/lake/cache"));
    build("--select", "sums");
    assertBuiltTwice();
    assertThat(rows("sums")).isEqualTo("[[3, 51]]");
    build("--full-refresh", "--select", "by_key by_month");
    assertThat(rows("by_key")).isEqualTo("[[1, 1], [2, 1]]");
  }

  /** HDFS is not there. */
  private void assertBuiltTwice() throws Exception {
    assertThat(rows("whole")).isEqualTo("[[1, 1], [2, 1]]");
    assertThat(rows("by_key")).isEqualTo("[[1, 1], [2, 20], [3, 30]]");
    assertThat(rows("merged")).isEqualTo("[[1, 1], [2, 1], [3, 30]]");
    assertThat(rows("by_month")).isEqualTo("[[2, 20], [3, 30]]");
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  @Test
  void aLiveViewIsTheStreamWhetherHdfsIsThereOrNot() throws Exception {
    Connectors connectors = new Connectors();
    Project project = streams(connectors);
    RunOptions options = new RunOptions(project, OptionalInt.empty(), false, false, 256L << 20);
    try (RunningProject running = RunningProject.begin(options, line -> {})) {
      running.open(SmallShop.compile(project, connectors), connectors, line -> {});
      Engine engine = running.engine();
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () -> {
                assertLive(engine);
                return engine.isDone();
              });
      assertThat(running.faults()).isEmpty();
      try (Connection connection = engine.read()) {
        assertThat(BuiltLake.rows(connection, "SELECT count(*) FROM orders_now"))
            .hasToString("[[" + ORDERS + "]]");
      }
      long pid = pid();
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
      assertLive(engine);
      Awaitility.await().atMost(LIMIT).until(() -> pid() > 0 && pid() != pid);
      assertLive(engine);
    }
  }

  private Project streams(Connectors connectors) throws IOException {
    shop.write(
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
                topic: shop.orders
                event_time: ordered_at
                columns:
                  - {name: order_id, type: VARCHAR}
                  - {name: ordered_at, type: TIMESTAMPTZ}
                generate:
                  fields:
                    order_id: {sequence: "order-%%08d"}
                    ordered_at: {event_time: true}
        """
            .formatted(ORDERS));
    shop.write(
        "models/orders.sql",
        """
        {{ config(materialized='stream') }}
        SELECT order_id, ordered_at FROM {{ source('shop', 'orders') }}
        """);
    shop.write(
        "sinks/lake.yml",
        """
        sinks:
          - {name: orders, from: orders, system: lake, mode: append, table: raw.orders,
             partition_by: ["day(ordered_at)"], commit_interval: 200ms, live_view: orders_now}
        """);
    return new ProjectLoader(connectors.all(), new DbtTemplates(), Map.of()).load(folder, "dev");
  }

  /** Of HDFS; 0 while it starts. */
  private long pid() throws IOException {
    Path file = folder.resolve(".millrace/hdfs/ready");
    return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
  }

  /** The view exists once the first rows are in the lake; from then on it is the stream. */
  private static void assertLive(Engine engine) throws Exception {
    try (Connection connection = engine.read()) {
      if (BuiltLake.rows(connection, "SELECT 1 FROM duckdb_views() WHERE view_name = 'orders_now'")
          .isEmpty()) {
        return;
      }
      assertThat(
              BuiltLake.rows(
                  connection,
                  "SELECT (SELECT count(*) FROM orders) - (SELECT count(*) FROM orders_now),"
                      + " (SELECT count(DISTINCT order_id) FROM orders_now) -"
                      + " (SELECT count(*) FROM orders_now)"))
          .hasToString("[[0, 0]]");
    }
  }
}
