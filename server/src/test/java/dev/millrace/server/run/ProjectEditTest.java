package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Engine;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A project is edited between runs: every stream's table is what its query returns over what was
 * admitted, late and repeated records stay refused, and targets hold what the tables hold.
 */
class ProjectEditTest {
  private static final String ORDERS = "{{ source('shop', 'orders') }}";
  private static final String MINUTES =
      "SELECT customer, time_bucket(INTERVAL 10 SECOND, ordered_at) AS bucket, count(*) AS n, sum(amount) AS amount"
          + " FROM {{ ref('good') }} GROUP BY ALL";

  private static final int ROUNDS = 6;

  @TempDir Path folder;

  private EditedShop shop() throws Exception {
    EditedShop shop = new EditedShop(folder, Seeds.random("ProjectEditTest"));
    shop.stream(
        "good",
        "SELECT order_id, customer, amount, ordered_at FROM " + ORDERS + " WHERE amount > 5");
    shop.stream("minutes", MINUTES);
    shop.stream(
        "closed",
        "SELECT time_bucket(INTERVAL 10 SECOND, ordered_at) AS bucket, count(*) AS n FROM "
            + ORDERS
            + " GROUP BY ALL",
        ", emit='on_close'");
    shop.stream(
        "paid",
        "SELECT o.order_id, o.customer, p.paid, o.ordered_at FROM "
            + ORDERS
            + " o LEFT JOIN {{ source('shop', 'payments') }} p ON p.order_id = o.order_id"
            + " AND p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL 1 MINUTE");
    shop.sinks(
        "name: minutes, from: minutes, table: shop.minutes, mode: upsert, key: [customer, bucket]",
        "name: good, from: good, table: shop.good, mode: append");
    for (int i = 0; i < 3; i++) {
      shop.arrive(150);
      shop.run();
    }
    shop.assertExact();
    for (String table : List.of("late", "rejected", "duplicates")) {
      assertThat(shop.stored("FROM store.system." + table)).as(table).isNotEmpty();
    }
    return shop;
  }

  private static void assertDelivered(EditedShop shop) throws Exception {
    String columns = "customer, epoch_us(bucket), n, amount";
    assertThat(
            shop.delivered(
                "SELECT "
                    + columns.replace(
                        "epoch_us(bucket)", "(extract(epoch FROM bucket) * 1000000)::bigint")
                    + " FROM shop.minutes"))
        .isEqualTo(shop.stored("SELECT " + columns + " FROM minutes"));
  }

  @Test
  void everyKindOfEdit() throws Exception {
    try (EditedShop shop = shop()) {
      assertThat(shop.changes().isEmpty()).isTrue();
      filter(shop);
      columns(shop);
      streams(shop);
      sinks(shop);
      renamed(shop);
      removed(shop);
    }
  }

  private static void edited(EditedShop shop) throws Exception {
    shop.arrive(40);
    shop.run();
    shop.assertExact();
    assertThat(shop.changes().isEmpty()).as("%s", shop.plan()).isTrue();
  }

  private static void filter(EditedShop shop) throws Exception {
    shop.stream(
        "good",
        "SELECT order_id, customer, amount, ordered_at FROM " + ORDERS + " WHERE amount > 20");
    assertThat(shop.plan())
        .containsEntry("source shop.orders", "unchanged")
        .containsEntry("stream good", "rebuilt from the topic")
        .containsEntry("stream minutes", "rebuilt from the topic")
        .containsEntry("stream closed", "unchanged")
        .containsEntry("stream paid", "unchanged")
        .containsEntry("sink minutes", "gets the difference")
        .containsEntry("sink good", "gets the difference");
    List<String> before = shop.delivered("SELECT order_id FROM shop.good");
    edited(shop);
    assertDelivered(shop);
    // Nothing is appended twice, and what was appended stays.
    assertThat(shop.delivered("SELECT order_id FROM shop.good"))
        .containsAll(before)
        .containsAll(shop.stored("SELECT order_id FROM good"))
        .doesNotHaveDuplicates();
  }

