package dev.millrace.connect.clickhouse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataType.Kind;
import dev.millrace.api.type.Schema;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

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

  @RegisterExtension static final EmbeddedClickHouse SERVER = new EmbeddedClickHouse();

  private static Sink open(String sink, String table, Map<String, String> options, String... key) {
    return CONNECTOR.open(
        new SinkContext(
            "kit",
            sink,
            "epoch-1",
            OptionValues.of(CONNECTOR.systemOptions(), SERVER.options()),
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
    assertThat(SERVER.query("SELECT text FROM ads.campaign_minutes_final")).isEqualTo("kept");
  }

  @Test
  void tablesKnowInsertsAgain() {
    SERVER.execute(
        "CREATE TABLE forgets (id Int64, text String, at DateTime64(6, 'UTC')) ENGINE = MergeTree ORDER BY id"
            + " SETTINGS non_replicated_deduplication_window = 0");
    assertThatThrownBy(() -> open("forgets", "forgets", Map.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("does not know an insert again")
        .hasMessageContaining("MODIFY SETTING non_replicated_deduplication_window = 1000");
    open("first", "first", Map.of()).close();
    SERVER.execute(
        "ALTER TABLE millrace.positions MODIFY SETTING non_replicated_deduplication_window = 0");
    assertThatThrownBy(() -> open("first", "first", Map.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`millrace.positions`")
        .hasMessageContaining("MODIFY SETTING non_replicated_deduplication_window = 10000");
    SERVER.execute(
        "ALTER TABLE millrace.positions MODIFY SETTING non_replicated_deduplication_window = 10000");
    open("first", "first", Map.of()).close();
  }

  /** Of two settings of a server the newer one overrides the one that older servers have. */
  @Test
  void settingsOfInsertsAreNotOverridden() throws Exception {
    SERVER.execute(
        "CREATE TABLE twice (id Int64) ENGINE = MergeTree ORDER BY id"
            + " SETTINGS non_replicated_deduplication_window = 10");
    ClickHouseAddress address =
        ClickHouseAddress.of(OptionValues.of(CONNECTOR.systemOptions(), SERVER.options()));
    try (ClickHouseClient client = new ClickHouseClient(address, "test")) {
      Deduplication settings = Deduplication.of(client, "test");
      String insert = "INSERT INTO kit.twice VALUES (%d)";
      client.execute(insert.formatted(1), "test", settings.none());
      client.execute(insert.formatted(1), "test", settings.none());
      assertThat(SERVER.query("SELECT count() FROM twice")).isEqualTo("2");
      client.execute(insert.formatted(2), "test", settings.by("token"));
      client.execute(insert.formatted(3), "test", settings.by("token"));
      assertThat(SERVER.query("SELECT count() FROM twice")).isEqualTo("3");
    }
  }

  @Test
  void viewOfAnotherIsLeftAlone() {
    open("viewed", "viewed", Map.of(), "id").close();
    String before =
        "SELECT toString(metadata_modification_time) FROM system.tables WHERE name = 'viewed_final'";
    String made = SERVER.query(before);
    open("viewed", "viewed", Map.of(), "id").close();
    assertThat(SERVER.query(before)).as("not made anew").isEqualTo(made);
    SERVER.execute("CREATE OR REPLACE VIEW viewed_final AS SELECT id FROM viewed FINAL");
    assertThatThrownBy(() -> open("viewed", "viewed", Map.of(), "id"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("there is a view of that name");
  }

  /** Merges would drop all but one of the rows that are equal in the key. */
  @Test
  void tableOfKeysIsNotAppendedTo() {
    open("rows_by_key", "rows_by_key", Map.of(), "id").close();
    assertThatThrownBy(() -> open("rows_by_key", "rows_by_key", Map.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("made for `mode: upsert`");
  }

  /** Rows of one key could be apart in the order, and stay both. */
  @Test
  void functionOfAnotherColumnIsNoOrderOfAKey() {
    SERVER.execute(
        "CREATE TABLE sorted (id Nullable(Int64), text Nullable(String), at DateTime64(6,"
            + " 'UTC'), v UInt64, gone UInt8) ENGINE = ReplacingMergeTree(v, gone) ORDER BY"
            + " (toYYYYMM(at), id) SETTINGS allow_nullable_key = 1");
    assertThatThrownBy(() -> open("sorted", "sorted", Map.of(), "id"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("does not tell rows apart by the key (id)");
  }

  private static void forgetPositions(String sink, String condition) {
    SERVER.execute(
        "ALTER TABLE millrace.positions DELETE WHERE sink = '%s' AND %s SETTINGS mutations_sync = 1"
            .formatted(sink, condition));
  }

  /** Its sequence begins at 1 again, and its rows are newer than all that are there. */
  @Test
  void renamedSinkReplacesWhatIsThere() {
    try (Sink sink = open("first_name", "renamed", Map.of(), "id")) {
      sink.deliver(new Batches(EVENTS).put(1L, "old", MARCH).put(2L, "old", MARCH).build(), 700);
    }
    try (Sink sink = open("second_name", "renamed", Map.of(), "id")) {
      sink.deliver(new Batches(EVENTS).put(1L, "new", MARCH).take(2L, "old", MARCH).build(), 2);
    }
    try (Sink sink = open("second_name", "renamed", Map.of(), "id")) {
      sink.deliver(new Batches(EVENTS).put(3L, "newer", MARCH).build(), 3);
    }
    assertThat(SERVER.query("SELECT id, text, _version FROM renamed FINAL ORDER BY id"))
        .isEqualTo("1|new|702\n3|newer|703");
  }

  @Test
  void lostPositionOfAnUpsertIsBegunBehindWhatIsThere() {
    try (Sink sink = open("unknown", "unknown", Map.of(), "id")) {
      sink.deliver(new Batches(EVENTS).put(1L, "old", MARCH).build(), 700);
    }
    // The token of `adopted` is known still.
    forgetPositions("unknown", "1");
    try (Sink sink = open("unknown", "unknown", Map.of(), "id")) {
      assertThat(sink.position()).isEmpty();
      sink.deliver(new Batches(EVENTS).put(1L, "new", MARCH).build(), 1);
    }
    assertThat(SERVER.query("SELECT id, text, _version FROM unknown FINAL")).isEqualTo("1|new|701");
  }

  /** Two sinks with chunks of equal numbers, one of which was not sent. */
  @Test
  void sinksOfOneTableAreToldApart() {
    try (Sink one = open("one", "shared", Map.of());
        Sink two = open("two", "shared", Map.of())) {
      one.deliver(new Batches(EVENTS).put(1L, "one", MARCH).build(), 1);
      two.deliver(new Batches(EVENTS).put(2L, "two", MARCH).build(), 1);
    }
    forgetPositions("two", "state = 'delivered'");
    SERVER.execute("ALTER TABLE shared DELETE WHERE text = 'two' SETTINGS mutations_sync = 1");
    try (Sink two = open("two", "shared", Map.of())) {
      two.deliver(new Batches(EVENTS).put(2L, "two", MARCH).build(), 1);
    }
    assertThat(SERVER.query("SELECT id FROM shared ORDER BY id")).isEqualTo("1\n2");
  }

  @Test
  void chunkThatIsThereInPartStopsTheSink() {
    try (Sink sink = open("partial", "partial", Map.of())) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", MARCH).put(2L, "b", MARCH).build(), 2);
    }
    forgetPositions("partial", "state = 'delivered'");
    SERVER.execute("ALTER TABLE partial DELETE WHERE id = 1 SETTINGS mutations_sync = 1");
    try (Sink sink = open("partial", "partial", Map.of())) {
      assertThatThrownBy(
              () ->
                  sink.deliver(
                      new Batches(EVENTS).put(1L, "a", MARCH).put(2L, "b", MARCH).build(), 2))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("2 rows up to change 2, and `partial` has 1 of them")
          .hasMessageContaining("--fresh --replace-sinks");
    }
  }

  /** As if the process had been killed while it emptied the table. */
  @Test
  void emptyingIsFinished() {
    try (Sink sink = open("emptied", "emptied", Map.of())) {
      sink.deliver(new Batches(EVENTS).put(1L, "old", MARCH).build(), 1);
    }
    SERVER.execute(
        "INSERT INTO millrace.positions (project, sink, adoption, state, epoch) VALUES ('kit',"
            + " 'emptied', 1, 'emptying', 'epoch-1')");
    try (Sink sink = open("emptied", "emptied", Map.of())) {
      assertThat(sink.position()).isEmpty();
      assertThat(SERVER.query("SELECT count() FROM emptied")).isEqualTo("0");
      sink.deliver(new Batches(EVENTS).put(1L, "new", MARCH).build(), 1);
    }
    assertThat(SERVER.query("SELECT text FROM emptied")).isEqualTo("new");
  }

  @Test
  void keysAreNeverAdapted() {
    try (Sink sink = open("keyed", "keyed", Map.of(), "at")) {
      assertThatThrownBy(
              () ->
                  sink.deliver(
                      new Batches(EVENTS)
                          .put(1L, "a", Instant.parse("1850-01-01T00:00:00Z"))
                          .build(),
                      1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("[SINK_VALUE]")
          .hasMessageContaining("it is of the key");
    }
  }

  @Test
  void oneInsertHasAnyNumberOfPartitionsThatAreNotKnownHere() {
    SERVER.execute(
        "CREATE TABLE parted (id Nullable(Int64), text Nullable(String), at"
            + " Nullable(DateTime64(6, 'UTC'))) ENGINE = MergeTree ORDER BY tuple() PARTITION"
            + " BY assumeNotNull(id) % 200 SETTINGS non_replicated_deduplication_window = 100");
    Batches many = new Batches(EVENTS);
    for (long id = 0; id < 150; id++) {
      many.put(id, "a", MARCH);
    }
    try (Sink sink = open("parted", "parted", Map.of())) {
      sink.deliver(many.build(), 150);
    }
    assertThat(SERVER.query("SELECT count() FROM parted")).isEqualTo("150");
  }

  @Test
  void positionsAreOnDiskBeforeTheyCount() {
    open("flushed", "flushed", Map.of()).close();
    assertThat(SERVER.query("SHOW CREATE TABLE millrace.positions"))
        .contains("fsync_after_insert = 1")
        .contains("fsync_part_directory = 1");
  }
}
