package dev.millrace.engine.change;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.Engine;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An edit that did not come to its end can be undone, even if its history is gone. */
class UndoneEditsTest {
  private static final String EVENTS =
      "name: events, event_time: at, allowed_lateness: 5 minutes, columns: [{name: id, type:"
          + " VARCHAR}, {name: tier, type: INTEGER}, {name: at, type: TIMESTAMPTZ}]";
  private static final String AGG =
      "SELECT tier, count(*) AS n, max(id) AS last FROM {{ ref('raw') }} GROUP BY tier";
  private static final String CLOSED =
      "SELECT time_bucket(INTERVAL '10 minutes', \"at\") AS w, count(*) AS n"
          + " FROM {{ source('shop', 'events') }} GROUP BY w";
  private static final String RAW = "SELECT id, tier, \"at\" FROM {{ source('shop', 'events') }}";
  private static final String HUGE = "100000000000000000000000000000000000000::HUGEINT";

  @TempDir Path folder;

  private EditedProject project;

  @BeforeEach
  void start() throws Exception {
    project = new EditedProject(folder);
    project.source(EVENTS);
    project.stream("raw", RAW);
    project.stream("agg", AGG);
    project.stream("closed", CLOSED, ", emit='on_close'");
    project.stream("total", "SELECT sum(n)::BIGINT AS n FROM {{ ref('agg') }}");
    project.stream("kept", RAW);
    project.stream("kept_closed", CLOSED, ", emit='on_close'");
    project.send("shop.events", events(0, 100));
    project.run();
  }

  @AfterEach
  void end() {
    project.close();
  }

  private static String[] events(int from, int to) {
    List<String> records = new ArrayList<>();
    for (int i = from; i < to; i++) {
      records.add("k");
      records.add(
          "{\"id\": \"e%03d\", \"tier\": %d, \"at\": \"%s\"}"
              .formatted(i, i % 7, Instant.parse("2026-01-01T00:00:00Z").plusSeconds(i * 60L)));
    }
    return records.toArray(String[]::new);
  }

  private void edit() throws Exception {
    project.stream("agg", AGG.replace("max(id)", "min(id)"));
    project.stream("closed", CLOSED.replace("count(*)", "count(*) + 1"), ", emit='on_close'");
  }

  private void undo() throws Exception {
    project.stream("agg", AGG);
    project.stream("closed", CLOSED, ", emit='on_close'");
  }

  private void assertEqualToQueries(int events) throws Exception {
    assertThat(project.rows("SELECT count(*) FROM kept")).containsExactly(String.valueOf(events));
    assertThat(project.rows("FROM raw")).isEqualTo(project.rows("FROM kept"));
    assertThat(project.rows("FROM agg"))
        .isEqualTo(project.rows("SELECT tier, count(*), max(id) FROM kept GROUP BY tier"));
    assertThat(project.rows("FROM total")).containsExactly(String.valueOf(events));
    assertThat(project.rows("FROM closed"))
        .hasSize((events - 6) / 10)
        .isEqualTo(project.rows("FROM kept_closed"));
  }

  /** The old version stands still, whole, and goes on with all rows since. */
  @Test
  void goesOnThoughTheHistoryIsGone() throws Exception {
    project.deleteBefore("shop.events", 60);
    edit();
    // Streams between are filled with it.
    project.stream("raw", RAW + " WHERE tier < 5");
    assertThat(project.runUntilStopped()).contains("cannot be filled from the beginning");
    project.send("shop.events", events(100, 150));
    project.runUntilStopped();
    assertThat(project.rows("SELECT count(*) FROM agg")).containsExactly("7");
    assertThat(project.rows("SELECT \"rows\" FROM store.system.state WHERE asset = 'raw'"))
        .containsExactly("100");
    undo();
    project.stream("raw", RAW);
    assertThat(project.plan())
        .containsExactlyInAnyOrder(
            "agg state reused: an edit of it was under way and is undone",
            "closed state reused: an edit of it was under way and is undone",
            "raw state reused: an edit of it was under way and is undone",
            "total state reused: an edit of it was under way and is undone",
            "kept unchanged: ",
            "kept_closed unchanged: ");
    project.run();
    assertEqualToQueries(150);
    assertThat(project.rows("FROM progress.standing")).isEmpty();
    assertThat(project.plan()).allMatch(line -> line.endsWith(" unchanged: "));
    project.send("shop.events", events(150, 160));
    project.run();
    assertEqualToQueries(160);
  }