  private static void columns(EditedShop shop) throws Exception {
    shop.stream("minutes", MINUTES.replace("count(*)", "/* all */ count(*)"));
    assertThat(shop.plan()).containsEntry("stream minutes", "unchanged");
    shop.stream(
        "minutes", MINUTES.replace("count(*) AS n", "count(*) AS n, max(amount) AS highest"));
    assertThat(shop.plan())
        .containsEntry("stream minutes", "rebuilt from a table")
        .containsEntry("stream good", "unchanged");
    edited(shop);
    assertDelivered(shop);
    assertThat(shop.delivered("SELECT count(*) - count(highest) FROM shop.minutes"))
        .containsExactly("0");
  }

  private static void streams(EditedShop shop) throws Exception {
    // A new stream, a join more, another window, a chain whose upstream changes.
    shop.stream(
        "totals", "SELECT customer, sum(n) AS n FROM {{ ref('minutes') }} GROUP BY customer");
    shop.stream(
        "paid",
        "SELECT o.order_id, g.amount, p.paid, o.ordered_at FROM "
            + ORDERS
            + " o JOIN {{ source('shop', 'payments') }} p ON p.order_id = o.order_id"
            + " AND p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL 1 MINUTE"
            + " LEFT JOIN {{ ref('good') }} g ON g.order_id = o.order_id AND g.ordered_at = o.ordered_at");
    shop.view("rich", "SELECT customer, n FROM {{ ref('totals') }} WHERE n > 3");
    assertThat(shop.plan())
        .containsEntry("stream totals", "new")
        .containsEntry("view rich", "new")
        .containsEntry("stream paid", "rebuilt from the topic");
    edited(shop);
    assertThat(shop.stored("FROM rich")).isEqualTo(shop.stored("FROM totals WHERE n > 3"));
    shop.stream(
        "closed",
        "SELECT customer, time_bucket(INTERVAL 20 SECOND, ordered_at) AS bucket, count(*) AS n FROM "
            + ORDERS
            + " GROUP BY ALL",
        ", emit='on_close'");
    shop.stream(
        "good",
        "SELECT order_id, customer, amount * 2 AS amount, ordered_at FROM "
            + ORDERS
            + " WHERE amount > 10");
    edited(shop);
    assertDelivered(shop);
    assertThat(shop.stored("FROM rich")).isEqualTo(shop.stored("FROM totals WHERE n > 3"));
  }

  private static void sinks(EditedShop shop) throws Exception {
    shop.sinks(
        "name: minutes, from: minutes, table: shop.minutes, mode: upsert, key: [customer, bucket]",
        "name: totals, from: totals, table: shop.totals, mode: upsert, key: [customer]",
        "name: closed, from: closed, table: shop.closed, mode: append");
    assertThat(shop.plan())
        .containsEntry("sink totals", "new")
        .containsEntry("sink good", "removed")
        .containsEntry("stream totals", "unchanged");
    edited(shop);
    assertDelivered(shop);
    assertThat(shop.delivered("SELECT customer, n::bigint FROM shop.totals"))
        .isEqualTo(shop.stored("SELECT customer, n::BIGINT FROM totals"));
    assertThat(shop.delivered("SELECT customer, n FROM shop.closed"))
        .isEqualTo(shop.stored("SELECT customer, n FROM closed"));
  }

