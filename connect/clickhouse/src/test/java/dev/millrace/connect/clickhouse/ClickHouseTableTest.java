package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables that a sink finds: what others made, or what it left under another name. */
@Tag("slow")
class ClickHouseTableTest {
  private static final Schema EVENTS =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(Kind.BIGINT)),
              new Column("text", new DataType.Scalar(Kind.VARCHAR)),
              new Column("at", new DataType.Scalar(Kind.TIMESTAMPTZ))));
  private static final Instant MARCH = Instant.parse("2025-03-01T00:00:00Z");
  private static final ClickHouseConnector CONNECTOR = new ClickHouseConnector();

  @TempDir static Path folder;
  private static @Nullable EmbeddedClickHouse server;

  private static EmbeddedClickHouse server() {
    EmbeddedClickHouse running = server;
    assumeTrue(running != null, "ClickHouse's engine cannot be had here");
    if (running == null) {
      throw new IllegalStateException();
    }
    return running;
  }

  @BeforeAll
  static void start() {
    if (ClickHouseSystem.isAvailable()) {
      server = new EmbeddedClickHouse(folder.resolve("project"));
      server.start();
    }
    server();
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.stop();
    }
  }

  private static Sink open(String sink, String table, Map<String, String> options, String... key) {
    return CONNECTOR.open(
        new SinkContext(
            "kit",
            sink,
            "epoch-1",
            OptionValues.of(CONNECTOR.systemOptions(), server().options()),
            OptionValues.of(CONNECTOR.sinkOptions(), options),
            table,
            EVENTS,
            key.length == 0 ? WriteMode.APPEND : WriteMode.UPSERT,
            List.of(key)));
  }

  /** The example has sinks of these names. */
  @Test
  void viewNeverTakesTheNameOfATable() {
    try (Sink sink = open("campaign_minutes_final", "ads.campaign_minutes_final", Map.of())) {
      sink.deliver(new Batches(EVENTS).put(1L, "kept", MARCH).build(), 1);
    }
    assertThatThrownBy(() -> open("campaign_minutes", "ads.campaign_minutes", Map.of(), "id"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("[SINK_TABLE_UNFIT]")
        .hasMessageContaining("`ads.campaign_minutes_final`")
        .hasMessageContaining("view: false");
    open("campaign_minutes", "ads.campaign_minutes", Map.of("view", "false"), "id").close();
    assertThat(server().query("SELECT text FROM ads.campaign_minutes_final")).isEqualTo("kept");
  }

  @Test
  void viewOfAnotherIsLeftAlone() {
    open("viewed", "viewed", Map.of(), "id").close();
    String before =
        "SELECT toString(metadata_modification_time) FROM system.tables WHERE name = 'viewed_final'";
    String made = server().query(before);
    open("viewed", "viewed", Map.of(), "id").close();
    assertThat(server().query(before)).as("not made anew").isEqualTo(made);
    server().execute("CREATE OR REPLACE VIEW viewed_final AS SELECT id FROM viewed FINAL");
    assertThatThrownBy(() -> open("viewed", "viewed", Map.of(), "id"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("there is a view of that name");
  }

  /** Rows of one key could be apart in the order, and stay both. */
  @Test
  void functionOfAnotherColumnIsNoOrderOfAKey() {
    server()
        .execute(
            "CREATE TABLE sorted (id Nullable(Int64), text Nullable(String), at DateTime64(6,"
                + " 'UTC'), v UInt64, gone UInt8) ENGINE = ReplacingMergeTree(v, gone) ORDER BY"
                + " (toYYYYMM(at), id) SETTINGS allow_nullable_key = 1");
    assertThatThrownBy(() -> open("sorted", "sorted", Map.of(), "id"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("does not tell rows apart by the key (id)");
  }
}
