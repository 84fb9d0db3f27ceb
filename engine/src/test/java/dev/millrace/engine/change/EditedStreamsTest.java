package dev.millrace.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.engine.Engine;
import dev.millrace.log.TopicAdmin;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a stream holds after an edit is its query over what was admitted, whatever came between. */
class EditedStreamsTest {
  private static final String CUSTOMERS =
      "name: customers, changes: upsert, key: [id],"
          + " columns: [{name: id, type: VARCHAR}, {name: tier, type: INTEGER}]";
  private static final String HUGE = "100000000000000000000000000000000000000::HUGEINT";

  @TempDir Path folder;

  private static String[] customers(int from, int to, int tier) {
    List<String> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add("c" + i);
      records.add("{\"id\": \"c" + i + "\", \"tier\": " + tier + "}");
    }
    return records.toArray(String[]::new);
  }

  /**
   * A fill of change data that failed leaves nothing behind that the next one would take for its
   * own.
   */
  @Test
  void aFillOfChangeDataStartsAnew() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      project.stream("tiers", "SELECT sum(tier) AS n FROM {{ source('shop', 'customers') }}");
      project.send("shop.customers", customers(0, 50, 2));
      project.run();
      assertThat(project.rows("FROM tiers")).containsExactly("100");
      project.stream(
          "tiers", "SELECT sum(" + HUGE + " + tier) AS n FROM {{ source('shop', 'customers') }}");
      assertThat(project.runUntilStopped()).contains("stream `tiers`");
      project.stream(
          "tiers", "SELECT sum(tier) AS n, count(*) AS c FROM {{ source('shop', 'customers') }}");
      project.run();
      assertThat(project.rows("FROM tiers")).containsExactly("100|50");
      assertThat(project.rows("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'state'"))
          .noneMatch(t -> t.contains("~") || t.startsWith("filling"));
    }
  }

  private static final String EVENTS =
      "name: events, event_time: at, allowed_lateness: 100 days, columns: [{name: id, type:"
          + " VARCHAR}, {name: tier, type: %s}, {name: at, type: TIMESTAMPTZ}]";

  private static String event(int id, String tier) {
    return "{\"id\": \"e" + id + "\", \"tier\": " + tier + ", \"at\": \"2026-01-01T00:00:00Z\"}";
  }

  private static String[] events(int from, int to) {
    List<String> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add("k");
      records.add(event(i, String.valueOf(i % 7)));
    }
    return records.toArray(String[]::new);
  }

  /** What a replay admits while a stream is filled is in that stream too. */
  @Test
  void aReplayWaitsForAFill() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      project.stream("copy", "SELECT id, tier FROM {{ source('shop', 'events') }}");
      project.send("shop.events", "k", event(-1, "\"abc\""));
      project.send("shop.events", events(0, 250_000));
      project.run();
      assertThat(project.rows("SELECT count(*) FROM copy")).containsExactly("250000");
      project.source(EVENTS.formatted("VARCHAR"));
      try (Engine engine = project.open()) {
        engine.start();
        Awaitility.await()
            .pollInterval(Duration.ofMillis(5))
            .until(
                () ->
                    engine.isDrained()
                        || engine.status().streams().stream()
                            .anyMatch(s -> s.reason().toString().contains("of 250,001")));
        assertThat(engine.replay(Optional.empty())).isOne();
        EditedProject.await(engine);
      }
      assertThat(project.rows("SELECT count(*), count(*) FILTER (tier = 'abc') FROM copy"))
          .containsExactly("250001|1");
      assertThat(project.rows("SELECT replay FROM store.system.rejected")).containsExactly("done");
    }
  }

  /**
   * The flow goes on while its tables are read, and what it changes meanwhile is in the end there.
   */
  @Test
  void aTableThatIsReadGoesOn() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      project.stream(
          "seen", "SELECT id, count(*) AS n FROM {{ source('shop', 'events') }} GROUP BY id");
      project.stream("total", "SELECT sum(n) AS n FROM {{ ref('seen') }}");
      project.send("shop.events", events(0, 300_000));
      project.run();
      project.stream("total", "SELECT count(*) AS ids, sum(n)::BIGINT AS n FROM {{ ref('seen') }}");
      try (Engine engine = project.open()) {
        engine.start();
        for (int i = 0; i < 20; i++) {
          project.send("shop.events", events(i * 100, i * 100 + 150));
          project.send("shop.events", events(300_000 + i * 100, 300_000 + i * 100 + 150));
        }
        EditedProject.await(engine);
      }
      assertThat(project.rows("FROM total")).containsExactly("302050|306000");
      assertThat(project.rows("SELECT table_name FROM duckdb_tables()"))
          .noneMatch(t -> t.contains("~"));
    }
  }

  /** A record that a fill rejects is no record that was rejected: no other stream lacks it. */
  @Test
  void whatAFillRejectsIsNotTriedAgain() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("VARCHAR"));
      project.stream("copy", "SELECT id, tier FROM {{ source('shop', 'events') }}");
      project.stream("total", "SELECT count(*) AS n FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 20));
      project.send("shop.events", "k", event(20, "\"abc\""));
      project.run();
      project.stream(
          "copy", "SELECT id, tier::INTEGER AS tier FROM {{ source('shop', 'events') }}");
      project.run();
      assertThat(project.rows("SELECT count(*) FROM copy")).containsExactly("20");
      assertThat(project.rows("FROM total")).containsExactly("21");
      assertThat(project.rows("SELECT \"offset\", replay, reason FROM store.system.rejected"))
          .singleElement()
          .asString()
          .startsWith("20|filled|filling copy: ");
      assertThat(project.rows("SELECT \"rows\", rejected FROM store.system.sources"))
          .containsExactly("21|0");
      try (Engine engine = project.open()) {
        engine.start();
        assertThat(engine.replay(Optional.empty())).isZero();
        EditedProject.await(engine);
      }
      assertThat(project.rows("FROM total")).containsExactly("21");
      project.stream(
          "copy",
          "SELECT id, TRY_CAST(tier AS INTEGER) AS tier FROM {{ source('shop', 'events') }}");
      project.run();
      assertThat(project.rows("SELECT count(*), count(tier) FROM copy")).containsExactly("21|20");
    }
  }

  /** Without a change that fails, its key would have the row of the change before. */
  @Test
  void aFillOfChangeDataStopsAtARecord() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      String tiers = "SELECT id, tier FROM {{ source('shop', 'customers') }}";
      project.stream("tiers", tiers);
      project.send("shop.customers", customers(0, 5, 2));
      project.send("shop.customers", customers(3, 4, 300));
      project.run();
      project.stream("tiers", tiers.replace("tier FROM", "tier::TINYINT AS tier FROM"));
      assertThat(project.runUntilStopped())
          .contains("streams tiers cannot be filled from change data")
          .contains("shop.customers/0@5");
      assertThat(project.rows("SELECT tier FROM tiers WHERE id = 'c3'")).containsExactly("300");
      assertThat(project.rows("FROM store.system.rejected")).isEmpty();
      project.stream("tiers", tiers.replace("tier FROM", "TRY_CAST(tier AS TINYINT) AS tier FROM"));
      project.run();
      assertThat(project.rows("SELECT tier FROM tiers WHERE id = 'c3'")).containsExactly("null");
    }
  }

  /** {@code now} is when the edit was first planned, however often its fill begins. */
  @Test
  void nowStaysWhileAStreamIsFilled() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      project.stream("copy", "SELECT id FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 10));
      project.run();
      String at = "2025-12-31T00:00:00Z";
      project.stream("copy", "SELECT id FROM {{ source('shop', 'events') }}", ", start='now'");
      project.clock(Clock.fixed(Instant.parse(at), ZoneOffset.UTC));
      project.open().close();
      project.clock(Clock.systemUTC());
      project.run();
      assertThat(project.rows("FROM copy")).hasSize(10);
      assertThat(
              project.rows(
                  "SELECT definition FROM progress.definitions WHERE kind = 'stream' AND name = 'copy'"))
          .singleElement()
          .asString()
          .contains("now " + Instant.parse(at).toEpochMilli() * 1000);
    }
  }

  /** A replay ends a fill that has stopped, and not what is known of its start. */
  @Test
  void nowStaysThoughARecordIsReplayed() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      project.stream("copy", "SELECT id FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 10));
      project.send("shop.events", "k", event(10, "\"abc\""));
      project.run();
      project.stream(
          "copy",
          "SELECT sum(" + HUGE + " + tier) AS n FROM {{ source('shop', 'events') }}",
          ", start='now'");
      project.clock(Clock.fixed(Instant.parse("2025-12-31T00:00:00Z"), ZoneOffset.UTC));
      try (Engine engine = project.open()) {
        engine.start();
        awaitRows(engine, "SELECT count(*) > 0 FROM store.system.errors", "true");
        assertThat(engine.replay(Optional.empty())).isOne();
        awaitRows(engine, "SELECT count(*) FROM store.system.rejected WHERE replay = 'done'", "1");
        assertThat(EditedProject.rows(engine.read(), "FROM progress.fills")).isEmpty();
      }
      project.clock(Clock.systemUTC());
      project.stream("copy", "SELECT id FROM {{ source('shop', 'events') }}", ", start='now'");
      project.run();
      assertThat(project.rows("FROM copy")).hasSize(10);
    }
  }

  private static void awaitRows(Engine engine, String sql, String... rows) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> EditedProject.rows(engine.read(), sql).equals(List.of(rows)));
  }

  /** What a fill has rejected that did not end goes with it, whichever streams come next. */
  @Test
  void whatAnotherFillRejectedIsForgotten() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("VARCHAR"));
      String copy = "SELECT id, tier FROM {{ source('shop', 'events') }}";
      project.stream("copy", copy);
      project.stream("total", "SELECT count(*) AS n FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 20));
      project.send("shop.events", "k", event(20, "\"abc\""));
      project.run();
      String filled =
          "SELECT replay, starts_with(reason, 'filling copy, total: '),"
              + " starts_with(reason, 'filling copy: ') FROM store.system.rejected";
      project.stream(
          "copy", "SELECT id, tier::INTEGER AS tier FROM {{ source('shop', 'events') }}");
      project.stream(
          "total",
          "SELECT sum(" + HUGE + " + length(id)) AS n FROM {{ source('shop', 'events') }}");
      project.runUntilStopped();
      assertThat(project.rows(filled)).containsExactly("filled|true|false");
      project.remove("models/total.sql");
      project.run();
      assertThat(project.rows(filled)).containsExactly("filled|false|true");
      project.run();
      assertThat(project.rows(filled)).containsExactly("filled|false|true");
    }
  }

  /** A fill does not go on over records that were decoded in another way. */
  @Test
  void aFillKnowsHowItsSourcesWereDecoded() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      project.stream("copy", "SELECT id, tier FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 10));
      project.run();
      project.stream("copy", "SELECT id, tier + 1 AS t FROM {{ source('shop', 'events') }}");
      project.open().close();
      List<String> before = project.rows("SELECT definition FROM progress.filling");
      project.open().close();
      assertThat(project.rows("SELECT definition FROM progress.filling")).isEqualTo(before);
      project.source(EVENTS.formatted("INTEGER, aliases: [level]"));
      project.open().close();
      assertThat(project.rows("SELECT definition FROM progress.filling")).isNotEqualTo(before);
    }
  }

  /** A fill does not go on over a table from which other rows were dropped. */
  @Test
  void aFillKnowsWhatItRetains() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      String edited = "SELECT id, \"at\", tier FROM {{ source('shop', 'events') }}";
      project.stream("copy", "SELECT id, \"at\" FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 10));
      project.run();
      project.stream("copy", edited, ", retain='1 day'");
      project.open().close();
      List<String> before = project.rows("SELECT definition FROM progress.filling");
      project.stream("copy", edited, ", retain='2 days'");
      project.open().close();
      assertThat(project.rows("SELECT definition FROM progress.filling")).isNotEqualTo(before);
    }
  }

  /** Tables that a process made which then died belong to nothing. */
  @Test
  void ownerlessTablesAreDropped() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      project.stream("tiers", "SELECT sum(tier) AS n FROM {{ source('shop', 'customers') }}");
      project.send("shop.customers", customers(0, 5, 2));
      project.run();
      String tables =
          "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal";
      List<String> before = project.rows(tables);
      project.execute("CREATE TABLE published.gone (n BIGINT)");
      project.execute("CREATE VIEW main.gone AS FROM published.gone");
      project.execute("CREATE TABLE state.gone__groups (n BIGINT)");
      project.execute("CREATE TABLE outbox.gone (n BIGINT)");
      project.run();
      assertThat(project.rows(tables)).isEqualTo(before);
      assertThat(project.rows("SELECT view_name FROM duckdb_views() WHERE schema_name = 'main'"))
          .doesNotContain("gone");
      assertThat(project.rows("FROM tiers")).containsExactly("10");
    }
  }

  /** What cannot be read is not taken for what is not there. */
  @Test
  void aDefinitionThatCannotBeReadStops() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      project.stream("tiers", "SELECT sum(tier) AS n FROM {{ source('shop', 'customers') }}");
      project.open().close();
      project.execute(
          "UPDATE progress.definitions SET definition = '{\"name\": \"tiers\"}' WHERE name = 'tiers'");
      assertThatThrownBy(project::open)
          .isInstanceOf(StopException.class)
          .hasMessageContaining("`stream tiers` was written by another version");
    }
  }

  /** Keys of deleted rows are remembered only while a rejected record may be tried again. */
  @Test
  void deletedRowsAreForgottenOnceNoRecordWaits() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      project.stream("copy", "SELECT id, tier FROM {{ source('shop', 'customers') }}");
      project.send("shop.customers", customers(0, 3, 2));
      project.send("shop.customers", "c0", "{\"id\": \"c0\", \"tier\": \"abc\"}", "c0", null);
      project.run();
      String deleted = "SELECT count(*) FROM state.\"current_shop.customers\" WHERE _deleted";
      assertThat(project.rows(deleted)).containsExactly("1");
      // As the retention of refused records does.
      project.execute("DELETE FROM store.system.rejected");
      project.send("shop.customers", "c1", null);
      project.run();
      assertThat(project.rows(deleted)).containsExactly("0");
      assertThat(project.rows("FROM copy")).containsExactly("c2|2");
    }
  }

  /** A partition that a running flow finds later is filled from its first record too. */
  @Test
  void aPartitionThatIsAddedHasABeginning() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      project.stream("copy", "SELECT id FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 10));
      try (Engine engine = project.open()) {
        engine.start();
        EditedProject.await(engine);
        project.grow("shop.events", 2);
        project.sendTo("shop.events", 1, events(10, 20));
        Awaitility.await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () ->
                    EditedProject.rows(engine.read(), "SELECT count(*) FROM copy")
                        .equals(List.of("20")));
      }
      assertThat(project.rows("SELECT \"partition\", first_offset FROM progress.beginnings"))
          .containsExactly("0|0", "1|0");
      project.stream("copy", "SELECT id, tier FROM {{ source('shop', 'events') }}");
      project.run();
      assertThat(project.rows("SELECT count(*) FROM copy")).containsExactly("20");
    }
  }

  /** That a record was refused is known as long as somebody could read it again. */
  @Test
  void refusalsGoWithTheirRecords() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(EVENTS.formatted("INTEGER"));
      project.stream("copy", "SELECT id FROM {{ source('shop', 'events') }}");
      project.send("shop.events", events(0, 10));
      project.run();
      try (TopicAdmin admin = TopicAdmin.open(project.broker().cluster())) {
        admin.empty(admin.describe(List.of("shop.events")).values().iterator().next());
      }
      project.execute(
          "INSERT INTO progress.refused VALUES ('shop.events', 'shop.events', 0, 9),"
              + " ('shop.events', 'shop.events', 0, 10), ('shop.events', 'elsewhere', 0, 1)");
      project.run();
      assertThat(project.rows("SELECT topic, \"offset\" FROM progress.refused"))
          .containsExactly("elsewhere|1", "shop.events|10");
    }
  }

  /** Rows of change data have no event time at which a stream could start. */
  @Test
  void aStreamOfChangeDataStartsNowhere() throws Exception {
    try (EditedProject project = new EditedProject(folder)) {
      project.source(CUSTOMERS);
      project.stream("copy", "SELECT id FROM {{ source('shop', 'customers') }}", ", start='now'");
      assertThatThrownBy(project::open)
          .isInstanceOf(StopException.class)
          .hasMessageContaining("stream `copy` has `start`, but reads change data");
    }
  }
}
