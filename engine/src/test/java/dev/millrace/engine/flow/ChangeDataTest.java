package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.log.TopicRecords;
import dev.millrace.project.RecordFormat.Changes;
import dev.millrace.testing.Seeds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Law 1 over change data: after every batch each stream's table is what its query returns over the
 * rows that the changes so far leave. The rows are kept by maps here; the query is run by a second
 * DuckDB.
 */
class ChangeDataTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Map<String, String> STREAMS = new LinkedHashMap<>();

  static {
    STREAMS.put("copy", "FROM shop.customers");
    STREAMS.put("names", "SELECT upper(name) AS name FROM shop.customers WHERE tier > 0");
    STREAMS.put(
        "bought",
        "SELECT o.number, o.amount, c.name, c.tier FROM shop.orders o JOIN shop.customers c ON c.id = o.customer");
    STREAMS.put(
        "every_order",
        "SELECT o.number, o.amount, c.id, c.name FROM shop.orders o LEFT JOIN shop.customers c"
            + " ON c.id = o.customer AND c.tier > 1");
    STREAMS.put(
        "tiers",
        "SELECT tier, count(*) AS n, count(name) AS named, sum(balance) AS balance, max(name) AS last,"
            + " avg(balance) AS average, count(DISTINCT name) AS names, list(id ORDER BY id) AS ids"
            + " FROM shop.customers GROUP BY tier");
    STREAMS.put(
        "spent",
        "SELECT name, count(*) AS n, sum(amount) AS amount, min(amount) AS least FROM bought GROUP BY name");
    STREAMS.put(
        "totals", "SELECT count(*) AS n, sum(n) AS orders, sum(amount) AS amount FROM spent");
    STREAMS.put(
        "tier_orders",
        "SELECT t.tier, t.n, b.number FROM tiers t JOIN bought b ON b.tier = t.tier WHERE t.n > 1");
    STREAMS.put("kinds", "SELECT DISTINCT tier, balance > 50 AS rich FROM shop.customers");
    STREAMS.put(
        "all_names",
        "SELECT name FROM shop.customers UNION ALL SELECT name FROM bought WHERE amount > 5");
    STREAMS.put(
        "visits",
        "SELECT v.id, v.seen_at, c.name, c.tier FROM shop.visits v LEFT JOIN shop.customers c ON c.id = v.customer");
  }

  @TempDir Path folder;

  private final Random random = Seeds.random("ChangeDataTest");
  private final Map<String, String> customers = new LinkedHashMap<>();
  private final Map<Integer, String> orders = new LinkedHashMap<>();
  private final List<String> visits = new ArrayList<>();
  private final Map<String, Long> offsets = new LinkedHashMap<>();
  private long ignoredCustomers;
  private long ignoredOrders;
  private int rejected;
  private int numbers;

  private FlowHarness flow() throws Exception {
    FlowHarness flow =
        new FlowHarness(folder, Clock.fixed(NOON, ZoneOffset.UTC))
            .bulkFrom(random.nextInt(60))
            .indexFrom(random.nextInt(20))
            .changes(
                "shop",
                "customers",
                Changes.UPSERT,
                List.of("id"),
                "id VARCHAR",
                "name VARCHAR",
                "tier INTEGER",
                "balance DECIMAL(10,2)")
            .changes(
                "shop",
                "orders",
                Changes.DEBEZIUM,
                List.of("number"),
                "number INTEGER",
                "customer VARCHAR",
                "amount DOUBLE")
            .source(
                "shop",
                "visits",
                "seen_at",
                Duration.ofHours(100),
                Optional.empty(),
                "id INTEGER",
                "customer VARCHAR",
                "seen_at TIMESTAMPTZ");
    for (Map.Entry<String, String> stream : STREAMS.entrySet()) {
      flow.stream(stream.getKey(), stream.getValue());
    }
    return flow;
  }

  @Test
  void everyTableIsItsQueryAfterEveryBatch() throws Exception {
    run(40);
  }

  @Test
  @Tag("slow")
  void everyTableIsItsQueryForLong() throws Exception {
    run(70);
  }

  private void run(int rounds) throws Exception {
    try (Connection oracle = DriverManager.getConnection("jdbc:duckdb:");
        FlowHarness flow = flow()) {
      prepare(oracle, flow);
      flow.open();
      for (int round = 0; round < rounds; round++) {
        if (random.nextInt(8) == 0) {
          flow.close();
          flow.open();
        }
        List<TopicRecords> topics = new ArrayList<>();
        int size = random.nextInt(4) == 0 ? random.nextInt(150) : 1 + random.nextInt(25);
        for (TopicRecords records : List.of(customers(size), orders(size), visits(size / 3))) {
          if (records.size() > 0 && random.nextInt(4) > 0) {
            topics.add(records);
          }
        }
        apply(topics);
        flow.run(topics);
        check(oracle, flow, "after batch " + round);
        assertThat(flow.runner().fallbacks()).as("batches that failed as one statement").isZero();
      }
      assertThat(rejected).isPositive();
      assertThat(ignoredCustomers).isPositive();
      assertThat(customers).hasSizeGreaterThan(5);
      assertThat(orders).hasSizeGreaterThan(5);
    }
  }

  /** A process that runs for long forgets deleted rows once no record waits to be tried again. */
  @Test
  void deletedRowsAreForgottenMeanwhile() throws Exception {
    try (FlowHarness flow =
        new FlowHarness(folder, Clock.fixed(NOON, ZoneOffset.UTC))
                .indexFrom(0)
                .changes(
                    "shop", "customers", Changes.UPSERT, List.of("id"), "id VARCHAR", "n INTEGER")
                .stream("copy", "FROM shop.customers")) {
      flow.open();
      flow.run(List.of(customer(1, "a", "{\"n\": 1}")));
      flow.run(List.of(customer(2, "b", "{\"n\": \"x\"}")));
      flow.run(List.of(customer(3, "a", null)));
      flow.writer()
          .transact(t -> t.update("UPDATE progress.batches SET number = 1999 WHERE number = 3"));
      flow.close();
      flow.open();
      String deleted = "SELECT count(*) FROM state.\"current_shop.customers\" WHERE _deleted";
      assertThat(flow.rows(deleted)).containsExactly("1");
      flow.writer().transact(t -> t.update("DELETE FROM store.system.rejected"));
      flow.run(List.of(customer(4, "c", "{\"n\": 3}")));
      assertThat(flow.rows(deleted)).containsExactly("0");
      flow.run(List.of(customer(5, "a", "{\"n\": 4}")));
      flow.run(List.of(customer(6, "a", "{\"n\": 5}")));
      flow.run(List.of(customer(7, "c", null)));
      assertThat(flow.rows(deleted)).containsExactly("0");
      assertThat(flow.rows("FROM copy")).containsExactly("a|5");
    }
  }

  private static TopicRecords customer(long offset, String id, @Nullable String value) {
    TopicRecords.Builder records = new TopicRecords.Builder("shop.customers");
    records.add(0, offset, 0, bytes(id), value == null ? null : bytes(value));
    return records.build();
  }

  private static void prepare(Connection oracle, FlowHarness flow) throws SQLException {
    LawOneTest.execute(oracle, "SET TimeZone = 'UTC'");
    LawOneTest.execute(oracle, "CREATE SCHEMA shop");
    LawOneTest.execute(
        oracle,
        "CREATE TABLE shop.customers (id VARCHAR, name VARCHAR, tier INTEGER, balance DECIMAL(10,2))");
    LawOneTest.execute(
        oracle, "CREATE TABLE shop.orders (number INTEGER, customer VARCHAR, amount DOUBLE)");
    LawOneTest.execute(
        oracle, "CREATE TABLE shop.visits (id INTEGER, customer VARCHAR, seen_at TIMESTAMPTZ)");
    LawOneTest.execute(oracle, "SET VARIABLE \"wm_shop.visits\" = NULL::TIMESTAMPTZ");
    for (String stream : STREAMS.keySet()) {
      LawOneTest.execute(
          oracle, "CREATE VIEW " + stream + " AS " + flow.program(stream).batchSql());
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private String customerKey(String id) {
    return switch (random.nextInt(3)) {
      case 0 -> id;
      case 1 -> '"' + id + '"';
      default -> "{\"id\": \"" + id + "\"}";
    };
  }

  /** Records of a topic; which of them counts is not decided yet. */
  private TopicRecords customers(int size) {
    TopicRecords.Builder records = new TopicRecords.Builder("shop.customers");
    for (int i = 0; i < size; i++) {
      String id = "c" + random.nextInt(12);
      byte @Nullable [] value =
          random.nextInt(4) == 0
              ? null
              : bytes(
                  random.nextInt(40) == 0
                      ? "{\"name\": 1, \"tier\": \"high\"}"
                      : "{%s\"name\":%s,\"tier\":%d,\"balance\":%d.5}"
                          .formatted(
                              random.nextBoolean() ? "\"id\":\"" + id + "\"," : "",
                              random.nextInt(5) == 0 ? "null" : "\"n" + random.nextInt(4) + "\"",
                              random.nextInt(4),
                              random.nextInt(3) * 40));
      records.add(0, offset("customers"), 0, bytes(customerKey(id)), value);
    }
    return records.build();
  }

  private TopicRecords orders(int size) {
    TopicRecords.Builder records = new TopicRecords.Builder("shop.orders");
    for (int i = 0; i < size; i++) {
      int number = random.nextInt(25);
      byte[] key = bytes("{\"number\": " + number + "}");
      String row =
          "{\"number\":%d,\"customer\":\"c%d\",\"amount\":%s}"
              .formatted(number, random.nextInt(14), random.nextInt(40) / 4.0);
      String event =
          switch (random.nextInt(12)) {
            case 0, 1 ->
                "{\"op\":\"d\",\"before\":{\"number\":%d,\"customer\":null},\"after\":null}"
                    .formatted(number);
            case 2 -> "{\"op\":\"m\",\"message\":{}}";
            case 3 -> "{\"op\":\"u\",\"before\":null}";
            default ->
                "{\"before\":null,\"after\":%s,\"source\":{\"ts_ms\":1},\"op\":\"%s\",\"ts_ms\":2}"
                    .formatted(row, List.of("c", "u", "r").get(random.nextInt(3)));
          };
      boolean wrapped = random.nextBoolean();
      records.add(
          0,
          offset("orders"),
          0,
          key,
          bytes(wrapped ? "{\"schema\":{\"type\":\"struct\"},\"payload\":" + event + "}" : event));
      if (event.startsWith("{\"op\":\"d\"")) {
        records.add(0, offset("orders"), 0, key, (byte[]) null);
      }
    }
    return records.build();
  }

  private TopicRecords visits(int size) {
    TopicRecords.Builder records = new TopicRecords.Builder("shop.visits");
    for (int i = 0; i < size; i++) {
      records.add(
          0,
          offset("visits"),
          0,
          (byte[]) null,
          bytes(
              "{\"id\":%d,\"customer\":\"c%d\",\"seen_at\":\"%s\"}"
                  .formatted(
                      ++numbers, random.nextInt(14), NOON.minusSeconds(random.nextInt(9_000)))));
    }
    return records.build();
  }

  private long offset(String topic) {
    return offsets.merge(topic, 1L, Long::sum);
  }

  /** What the changes mean, one after the other. */
  private void apply(List<TopicRecords> topics) {
    for (TopicRecords records : topics) {
      for (int i = 0; i < records.size(); i++) {
        byte[] value = records.value(i);
        String text = value == null ? "" : new String(value, StandardCharsets.UTF_8);
        switch (records.topic()) {
          case "shop.customers" -> applyCustomer(key(records, i, "(c\\d+)"), text);
          case "shop.orders" -> applyOrder(Integer.parseInt(key(records, i, "(\\d+)")), text);
          default -> visits.add(text);
        }
      }
    }
  }

  private static String key(TopicRecords records, int i, String pattern) {
    String key =
        new String(Optional.ofNullable(records.key(i)).orElseThrow(), StandardCharsets.UTF_8);
    return key.replaceAll("[^c\\d]*" + pattern + "[^\\d]*", "$1");
  }

  private void applyCustomer(String id, String value) {
    if (value.isEmpty()) {
      ignoredCustomers += customers.remove(id) == null ? 1 : 0;
    } else if (value.contains("high")) {
      rejected++;
    } else {
      customers.put(
          id, value.contains("\"id\"") ? value : "{\"id\":\"" + id + "\"," + value.substring(1));
    }
  }

  private void applyOrder(int number, String value) {
    if (value.contains("\"d\"")) {
      ignoredOrders += orders.remove(number) == null ? 1 : 0;
    } else if (value.contains("\"m\"")) {
      ignoredOrders++;
    } else if (value.contains("\"after\"")) {
      orders.put(number, value.replaceAll(".*\"after\":(\\{[^}]*\\}).*", "$1"));
    } else if (!value.isEmpty()) {
      rejected++;
    }
  }

  private void check(Connection oracle, FlowHarness flow, String when) throws SQLException {
    fill(oracle, "shop.customers", List.copyOf(customers.values()));
    fill(oracle, "shop.orders", List.copyOf(orders.values()));
    fill(oracle, "shop.visits", visits);
    assertThat(flow.runner().counts("shop.customers").ignored())
        .as("ignored %s", when)
        .isEqualTo(ignoredCustomers);
    assertThat(flow.runner().counts("shop.orders").ignored())
        .as("ignored %s", when)
        .isEqualTo(ignoredOrders);
    assertThat(
            flow.runner().counts("shop.orders").rejected()
                + flow.runner().counts("shop.customers").rejected())
        .as("rejected %s", when)
        .isEqualTo(rejected);
    try (Connection store = flow.store().connect()) {
      for (String stream : STREAMS.keySet()) {
        List<List<@Nullable Object>> expected = LawOneTest.rows(oracle, "FROM " + stream);
        List<List<@Nullable Object>> actual = LawOneTest.rows(store, "FROM " + stream);
        assertThat(actual.size()).as("rows of %s %s", stream, when).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
          assertThat(LawOneTest.same(expected.get(i), actual.get(i)))
              .as("%s %s: expected %s, found %s", stream, when, expected.get(i), actual.get(i))
              .isTrue();
        }
      }
    }
  }

  private static void fill(Connection oracle, String table, List<String> rows) throws SQLException {
    LawOneTest.execute(oracle, "DELETE FROM " + table);
    if (!rows.isEmpty()) {
      String columns =
          switch (table) {
            case "shop.customers" ->
                "{\"id\":\"VARCHAR\",\"name\":\"VARCHAR\",\"tier\":\"INTEGER\",\"balance\":\"DECIMAL(10,2)\"}";
            case "shop.orders" ->
                "{\"number\":\"INTEGER\",\"customer\":\"VARCHAR\",\"amount\":\"DOUBLE\"}";
            default -> "{\"id\":\"INTEGER\",\"customer\":\"VARCHAR\",\"seen_at\":\"TIMESTAMPTZ\"}";
          };
      LawOneTest.execute(
          oracle,
          "INSERT INTO %s SELECT unnest(json_transform_strict(r, '%s')) FROM (SELECT unnest(['%s']) AS r)"
              .formatted(table, columns, String.join("','", rows)));
    }
  }
}
