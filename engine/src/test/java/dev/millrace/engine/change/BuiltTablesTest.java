package dev.millrace.engine.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Engine;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.change.AssetChange.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams follow builds, made beside them or while they did not run, and outlive edits. */
@Tag("slow")
class BuiltTablesTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir Path folder;
  private EditedProject project;

  @BeforeEach
  void start() throws IOException {
    project = new EditedProject(folder);
    project.clock(Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC));
    project.source(
        "name: orders, topic: orders, event_time: at, columns: [{name: id, type: VARCHAR}, {name:"
            + " product, type: VARCHAR}, {name: at, type: TIMESTAMPTZ}]");
    seed("tea,2", "cup,5");
    project.write(
        "models/priced.sql",
        "{{ config(materialized='table', alias='price_list', schema='gold') }}\n"
            + "SELECT product, price * 2 AS price, product || '!' AS label FROM {{ ref('products') }}");
    project.write("models/shown.sql", "SELECT product, price FROM {{ ref('priced') }}");
    project.stream(
        "paid",
        "SELECT o.id, p.price FROM {{ source('shop', 'orders') }} o"
            + " LEFT JOIN {{ ref('priced') }} p USING (product)");
    project.stream("sums", "SELECT price, count(*) AS n FROM {{ ref('paid') }} GROUP BY price");
    project.stream("listed", "SELECT product, price FROM {{ ref('shown') }}");
  }

  @AfterEach
  void stop() {
    project.close();
  }

  private void seed(String... rows) throws IOException {
    project.write("seeds/products.csv", "product,price\n" + String.join("\n", rows) + "\n");
  }

  private void order(String id, String product) {
    project.send(
        "orders",
        null,
        "{\"id\":\"%s\",\"product\":\"%s\",\"at\":\"2026-01-01T11:00:00Z\"}"
            .formatted(id, product));
  }

  private static void await(Engine engine, String sql, String... rows) {
    Awaitility.await(sql)
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              try (Connection connection = engine.read()) {
                assertThat(EditedProject.rows(connection, sql)).containsExactlyInAnyOrder(rows);
              }
            });
  }

  @Test
  void streamsFollowBuilds() throws Exception {
    order("a", "tea");
    order("b", "pot");
    try (Engine engine = project.open()) {
      engine.start();
      EditedProject.await(engine);
      await(engine, "FROM paid", "a|null", "b|null");
      project.build(engine);
      await(engine, "FROM paid", "a|4", "b|null");
      await(engine, "FROM listed", "tea|4", "cup|10");
      seed("tea,3", "pot,7");
      project.build(engine, "products", "priced");
      await(engine, "FROM paid", "a|6", "b|14");
      await(engine, "FROM sums", "6|1", "14|1");
      await(engine, "FROM listed", "tea|6", "pot|14");
    }
    seed("tea,4");
    project.build();
    order("c", "tea");
    project.run();
    assertThat(project.rows("FROM paid")).containsExactly("a|8", "b|null", "c|8");
    assertThat(project.rows("FROM sums")).containsExactly("8|2", "null|1");
    assertThat(project.rows("FROM listed")).containsExactly("tea|8");
  }

  @Test
  void anEditedStreamIsFilledFromWhatTheFlowHasSeen() throws Exception {
    order("a", "tea");
    try (Engine engine = project.open()) {
      engine.start();
      project.build(engine);
      await(engine, "FROM paid", "a|4");
    }
    seed("tea,3", "cup,5");
    project.build();
    project.stream(
        "paid",
        "SELECT o.id, p.price + 1 AS price FROM {{ source('shop', 'orders') }} o"
            + " JOIN {{ ref('priced') }} p USING (product)");
    try (Engine engine = project.open()) {
      assertThat(engine.edit().orElseThrow().filled()).containsExactlyInAnyOrder("paid", "sums");
      engine.start();
      EditedProject.await(engine);
      await(engine, "FROM paid", "a|7");
      await(engine, "FROM sums", "7|1");
      order("b", "cup");
      seed("tea,4", "cup,6");
      project.build(engine);
      await(engine, "FROM paid", "a|9", "b|13");
      await(engine, "FROM sums", "9|1", "13|1");
    }
    // Another column of the table: the copy is made anew, and what reads it filled.
    project.stream(
        "labelled",
        "SELECT o.id, p.label FROM {{ source('shop', 'orders') }} o"
            + " JOIN {{ ref('priced') }} p USING (product)");
    try (Engine engine = project.open()) {
      assertThat(engine.edit().orElseThrow().changes())
          .filteredOn(c -> c.name().equals("paid"))
          .singleElement()
          .satisfies(
              c -> {
                assertThat(c.verdict()).isEqualTo(Verdict.REBUILT_FROM_TOPIC);
                assertThat(c.reason()).isEqualTo("streams use other columns of `priced`");
              });
      engine.start();
      EditedProject.await(engine);
      await(engine, "FROM labelled", "a|tea!", "b|cup!");
      await(engine, "FROM paid", "a|9", "b|13");
      seed("tea,5", "cup,6");
      project.build(engine);
      await(engine, "FROM paid", "a|11", "b|13");
    }
    for (String stream : List.of("paid", "sums", "labelled")) {
      project.remove("models/" + stream + ".sql");
    }
    project.run();
    assertThat(project.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'state'"))
        .containsExactly("lookup_shown");
  }

  /** What a product cost when it was ordered, by a snapshot, whenever its versions were built. */
  @Test
  void anOrderHasThePriceOfItsTime() throws Exception {
    for (String model : List.of("priced", "shown", "paid", "sums", "listed")) {
      project.remove("models/" + model + ".sql");
    }
    project.write("seeds/products.csv", "product,price,changed\ntea,2,2026-01-01 08:00:00\n");
    project.write(
        "snapshots/prices.sql",
        "{% snapshot prices %}{{ config(unique_key='product', strategy='timestamp',"
            + " updated_at='changed') }} SELECT * FROM {{ ref('products') }}{% endsnapshot %}");
    project.stream(
        "at_the_time",
        "SELECT o.id, p.price FROM {{ source('shop', 'orders') }} o JOIN {{ ref('prices') }} p"
            + " ON o.product = p.product AND o.at >= p.dbt_valid_from"
            + " AND (o.at < p.dbt_valid_to OR p.dbt_valid_to IS NULL)");
    order("a", "tea");
    try (Engine engine = project.open()) {
      engine.start();
      project.build(engine);
      await(engine, "FROM at_the_time", "a|2");
      project.write("seeds/products.csv", "product,price,changed\ntea,3,2026-01-01 11:30:00\n");
      project.build(engine);
      project.send(
          "orders", null, "{\"id\":\"b\",\"product\":\"tea\",\"at\":\"2026-01-01T11:45:00Z\"}");
      await(engine, "FROM at_the_time", "a|2", "b|3");
    }
  }

  @Test
  void aTableThatDoesNotFitPausesItsStreams() throws Exception {
    order("a", "tea");
    try (Engine engine = project.open()) {
      engine.start();
      project.build(engine);
      await(engine, "FROM paid", "a|4");
      project.write(
          "models/priced.sql",
          "{{ config(materialized='table', alias='price_list', schema='gold') }}\n"
              + "SELECT product, 'about ' || price AS price, 1 AS more FROM {{ ref('products') }}");
      project.build(engine, "priced");
      Awaitility.await("the flow pauses")
          .atMost(LIMIT)
          .until(
              () ->
                  engine.problems().toString().contains("column `price` of `priced`")
                      && engine.status().streams().stream()
                          .anyMatch(s -> s.health() == Health.PAUSED));
      order("b", "cup");
    }
    project.run();
    assertThat(project.rows("FROM paid")).containsExactly("a|about 2", "b|about 5");
  }
}