  private static void renamed(EditedShop shop) throws Exception {
    shop.remove("models/minutes.sql");
    shop.stream("buckets", MINUTES);
    shop.stream(
        "totals", "SELECT customer, sum(n) AS n FROM {{ ref('buckets') }} GROUP BY customer");
    shop.sinks(
        "name: minutes, from: buckets, table: shop.minutes, mode: upsert, key: [customer, bucket]",
        "name: totals, from: totals, table: shop.totals, mode: upsert, key: [customer]",
        "name: closed, from: closed, table: shop.closed, mode: append");
    assertThat(shop.plan())
        .containsEntry("stream minutes", "removed")
        .containsEntry("stream buckets", "new");
    edited(shop);
    String columns = "customer, n, amount";
    assertThat(shop.delivered("SELECT " + columns + " FROM shop.minutes"))
        .isEqualTo(shop.stored("SELECT " + columns + " FROM buckets"));
    assertThat(shop.delivered("SELECT customer, n::bigint FROM shop.totals"))
        .isEqualTo(shop.stored("SELECT customer, n::BIGINT FROM totals"));
  }

  private static void removed(EditedShop shop) throws Exception {
    for (String model : List.of("buckets", "totals", "rich", "paid")) {
      shop.remove("models/" + model + ".sql");
    }
    shop.sinks("name: closed, from: closed, table: shop.closed, mode: append");
    assertThat(shop.plan())
        .containsEntry("stream buckets", "removed")
        .containsEntry("view rich", "removed")
        .containsEntry("sink minutes", "removed");
    edited(shop);
    assertThat(
            shop.stored(
                "SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"))
        .containsExactly("all_orders", "all_payments", "closed", "good");
    assertThat(shop.delivered("SELECT customer, n FROM shop.closed"))
        .isEqualTo(shop.stored("SELECT customer, n FROM closed"));
  }

  /** Any edit, some of them while another one is still under way. */
  @Test
  @Tag("long")
  void randomEdits() throws Exception {
    Random random = Seeds.random("ProjectEditTest.randomEdits");
    try (EditedShop shop = new EditedShop(folder, random)) {
      write(shop, random);
      shop.arrive(100);
      shop.run();
      for (int round = 0; round < ROUNDS; round++) {
        write(shop, random);
        shop.arrive(20 + random.nextInt(80));
        if (random.nextInt(3) == 0) {
          shop.runShortly();
        } else {
          shop.run();
          shop.assertExact();
          assertThat(shop.changes().isEmpty()).as("%s", shop.plan()).isTrue();
          assertThat(shop.delivered("SELECT customer, n::bigint FROM shop.totals"))
              .isEqualTo(shop.stored("SELECT customer, n::BIGINT FROM totals"));
        }
      }
      shop.run();
      shop.assertExact();
    }
  }

  private static void write(EditedShop shop, Random random) throws Exception {
    shop.stream(
        "good",
        pick(
            random,
            "SELECT order_id, customer, amount, ordered_at FROM " + ORDERS + " WHERE amount > 20",
            "SELECT order_id, customer, amount, ordered_at FROM " + ORDERS + " WHERE amount <= 60",
            "SELECT order_id, customer, amount + 1 AS amount, ordered_at FROM " + ORDERS));
    shop.stream(
        "minutes",
        pick(
            random,
            MINUTES,
            MINUTES.replace("10 SECOND", "20 SECOND"),
            MINUTES.replace("ref('good')", "ref('all_orders')")));
    shop.stream(
        "totals",
        pick(
            random,
            "SELECT customer, sum(n)::BIGINT AS n FROM {{ ref('minutes') }} GROUP BY customer",
            "SELECT customer, count(*) AS n FROM {{ ref('good') }} GROUP BY customer",
            "SELECT customer, count(*) AS n FROM "
                + ORDERS
                + " WHERE customer > 1 GROUP BY customer"));
    shop.stream(
        "closed",
        "SELECT time_bucket(INTERVAL "
            + pick(random, "10", "20")
            + " SECOND, ordered_at) AS bucket, count(*) AS n FROM "
            + pick(random, ORDERS, "{{ ref('good') }}")
            + " GROUP BY ALL",
        ", emit='on_close'");
    shop.stream(
        "paid",
        "SELECT o.order_id, o.customer, p.paid, o.ordered_at FROM "
            + pick(random, ORDERS, "{{ ref('good') }}")
            + " o "
            + pick(random, "LEFT JOIN", "JOIN")
            + " {{ source('shop', 'payments') }} p ON p.order_id = o.order_id"
            + " AND p.paid_at BETWEEN o.ordered_at AND o.ordered_at + INTERVAL 1 MINUTE");
    shop.sinks("name: totals, from: totals, table: shop.totals, mode: upsert, key: [customer]");
  }

