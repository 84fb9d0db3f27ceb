package dev.millrace.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Law 1 for streams that read tables which builds make: after every batch a stream's table is what
 * its query returns over all admitted rows and the table as the last build left it. Rows and builds
 * come in any order; the query is run by a second DuckDB.
 */
class LookupTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private static final Map<String, String> STREAMS =
      Map.ofEntries(
          Map.entry(
              "paired",
              "SELECT o.id, o.product, p.name, o.amount * p.price AS paid FROM shop.orders o"
                  + " JOIN products p ON o.product = p.product"),
          Map.entry(
              "named",
              "SELECT o.id, p.name, p.price FROM shop.orders o LEFT JOIN products p USING (product)"),
          Map.entry(
              "complete",
              "SELECT o.id, p.product, p.name FROM shop.orders o FULL JOIN products p"
                  + " ON o.product = p.product AND o.amount > 1"),
          Map.entry(
              "known",
              "SELECT id, product FROM shop.orders WHERE product IN (SELECT product FROM products"
                  + " WHERE price > 2)"),
          Map.entry(
              "unknown",
              "SELECT id, product FROM shop.orders o WHERE NOT EXISTS (SELECT 1 FROM products p"
                  + " WHERE p.product = o.product)"),
          Map.entry(
              "not_in",
              "SELECT id FROM shop.orders WHERE product NOT IN (SELECT product FROM products)"),
          Map.entry(
              "either", "SELECT product FROM shop.orders UNION ALL SELECT product FROM products"),
          Map.entry(
              "distinct_products",
              "SELECT product FROM shop.orders UNION SELECT product FROM products"),
          Map.entry("plain", "SELECT name, price FROM products WHERE price IS NOT NULL"),
          Map.entry("counted", "SELECT count(*) AS n FROM products"),
          Map.entry(
              "sums",
              "SELECT p.name, count(*) AS n, sum(o.amount * p.price) AS paid FROM shop.orders o"
                  + " LEFT JOIN products p USING (product) GROUP BY p.name"),
          Map.entry(
              "at_the_time",
              "SELECT o.id, h.price FROM shop.orders o JOIN history h ON o.product = h.product"
                  + " AND o.ordered_at >= h.valid_from"
                  + " AND (o.ordered_at < h.valid_to OR h.valid_to IS NULL)"),
          Map.entry(
              "newest",
              "SELECT o.id, h.price FROM shop.orders o ASOF LEFT JOIN history h"
                  + " ON o.product = h.product AND o.ordered_at >= h.valid_from"));

  @TempDir Path folder;

  private final Random random = Seeds.random("LookupTest");
  private Instant happening = NOON.minus(Duration.ofHours(10));
  private int pause;
  private int orders;

  /** The streams that had rows after some batch: the others were compared with nothing. */
  private final Set<String> filled = new HashSet<>();

  private FlowHarness flow() throws Exception {
    FlowHarness flow =
        new FlowHarness(folder, Clock.fixed(NOON, ZoneOffset.UTC))
            .bulkFrom(random.nextInt(60))
            .indexFrom(random.nextInt(20))
            .source(
                "shop",
                "orders",
                "ordered_at",
                Duration.ofSeconds(10),
                Optional.empty(),
                "id VARCHAR",
                "product VARCHAR",
                "amount INTEGER",
                "ordered_at TIMESTAMPTZ")
            .table(
                "products",
                "product VARCHAR",
                "name VARCHAR",
                "unused STRUCT(a INTEGER)",
                "price DECIMAL(10,2)")
            .table(
                "history",
                "product VARCHAR",
                "price DOUBLE",
                "valid_from TIMESTAMPTZ",
                "valid_to TIMESTAMPTZ");
    for (Map.Entry<String, String> stream : STREAMS.entrySet()) {
      flow.stream(stream.getKey(), stream.getValue());
    }
    return flow;
  }

  @Test
  void everyStreamIsItsQueryWhateverBuildsDo() throws Exception {
    run(30);
  }

  @Test
  @Tag("long")
  void everyStreamIsItsQueryForLong() throws Exception {
    run(150);
  }

  private void run(int rounds) throws Exception {
    // All of it happens before the clock's time: rows ahead of it are refused.
    pause = 1_800_000 / rounds;
    try (Connection oracle = DriverManager.getConnection("jdbc:duckdb:");
        FlowHarness flow = flow()) {
      prepare(oracle, flow);
      flow.open();
      for (int round = 0; round < rounds; round++) {
        if (random.nextInt(6) == 0) {
          flow.close();
          flow.open();
        }
        if (round > 2 && random.nextInt(3) > 0) {
          build(oracle, flow);
        }
        flow.batch(Map.of("shop.orders", random.nextInt(4) == 0 ? List.of() : arrive(oracle)));
        check(oracle, flow, "after batch " + round);
        assertThat(flow.runner().fallbacks()).as("batches that failed as one statement").isZero();
      }
    }
    assertThat(filled).as("streams that had rows").containsAll(STREAMS.keySet());
  }

  private static void prepare(Connection oracle, FlowHarness flow) throws SQLException {
    LawOneTest.execute(oracle, "SET TimeZone = 'UTC'");
    LawOneTest.execute(oracle, "CREATE SCHEMA shop");
    LawOneTest.execute(
        oracle,
        "CREATE TABLE shop.orders (id VARCHAR, product VARCHAR, amount INTEGER, ordered_at TIMESTAMPTZ)");
    LawOneTest.execute(oracle, products(List.of()));
    LawOneTest.execute(oracle, history(List.of()));
    for (String stream : STREAMS.keySet()) {
      LawOneTest.execute(
          oracle, "CREATE VIEW " + stream + " AS " + flow.program(stream).batchSql());
    }
  }

  private static String products(List<String> rows) {
    return "CREATE OR REPLACE TABLE products AS SELECT product::VARCHAR AS product,"
        + " name::VARCHAR AS name, unused::STRUCT(a INTEGER) AS unused,"
        + " price::DECIMAL(10,2) AS price FROM (VALUES "
        + values(rows)
        + ") t(product, name, unused, price) WHERE product <> 'none'";
  }

  private static String history(List<String> rows) {
    return "CREATE OR REPLACE TABLE history AS SELECT product::VARCHAR AS product,"
        + " price::DOUBLE AS price, valid_from::TIMESTAMPTZ AS valid_from,"
        + " valid_to::TIMESTAMPTZ AS valid_to FROM (VALUES "
        + values(rows)
        + ") t(product, price, valid_from, valid_to) WHERE product <> 'none'";
  }

  private static String values(List<String> rows) {
    return String.join(", ", rows.isEmpty() ? List.of("('none', NULL, NULL, NULL)") : rows);
  }

  /** Some products, a few of them twice. */
  private List<String> productRows() {
    List<String> rows = new ArrayList<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      String price = random.nextInt(6) == 0 ? "NULL" : String.valueOf(random.nextInt(5));
      rows.add(
          "('p%d', %s, {'a': %d}, %s)"
              .formatted(
                  random.nextInt(6),
                  random.nextInt(6) == 0 ? "NULL" : "'name " + random.nextInt(3) + "'",
                  random.nextInt(2),
                  price));
    }
    return rows;
  }

  /** What products cost when, each time valid until the next one. */
  private List<String> historyRows() {
    List<String> rows = new ArrayList<>();
    for (int product = 0; product < 5; product++) {
      Instant from = NOON.minus(Duration.ofHours(11));
      for (int version = random.nextInt(5); version > 0; version--) {
        Instant to = from.plusSeconds(600 + random.nextInt(12_000));
        rows.add(
            String.format(
                Locale.ROOT,
                "('p%d', %d, '%s', %s)",
                product,
                random.nextInt(9),
                from,
                version == 1 ? "NULL" : "'" + to + "'"));
        from = to;
      }
    }
    return rows;
  }

  /** A build of one of the tables, in one of the ways in which builds change tables. */
  private void build(Connection oracle, FlowHarness flow) throws SQLException {
    boolean there =
        !flow.rows("SELECT 1 FROM duckdb_tables() WHERE table_name = 'products'").isEmpty();
    String some = " WHERE product = 'p" + random.nextInt(6) + "'";
    List<String> statements =
        switch (there ? random.nextInt(9) : 0) {
          case 0 -> List.of(products(productRows()));
          case 1 ->
              List.of(
                  products(productRows()).replace("TABLE products ", "TABLE products__new "),
                  "DROP TABLE products",
                  "ALTER TABLE products__new RENAME TO products");
          case 2 -> List.of("CREATE OR REPLACE TABLE products AS FROM products");
          case 3 -> List.of("INSERT INTO products FROM products" + some);
          case 4 -> List.of("DELETE FROM products" + some);
          case 5 -> List.of("UPDATE products SET price = price + 1" + some);
          case 6 -> List.of(products(List.of()));
          default -> List.of(history(historyRows()));
        };
    flow.build(statements.toArray(String[]::new));
    for (String statement : statements) {
      LawOneTest.execute(oracle, statement);
    }
  }

  private List<String> arrive(Connection oracle) throws SQLException {
    List<String> records = new ArrayList<>();
    List<String> rows = new ArrayList<>();
    for (int i = 1 + random.nextInt(random.nextInt(4) == 0 ? 100 : 12); i > 0; i--) {
      happening = happening.plusMillis(random.nextInt(pause));
      String product = random.nextInt(12) == 0 ? null : "p" + random.nextInt(7);
      int amount = random.nextInt(4);
      String id = "o" + ++orders;
      records.add(
          "{\"id\":\"%s\",\"product\":%s,\"amount\":%d,\"ordered_at\":\"%s\"}"
              .formatted(id, product == null ? "null" : '"' + product + '"', amount, happening));
      rows.add(
          "('%s', %s, %d, '%s')"
              .formatted(id, product == null ? "NULL" : "'" + product + "'", amount, happening));
    }
    LawOneTest.execute(oracle, "INSERT INTO shop.orders VALUES " + String.join(", ", rows));
    return records;
  }

  private void check(Connection oracle, FlowHarness flow, String when) throws SQLException {
    try (Connection store = flow.store().connect()) {
      for (String stream : STREAMS.keySet()) {
        List<List<@Nullable Object>> expected = LawOneTest.rows(oracle, "FROM " + stream);
        List<List<@Nullable Object>> actual = LawOneTest.rows(store, "FROM " + stream);
        if (!expected.isEmpty()) {
          filled.add(stream);
        }
        assertThat(actual.size()).as("rows of %s %s", stream, when).isEqualTo(expected.size());
        for (int i = 0; i < expected.size(); i++) {
          assertThat(LawOneTest.same(expected.get(i), actual.get(i)))
              .as("%s %s: expected %s, found %s", stream, when, expected.get(i), actual.get(i))
              .isTrue();
        }
      }
    }
  }

  /** Replacing a table by an equal one changes nothing, down to the rows' hidden identities. */
  @Test
  void anEqualTableIsNoChange() throws Exception {
    try (FlowHarness flow = flow().open()) {
      flow.build(products(List.of("('p1', 'tea', NULL, 2)", "('p1', 'tea', NULL, 2)")));
      flow.batch(Map.of("shop.orders", List.of()));
      List<String> before = flow.rows("SELECT * FROM published.paired");
      List<String> copy = flow.rows("SELECT * FROM state.lookup_products");
      assertThat(copy).hasSize(2);
      flow.build(
          "CREATE OR REPLACE TABLE products AS SELECT product, name, {'a': 7} AS unused, price FROM products");
      flow.batch(Map.of("shop.orders", List.of()));
      assertThat(flow.rows("SELECT * FROM state.lookup_products")).isEqualTo(copy);
      assertThat(flow.rows("SELECT * FROM published.paired")).isEqualTo(before);
      assertThat(flow.rows("SELECT changes FROM store.system.batches ORDER BY number DESC LIMIT 1"))
          .containsExactly("0");
    }
  }

  /**
   * A table with other columns is not taken, and is once it has them again; one that is gone stays.
   */
  @Test
  void aTableThatDoesNotFitWaits() throws Exception {
    try (FlowHarness flow = flow().open()) {
      flow.build(products(List.of("('p1', 'tea', NULL, 2)")));
      flow.batch(Map.of("shop.orders", List.of()));
      flow.build("ALTER TABLE products ALTER price TYPE VARCHAR");
      assertThat(flow.runner().lookups().look(flow.writer()).orElseThrow().toString())
          .contains("column `price` of `products`")
          .contains("is of type VARCHAR and was DECIMAL(10,2)");
      assertThat(flow.rows("FROM plain")).containsExactly("tea|2.00");
      flow.build("DROP TABLE products");
      flow.batch(Map.of("shop.orders", List.of()));
      assertThat(flow.rows("FROM plain")).containsExactly("tea|2.00");
      flow.build(products(List.of("('p1', 'tea', NULL, 3)")));
      flow.batch(Map.of("shop.orders", List.of()));
      assertThat(flow.rows("FROM plain")).containsExactly("tea|3.00");
    }
  }

  /** As of processing: an order keeps the partners that it had, whatever becomes of the table. */
  @Test
  void anOrderKeepsWhatItFound() throws Exception {
    try (FlowHarness flow =
        flow().asOfProcessing("products").stream(
            "kept",
            "SELECT o.id, p.name, p.price FROM shop.orders o LEFT JOIN products p USING (product)")
            .stream(
                "kept_known",
                "SELECT id FROM shop.orders WHERE product IN (SELECT product FROM products WHERE product IS NOT NULL)")
            .stream("kept_sum", "SELECT name, sum(price) AS paid FROM kept GROUP BY name")) {
      assertThat(flow.program("kept").output().appendOnly()).isTrue();
      assertThat(flow.program("kept").states()).allMatch(s -> s.bounded());
      flow.open();
      flow.batch(Map.of("shop.orders", List.of(order("a", "p1"))));
      flow.build(products(List.of("('p1', 'tea', NULL, 2)", "('p2', 'cup', NULL, 5)")));
      flow.batch(Map.of("shop.orders", List.of(order("b", "p1"), order("c", "p2"))));
      flow.close();
      flow.open();
      flow.build(products(List.of("('p1', 'tea', NULL, 3)")));
      flow.batch(Map.of("shop.orders", List.of(order("d", "p1"), order("e", "p2"))));
      flow.build(products(List.of()));
      flow.batch(Map.of("shop.orders", List.of(order("f", "p1"))));
      assertThat(flow.rows("FROM kept"))
          .containsExactly(
              "a|null|null",
              "b|tea|2.00",
              "c|cup|5.00",
              "d|tea|3.00",
              "e|null|null",
              "f|null|null");
      assertThat(flow.rows("FROM kept_known")).containsExactly("b", "c", "d");
      assertThat(flow.rows("FROM kept_sum"))
          .containsExactlyInAnyOrder("cup|5.00", "null|null", "tea|5.00");
      assertThat(flow.rows("FROM named WHERE id = 'b'")).containsExactly("b|null|null");
    }
  }

  private String order(String id, String product) {
    happening = happening.plusSeconds(1);
    return "{\"id\":\"%s\",\"product\":\"%s\",\"amount\":1,\"ordered_at\":\"%s\"}"
        .formatted(id, product, happening);
  }
}
