package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Laws 1 and 5 for streams that look up a table: between builds the process is killed at every
 * named point of a batch. Whatever is committed is right for the table as the flow has seen it, and
 * in the end for the table.
 */
@Tag("long")
class KilledLookupTest {
  private static final int ORDERS = 6_000;
  private static final List<String> POINTS =
      List.of("after-decode", "before-commit", "after-commit");

  @TempDir Path folder;

  @Test
  void killedRunsFollowBuilds() throws Exception {
    project();
    Random random = Seeds.random("KilledLookupTest");
    int killed = 0;
    for (int round = 0; round < 9; round++) {
      seed(random);
      assertThat(child("", "build")).isZero();
      String fault = POINTS.get(round % POINTS.size()) + ":" + (1 + random.nextInt(4));
      System.out.println("KilledLookupTest: " + fault);
      killed += child(fault, "run", "--until-idle") == FaultPoint.EXIT_CODE ? 1 : 0;
      assertRight("state.lookup_products", fault);
    }
    assertThat(killed).isGreaterThan(5);
    seed(random);
    assertThat(child("", "build")).isZero();
    assertThat(child("", "run", "--until-idle")).isZero();
    assertRight("products", "in the end");
  }

  private int child(String fault, String command, String... options) {
    List<String> words = new ArrayList<>(List.of(command, folder.toString()));
    words.addAll(List.of(options));
    try (ChildJvm jvm =
        ChildJvm.start(
            Millrace.class,
            fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault),
            words.toArray(String[]::new))) {
      int code = jvm.awaitExit(Duration.ofMinutes(3));
      assertThat(code).as(jvm.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  private void assertRight(String products, String when) throws SQLException {
    Path path = DataFolder.open(folder).resolve("store");
    try (Store store = Store.open(new StoreOptions(path, ZoneOffset.UTC, 256L << 20, 1));
        Connection connection = store.connect()) {
      String query =
          "SELECT o.id, p.price FROM orders o LEFT JOIN "
              + products
              + " p ON p.product = o.product";
      assertThat(rows(connection, "SELECT id, price FROM paid"))
          .as(when)
          .isEqualTo(rows(connection, query));
      assertThat(rows(connection, "SELECT price, n FROM sums"))
          .as(when)
          .isEqualTo(
              rows(connection, "SELECT price, count(*) FROM (" + query + ") GROUP BY price"));
      if (when.equals("in the end")) {
        assertThat(rows(connection, "FROM orders")).hasSize(ORDERS);
      }
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

  private void seed(Random random) throws IOException {
    StringBuilder csv = new StringBuilder("product,price\n");
    for (int product = 0; product < 20; product++) {
      if (random.nextInt(4) > 0) {
        csv.append(product).append(',').append(random.nextInt(100)).append('\n');
      }
    }
    write("seeds/products.csv", csv.toString());
  }

  private void project() throws IOException {
    write("millrace.yml", "name: killed\ntargets: {dev: {kafka: embedded}}\n");
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            connector: generator
            rate: 1500
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
    stream(
        "orders",
        "SELECT id, right(id, 2)::INTEGER %% 20 AS product FROM {{ source('shop', 'orders') }}"
            .replace("%%", "%"));
    stream(
        "paid",
        "SELECT o.id, p.price FROM {{ ref('orders') }} o LEFT JOIN {{ ref('products') }} p USING (product)");
    stream("sums", "SELECT price, count(*) AS n FROM {{ ref('paid') }} GROUP BY price");
  }

  private void stream(String name, String sql) throws IOException {
    write("models/" + name + ".sql", "{{ config(materialized='stream') }}\n" + sql + "\n");
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