  private static String pick(Random random, String... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** A stream that starts at a time is its query over the rows since then. */
  @Test
  void aStreamStartsAtATime() throws Exception {
    try (EditedShop shop = new EditedShop(folder, Seeds.random("ProjectEditTest.start"))) {
      shop.arrive(150);
      shop.run();
      String time = "2026-01-01T12:00:15Z";
      String counts = "SELECT customer, count(*) AS n FROM %s GROUP BY customer";
      shop.stream("since", counts.formatted(ORDERS), ", start='" + time + "'");
      shop.stream("newest", counts.formatted(ORDERS), ", start='now'");
      shop.arrive(50);
      shop.run();
      String since = counts.formatted("all_orders WHERE ordered_at >= '" + time + "'");
      assertThat(shop.stored("FROM since")).isEqualTo(shop.stored(since)).isNotEmpty();
      // The events are older than the clock.
      assertThat(shop.stored("FROM newest")).isEmpty();
      shop.arrive(50);
      shop.run();
      assertThat(shop.stored("FROM since")).isEqualTo(shop.stored(since));
      assertThat(shop.changes().isEmpty()).as("%s", shop.plan()).isTrue();
      shop.stream("since", counts.formatted(ORDERS), ", start='2026-01-01T12:00:05Z'");
      assertThat(shop.plan()).containsEntry("stream since", "rebuilt from the topic");
      shop.run();
      assertThat(shop.stored("FROM since")).isEqualTo(shop.stored(since.replace(":15Z", ":05Z")));
      // What happens from now on is in, and what was on its way when the stream was planned is not.
      String planned =
          shop.stored(
                  "SELECT regexp_extract(definition, 'now ([0-9]+)', 1) FROM progress.definitions"
                      + " WHERE kind = 'stream' AND name = 'newest'")
              .get(0);
      shop.happenAt(Instant.EPOCH.plus(Long.parseLong(planned), ChronoUnit.MICROS));
      shop.arrive(60);
      shop.run();
      String newest =
          counts.formatted("all_orders WHERE ordered_at >= make_timestamptz(" + planned + ")");
      assertThat(shop.stored("FROM newest")).isEqualTo(shop.stored(newest)).isNotEmpty();
      assertThat(
              shop.stored(
                  "FROM all_orders WHERE ordered_at > '2026-02-01' AND ordered_at < make_timestamptz("
                      + planned
                      + ")"))
          .isNotEmpty();
    }
  }

  /** What a fill cannot do it says, and leaves the old table as it was. */
  @Test
  void aFillThatFailsLeavesTheOldTable() throws Exception {
    try (EditedShop shop = new EditedShop(folder, Seeds.random("ProjectEditTest.failing"))) {
      shop.stream("total", "SELECT sum(customer) AS n FROM " + ORDERS);
      shop.arrive(100);
      shop.run();
      List<String> before = shop.stored("FROM total");
      shop.stream(
          "total",
          "SELECT sum(100000000000000000000000000000000000000::HUGEINT + customer) AS n FROM "
              + ORDERS);
      try (Engine engine = shop.open()) {
        engine.start();
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !engine.problems().isEmpty());
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(engine::isDrained);
        assertThat(engine.problems()).hasSize(1);
        assertThat(engine.problems().get(0).message()).contains("stream `total`");
      }
      assertThat(shop.stored("FROM total")).isEqualTo(before);
      shop.stream("total", "SELECT sum(customer) AS n FROM " + ORDERS);
      shop.arrive(50);
      shop.run();
      shop.assertExact();
    }
  }
}
