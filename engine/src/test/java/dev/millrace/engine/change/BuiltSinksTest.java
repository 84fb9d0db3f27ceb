package dev.millrace.engine.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Engine;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tables that builds make come to outboxes as their difference: what a target has that applies the
 * outbox is the table, however it was built, and whether the project ran then.
 */
@Tag("slow")
class BuiltSinksTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path folder;
  private EditedProject project;

  @BeforeEach
  void start() throws IOException {
    project = new EditedProject(folder);
    project.write("millrace.yml", "name: shop\ntargets: {dev: {kafka: embedded, away: {}}}\n");
    project.source(
        "name: orders, topic: orders, event_time: at, columns: [{name: id, type: VARCHAR}, {name:"
            + " at, type: TIMESTAMPTZ}]");
    model("price * 2 AS price");
    sink("{name: prices, from: prices, system: away, table: prices, mode: upsert, key: [product]}");
  }

  @AfterEach
  void stop() {
    project.close();
  }

  private void model(String columns) throws IOException {
    project.write(
        "models/prices.sql",
        "{{ config(materialized='table', schema='gold') }}\nSELECT product, "
            + columns
            + " FROM {{ ref('products') }}");
  }

  private void sink(String sink) throws IOException {
    project.write("sinks/all.yml", "sinks:\n  - " + sink + "\n");
  }

  private void seed(String... rows) throws IOException {
    project.write("seeds/products.csv", "product,price\n" + String.join("\n", rows) + "\n");
  }

  private static List<String> outbox(Engine engine, String columns) throws Exception {
    try (Connection connection = engine.read()) {
      return EditedProject.rows(connection, "SELECT _w, " + columns + " FROM outbox.prices");
    }
  }

  /** The outbox in order: its rows come sorted as texts. */
  private static List<String> numbered(Engine engine) throws Exception {
    try (Connection connection = engine.read()) {
      return EditedProject.rows(
          connection, "SELECT lpad(_seq::VARCHAR, 9, '0'), _w, product, price FROM outbox.prices");
    }
  }

  private static void await(Engine engine, String columns, String... rows) {
    Awaitility.await()
        .atMost(LIMIT)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(outbox(engine, columns)).containsExactlyInAnyOrder(rows));
  }

  @Test
  void aBuildIsItsDifference() throws Exception {
    seed("tea,2", "cup,5");
    try (Engine engine = project.open()) {
      engine.start();
      project.build(engine);
      await(engine, "product, price", "1|tea|4", "1|cup|10");
      seed("tea,3", "pot,1");
      project.build(engine);
      await(engine, "product, price", "1|tea|4", "1|cup|10", "-1|cup|10", "1|tea|6", "1|pot|2");
      project.build(engine);
      Awaitility.await().atMost(LIMIT).until(() -> engine.problems().isEmpty());
    }
    seed("tea,3");
    project.build();
    try (Engine engine = project.open()) {
      engine.start();
      await(
          engine,
          "product, price",
          "1|tea|4",
          "1|cup|10",
          "-1|cup|10",
          "1|tea|6",
          "1|pot|2",
          "-1|pot|2");
    }
  }

  @Test
  void anEditedTableWaitsForItsBuild() throws Exception {
    seed("tea,2", "cup,5");
    try (Engine engine = project.open()) {
      engine.start();
      project.build(engine);
      await(engine, "product, price", "1|tea|4", "1|cup|10");
    }
    model("price + 1 AS price, 'new' AS label");
    try (Engine engine = project.open()) {
      engine.start();
      Awaitility.await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(engine.problems().toString())
                      .contains("SINK_TABLE_MISFIT", "label", "millrace build <project>"));
      project.build(engine);
      await(engine, "product, price, label", "1|tea|3|new", "1|cup|6|new");
      Awaitility.await().atMost(LIMIT).until(() -> engine.problems().isEmpty());
    }
  }

  @Test
  void rowsOfOneKeyAreToldAndNotDelivered() throws Exception {
    seed("tea,2");
    try (Engine engine = project.open()) {
      engine.start();
      project.build(engine);
      await(engine, "product, price", "1|tea|4");
      seed("tea,2", "tea,3", "cup,1");
      project.build(engine);
      Awaitility.await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(engine.problems().toString())
                      .contains("SINK_KEY_REPEATED", "2 rows", "tea"));
      assertThat(outbox(engine, "product, price")).containsExactly("1|tea|4");
      seed("tea,2", "cup,1");
      project.build(engine);
      await(engine, "product, price", "1|tea|4", "1|cup|2");
    }
  }

  @Test
  void aStreamThatBecomesATableSendsTheDifference() throws Exception {
    project.write(
        "models/prices.sql",
        "{{ config(materialized='stream') }}\n"
            + "SELECT id AS product, count(*) AS price FROM {{ source('shop', 'orders') }} GROUP BY id");
    project.send("orders", null, "{\"id\":\"tea\",\"at\":\"2026-01-01T11:00:00Z\"}");
    project.send("orders", null, "{\"id\":\"jar\",\"at\":\"2026-01-01T11:00:00Z\"}");
    try (Engine engine = project.open()) {
      engine.start();
      await(engine, "product, price", "1|tea|1", "1|jar|1");
    }
    seed("tea,1", "cup,2");
    project.write(
        "models/prices.sql",
        "{{ config(materialized='table', schema='gold') }}\n"
            + "SELECT product, price::BIGINT AS price FROM {{ ref('products') }}");
    try (Engine engine = project.open()) {
      engine.start();
      project.build(engine);
      await(engine, "product, price", "1|tea|1", "1|jar|1", "-1|jar|1", "1|cup|2");
    }
  }

  /** Builds beside the engine and without it, at random: the outbox applied is the table. */
  @Test
  void theOutboxAppliedIsTheTable() throws Exception {
    Random random = Seeds.random("BuiltSinksTest");
    for (int run = 0; run < 4; run++) {
      if (random.nextBoolean()) {
        seed(rows(random));
        project.build();
      }
      try (Engine engine = project.open()) {
        engine.start();
        for (int build = random.nextInt(3); build >= 0; build--) {
          seed(rows(random));
          project.build(engine);
        }
        Awaitility.await()
            .atMost(LIMIT)
            .untilAsserted(
                () -> {
                  try (Connection connection = engine.read()) {
                    List<String> table =
                        EditedProject.rows(
                            connection, "SELECT product, price FROM main_gold.prices ORDER BY ALL");
                    assertThat(applied(engine))
                        .as("%s", engine.problems())
                        .containsExactlyInAnyOrderElementsOf(table);
                  }
                });
      }
    }
  }

  private static String[] rows(Random random) {
    Map<String, Integer> rows = new TreeMap<>();
    for (int i = random.nextInt(30); i >= 0; i--) {
      rows.put("p" + random.nextInt(40), random.nextInt(3));
    }
    return rows.entrySet().stream()
        .map(e -> e.getKey() + "," + e.getValue())
        .toArray(String[]::new);
  }

  private static List<String> applied(Engine engine) throws Exception {
    Map<String, String> target = new TreeMap<>();
    for (String change : numbered(engine)) {
      String[] parts = change.split("\\|", -1);
      if (parts[1].equals("1")) {
        target.put(parts[2], parts[2] + "|" + parts[3]);
      } else {
        target.remove(parts[2]);
      }
    }
    return new ArrayList<>(target.values());
  }
}