  /** Nothing has come since, so nothing is to be done; this holds for every stream. */
  @Test
  void isUnchangedIfNothingHasCome() throws Exception {
    edit();
    project.open().close();
    undo();
    assertThat(project.plan()).allMatch(line -> line.endsWith(" unchanged: "));
    assertThat(project.rows("FROM progress.standing")).isEmpty();
    project.send("shop.events", events(100, 120));
    project.run();
    assertEqualToQueries(120);
  }

  /** How far a source was read is forgotten with it: going on would read its rows again. */
  @Test
  void isFilledIfASourceWasRemoved() throws Exception {
    String more = EVENTS.replace("name: events", "name: more");
    String joint = RAW + " UNION ALL SELECT id, tier, \"at\" FROM {{ source('shop', 'more') }}";
    project.source(EVENTS, more);
    project.stream("joint", joint);
    project.send("shop.more", events(0, 50));
    project.run();
    project.source(EVENTS);
    project.stream("joint", RAW);
    project.open().close();
    project.source(EVENTS, more);
    project.stream("joint", joint);
    assertThat(project.plan()).anyMatch(line -> line.startsWith("joint rebuilt from the topic"));
    project.run();
    assertThat(project.rows("SELECT count(*) FROM joint")).containsExactly("150");
    project.send("shop.more", events(50, 60));
    project.run();
    assertThat(project.rows("SELECT count(*), count(DISTINCT id) FROM joint"))
        .containsExactly("160|100");
  }

  /** A record that was admitted behind the place where a version stands is not in it. */
  @Test
  void isFilledIfARecordWasReplayed() throws Exception {
    project.source(EVENTS + ", extra_fields: reject");
    project.send("shop.events", "k", events(100, 101)[1].replace("}", ", \"more\": 1}"));
    project.run();
    project.stream(
        "raw",
        "SELECT sum("
            + HUGE
            + " + tier) AS tier, max(id) AS id FROM {{ source('shop', 'events') }}");
    project.runUntilStopped();
    project.source(EVENTS);
    try (Engine engine = project.open()) {
      engine.start();
      assertThat(engine.replay(Optional.empty())).isOne();
      Awaitility.await()
          .until(
              () ->
                  EditedProject.rows(
                          engine.read(),
                          "SELECT count(*) FROM store.system.rejected WHERE replay = 'done'")
                      .equals(List.of("1")));
    }
    project.stream("raw", RAW);
    assertThat(project.plan()).anyMatch(line -> line.startsWith("raw rebuilt from the topic"));
    project.run();
    assertEqualToQueries(101);
  }

  /** What is unlike before is filled again, as the rest of its flow that was edited. */
  @Test
  void isFilledIfItIsUndoneInPart() throws Exception {
    edit();
    project.stream(
        "agg",
        "SELECT tier, sum("
            + HUGE
            + " + tier) AS n, max(id) AS last FROM {{ ref('raw') }} GROUP BY tier");
    project.runUntilStopped();
    project.send("shop.events", events(100, 120));
    project.runUntilStopped();
    project.stream("agg", AGG);
    project.run();
    assertThat(project.rows("SELECT n - 1 FROM closed"))
        .isEqualTo(project.rows("SELECT n FROM kept_closed"));
    undo();
    project.run();
    assertEqualToQueries(120);
  }
}
