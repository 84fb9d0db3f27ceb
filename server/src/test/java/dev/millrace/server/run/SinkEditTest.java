package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.testing.Seeds;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits of sinks after which a target would not be what its readers take it for. */
class SinkEditTest {
  private static final String COUNTS =
      "SELECT customer, count(*) AS n FROM {{ source('shop', 'orders') }} WHERE customer < %d GROUP BY customer";

  @TempDir Path folder;

  private EditedShop shop() throws Exception {
    EditedShop shop = new EditedShop(folder, Seeds.random("SinkEditTest"));
    shop.stream("counts", COUNTS.formatted(5));
    shop.arrive(100);
    return shop;
  }

  private static void sinks(EditedShop shop, String... sinks) throws Exception {
    shop.write("sinks/sinks.yml", "sinks:\n  - {" + String.join("}\n  - {", sinks) + "}\n");
  }

  /** The rows of the stream as the records of an upsert topic with the key {@code customer}. */
  private static List<String> records(EditedShop shop) throws Exception {
    return shop.stored(
        "SELECT '{\"customer\":' || customer || '}{\"customer\":' || customer || ',\"n\":' || n || '}' FROM counts");
  }

  @Test
  void aSinkThatWasRemovedDoesNotGoOnWithItsTarget() throws Exception {
    String topic = "name: counts, from: counts, system: kafka, mode: upsert, key: [customer]";
    String table = "name: rows, from: counts, system: postgres, mode: upsert, key: [customer]";
    try (EditedShop shop = shop()) {
      sinks(shop, topic, table);
      shop.run();
      assertThat(shop.held("counts")).hasSize(5).isEqualTo(records(shop));
      shop.remove("sinks/sinks.yml");
      shop.stream("counts", COUNTS.formatted(2));
      shop.run();
      sinks(shop, topic, table);
      assertThat(shop.runUntilStopped(2))
          .contains("topic `counts` has what a sink of this name delivered before it was removed")
          .contains("table `rows` has what a sink of this name delivered before it was removed")
          .contains("--replace-sinks")
          .contains("another topic");
      assertThat(shop.held("counts")).hasSize(5);
      shop.runReplacingSinks();
      for (int i = 0; i < 2; i++) {
        assertThat(shop.held("counts")).hasSize(2).isEqualTo(records(shop));
        assertThat(shop.delivered("SELECT customer, n FROM rows"))
            .isEqualTo(shop.stored("SELECT customer, n FROM counts"));
        shop.arrive(20);
        shop.run();
      }
    }
  }

  /** Records without a key cannot be taken back one by one. */
  @Test
  void aTopicOfRowsBecomesOneOfKeys() throws Exception {
    try (EditedShop shop = shop()) {
      shop.stream("customers", "SELECT customer, 1 AS n FROM {{ source('shop', 'orders') }}");
      sinks(shop, "name: counts, from: customers, system: kafka, mode: append");
      shop.run();
      assertThat(shop.held("counts")).hasSizeGreaterThan(50);
      shop.remove("sinks/sinks.yml");
      shop.run();
      sinks(shop, "name: counts, from: counts, system: kafka, mode: upsert, key: [customer]");
      assertThat(shop.runUntilStopped(1)).contains("before it was removed");
      shop.runReplacingSinks();
      assertThat(shop.held("counts")).isEqualTo(records(shop));
    }
  }

  @Test
  void aTopicIsNotWrittenInAnotherWay() throws Exception {
    String plain = "name: all, from: closed, system: kafka, mode: append";
    String keyed = "name: counts, from: counts, system: kafka, mode: upsert, key: [customer, n]";
    String rows = "name: rows, from: closed, system: postgres, mode: append";
    try (EditedShop shop = shop()) {
      shop.stream(
          "closed",
          "SELECT customer, time_bucket(INTERVAL 10 SECOND, ordered_at) AS bucket, count(*) AS n FROM"
              + " {{ source('shop', 'orders') }} GROUP BY ALL",
          ", emit='on_close'");
      sinks(shop, plain, keyed, rows);
      shop.run();
      List<String> before = shop.held("counts");
      sinks(
          shop,
          "name: all, from: closed, system: kafka, mode: upsert, key: [customer, bucket]",
          keyed.replace("upsert", "debezium"),
          "name: rows, from: closed, system: postgres, mode: upsert, key: [customer, bucket]");
      // Rows of a table mean the same.
      assertThat(shop.plan())
          .containsEntry("sink all", "cannot")
          .containsEntry("sink counts", "cannot")
          .containsEntry("sink rows", "gets the difference");
      assertThatThrownBy(shop::run)
          .isInstanceOf(StopException.class)
          .hasMessageContaining("its mode was `append` and is `upsert`")
          .hasMessageContaining("its mode was `upsert` and is `debezium`");
      assertRefused(shop, keyed.replace("[customer, n]", "[n, customer]"), "[n, customer]");
      assertRefused(shop, keyed.replace("[customer, n]", "[customer]"), "[customer]");
      assertRefused(shop, keyed + ", format: avro", "its format was `json` and is `avro`");
      assertThat(shop.held("counts")).isEqualTo(before);
      sinks(shop, plain, keyed, rows);
      shop.run();
    }
  }

  private static void assertRefused(EditedShop shop, String sink, String reason) throws Exception {
    sinks(shop, sink);
    assertThat(shop.plan()).containsEntry("sink counts", "cannot");
    assertThat(shop.changes().problems().toString()).contains(reason).contains("another `topic`");
  }
}
