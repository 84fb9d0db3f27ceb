package dev.millrace.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ColumnInfo;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.adapter.RelationType;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreSessionTest {
  @TempDir Path folder;
  private Store store;
  private Adapter adapter;
  private AdapterSession session;

  @BeforeEach
  void open() {
    store = Store.open(new StoreOptions(folder, ZoneOffset.UTC, 256L << 20, 2));
    adapter = new StoreAdapter(store, BatchLimits.besideStreams(4, 256L << 20), folder);
    session = adapter.open();
  }

  @AfterEach
  void close() {
    session.close();
    store.close();
  }

  private static Relation main(String name) {
    return Relation.of("store", "main", name);
  }

  private List<List<@Nullable Object>> rows(String sql) {
    return session.execute(sql, true).rows();
  }

  @Test
  void windowsInFromAreThoseOfStreams() {
    session.execute(
        "CREATE TABLE seen AS SELECT i, TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i * 40) AS t"
            + " FROM range(6) r(i)",
        false);
    session.execute(
        "CREATE TABLE minutes AS (SELECT window_start, count(*) AS n\n"
            + "FROM tumble(\"store\".\"main\".\"seen\", t, INTERVAL 1 MINUTE) GROUP BY 1)",
        false);
    assertThat(rows("SELECT extract(minute FROM window_start), n FROM minutes ORDER BY 1"))
        .hasToString("[[0, 2], [1, 1], [2, 2], [3, 1]]");
    assertThat(
            rows(
                "SELECT count(*), count(DISTINCT window_start) FROM hop(seen, t, INTERVAL 1 MINUTE,"
                    + " INTERVAL 2 MINUTE)"))
        .hasToString("[[12, 5]]");
    assertThat(
            rows(
                "WITH late AS (FROM seen WHERE i <> 3) SELECT i, window_end - window_start AS long"
                    + " FROM session(late, t, INTERVAL 1 MINUTE) ORDER BY i"))
        .hasSize(5);
    assertThatThrownBy(() -> rows("SELECT * FROM tumble(seen, t)"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("`tumble` takes a relation's name, its time column")
        .hasMessageContaining("INTERVAL 1 MINUTE");
  }

  @Test
  void statementsOfATransactionAreCommittedTogether() {
    try (AdapterSession other = adapter.open()) {
      session.begin();
      assertThat(session.execute("CREATE TABLE a AS SELECT * FROM range(5) t(i)", false).affected())
          .isEqualTo(5);
      session.execute("CREATE VIEW b AS SELECT 1 AS x; CREATE VIEW c AS SELECT 2 AS x", false);
      assertThat(other.find(main("a"))).isEmpty();
      session.commit();
      assertThat(other.relations("store", "main"))
          .extracting(Relation::identifier)
          .containsExactly("a", "b", "c");
      assertThat(other.find(main("A")).flatMap(Relation::type)).contains(RelationType.TABLE);
      assertThat(other.find(main("b")).flatMap(Relation::type)).contains(RelationType.VIEW);
    }
  }

  /** DuckDB takes the COMMIT without a word. */
  @Test
  void afterAFailedStatementNothingIsCommitted() {
    session.begin();
    session.execute("CREATE TABLE a (i INTEGER)", false);
    assertThatThrownBy(() -> session.execute("INSERT INTO a SELECT 'x'", false))
        .isInstanceOf(AdapterException.class)
        .hasMessageContaining("Could not convert string 'x'");
    assertThatThrownBy(session::commit).isInstanceOf(IllegalStateException.class);
    assertThat(session.find(main("a"))).isEmpty();
    session.begin();
    session.execute("CREATE TABLE a (i INTEGER)", false);
    session.commit();
    assertThat(session.find(main("a"))).isPresent();
  }

  @Test
  void aReplacedTableIsThereAgainAfterARollback() {
    session.execute("CREATE TABLE a AS SELECT 1 AS i", false);
    session.begin();
    session.execute("CREATE TABLE a__new AS SELECT 2 AS i", false);
    session.execute("DROP TABLE a CASCADE; ALTER TABLE a__new RENAME TO a", false);
    assertThat(rows("SELECT i FROM a")).containsExactly(List.of(2L));
    session.rollback();
    assertThat(rows("SELECT i FROM a")).containsExactly(List.of(1L));
    assertThat(session.find(main("a__new"))).isEmpty();
  }

  @Test
  void aConflictWithAnotherSessionMayBeTriedAgain() {
    session.execute("CREATE TABLE a AS SELECT 1 AS i", false);
    try (AdapterSession other = adapter.open()) {
      session.begin();
      other.begin();
      session.execute("CREATE OR REPLACE TABLE a AS SELECT 2 AS i", false);
      assertThatThrownBy(() -> other.execute("CREATE OR REPLACE TABLE a AS SELECT 3 AS i", false))
          .isInstanceOf(RetryException.class);
      other.rollback();
      session.commit();
      other.begin();
      other.execute("CREATE OR REPLACE TABLE a AS SELECT 3 AS i", false);
      other.commit();
    }
    assertThat(rows("SELECT i FROM a")).containsExactly(List.of(3L));
  }

  @Test
  void valuesHaveTheClassesPromised() {
    assertThat(
            rows("SELECT 1::TINYINT, 2::HUGEINT, 3::UBIGINT, 1.5::FLOAT, 2.50::DECIMAL(5,2),"
                    + " DATE '2020-01-02', TIMESTAMP '2020-01-02 03:04:05', INTERVAL 90 MINUTE,"
                    + " INTERVAL 2 DAY, [1, NULL]::INTEGER[], {'a': 1, 'b': 'x'}, MAP {'k': 1},"
                    + " '{\"j\": 1}'::JSON, NULL, true")
                .get(0))
        .isEqualTo(
            Arrays.asList(
                1L,
                BigInteger.TWO,
                BigInteger.valueOf(3),
                1.5,
                new BigDecimal("2.50"),
                LocalDate.of(2020, 1, 2),
                LocalDateTime.of(2020, 1, 2, 3, 4, 5),
                Duration.ofMinutes(90),
                Duration.ofDays(2),
                Arrays.asList(1L, null),
                Map.of("a", 1L, "b", "x"),
                Map.of("k", 1L),
                "{\"j\": 1}",
                null,
                true));
  }

  @Test
  void columnsAndSchemasAreThoseOfTheTransaction() {
    session.begin();
    session.execute("CREATE SCHEMA mart", false);
    session.execute("CREATE TABLE mart.t (a INTEGER, \"B c\" DECIMAL(18,3), s TEXT)", false);
    assertThat(session.columns(Relation.of("STORE", "Mart", "T")))
        .containsExactly(
            new ColumnInfo("a", "INTEGER"),
            new ColumnInfo("B c", "DECIMAL(18,3)"),
            new ColumnInfo("s", "VARCHAR"));
    assertThat(session.schemas("store")).contains("main", "mart", "progress");
    session.rollback();
    assertThat(session.schemas("store")).doesNotContain("mart");
    assertThat(session.columns(main("nothing"))).isEmpty();
  }

  /** Sessions remember which relations there were, and look again at what may have changed. */
  @Test
  void whatAnySessionChangesIsKnownToAll() {
    session.execute("CREATE SCHEMA mart; CREATE TABLE mart.a AS SELECT 1 AS i", false);
    session.execute("CREATE TABLE b AS SELECT 1 AS i", false);
    try (AdapterSession other = adapter.open()) {
      assertThat(other.find(main("b"))).isPresent();
      assertThat(other.find(main("c"))).isEmpty();
      session.begin();
      session.execute("ALTER TABLE b RENAME TO c", false);
      assertThat(session.find(main("b"))).isEmpty();
      assertThat(session.find(main("c"))).isPresent();
      assertThat(other.find(main("b"))).isPresent();
      session.rollback();
      assertThat(session.find(main("b"))).isPresent();
      assertThat(session.find(main("c"))).isEmpty();
      session.execute("DROP TABLE b; CREATE VIEW b AS SELECT 1 AS i", false);
      assertThat(other.find(main("b")).flatMap(Relation::type)).contains(RelationType.VIEW);
      session.execute("DROP SCHEMA mart CASCADE", false);
      assertThat(other.find(Relation.of("store", "mart", "a"))).isEmpty();
    }
  }

  @Test
  void aSeedsTextsAreCast() {
    session.begin();
    session.execute("CREATE TABLE s (id integer, day date, name text, x float8)", false);
    List<@Nullable String[]> rows = new ArrayList<>();
    rows.add(new String[] {"1", "2020-01-02", "null", "1.5"});
    rows.add(new String[] {null, null, "", null});
    assertThat(session.load(main("s"), List.of("id", "day", "name", "x"), rows)).isEqualTo(2);
    session.commit();
    assertThat(rows("SELECT * FROM s ORDER BY id"))
        .containsExactly(
            Arrays.asList(1L, LocalDate.of(2020, 1, 2), "null", 1.5),
            Arrays.asList(null, null, "", null));
    session.begin();
    rows.add(new String[] {"one", null, null, null});
    assertThatThrownBy(() -> session.load(main("s"), List.of("id", "day", "name", "x"), rows))
        .isInstanceOf(AdapterException.class)
        .hasMessageContaining("Could not convert string 'one'");
    session.rollback();
    assertThat(rows("SELECT count(*) FROM s")).containsExactly(List.of(2L));
  }

  private void assertRefused(String sql, String message) {
    assertThatThrownBy(() -> session.execute(sql, false))
        .as(sql)
        .isInstanceOfSatisfying(
            StopException.class, e -> assertThat(e.problem().message()).as(sql).contains(message));
  }

  @Test
  void whatIsMillracesIsReadOnly() throws Exception {
    try (Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA published; CREATE TABLE published.clicks AS SELECT 1 AS i");
      statement.execute("CREATE VIEW main.clicks AS SELECT i FROM published.clicks");
    }
    session.close();
    session = adapter.open();
    assertThat(rows("SELECT i FROM clicks")).containsExactly(List.of(1L));
    for (String sql :
        List.of(
            "CREATE OR REPLACE VIEW clicks AS SELECT 2",
            "/* c */ drop view if exists \"store\".\"main\".\"Clicks\" cascade",
            "CREATE TABLE x AS SELECT 1; ALTER TABLE x RENAME TO clicks",
            "WITH a AS (SELECT 1) INSERT INTO main.clicks SELECT * FROM a",
            "CREATE TABLE clicks(i INTEGER)")) {
      assertRefused(sql, "`main.clicks` is a stream");
    }
    for (String sql :
        List.of(
            "DELETE FROM progress.store",
            "UPDATE store.progress.store SET epoch = 'x'",
            "DROP SCHEMA progress CASCADE",
            "-- c\nTRUNCATE progress.store",
            "COPY progress.store FROM 'x.csv'",
            "CREATE UNIQUE INDEX i ON progress.store (epoch)",
            "MERGE INTO progress.store USING (SELECT 1) ON false WHEN NOT MATCHED THEN INSERT")) {
      assertRefused(sql, "schema `progress` belongs to Millrace");
    }
    assertRefused("SET threads = 1", "`threads` is a setting of the whole store");
    session.execute("CREATE TEMP TABLE clicks AS SELECT 'drop table progress.store' AS s", false);
    assertThat(session.find(main("x"))).isEmpty();
  }

  @Test
  void emptyTextsAreNoStatements() {
    assertThat(session.execute(" -- nothing\n;; /* at all */ ", true).rows()).isEmpty();
  }

  @Test
  void whatRunsCanBeCancelled() {
    CompletableFuture<Throwable> failed =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                session.execute(
                    "SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)", true);
                return new AssertionError("it ended");
              } catch (AdapterException e) {
                return e;
              }
            });
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              session.cancel();
              return failed.isDone();
            });
    assertThat(failed.join()).isInstanceOf(AdapterException.class).hasMessageContaining("nterrupt");
    assertThat(Optional.of(store.generation())).contains(0L);
  }

  /** The hash table of this aggregate takes more than the session's 32 MB. */
  @Test
  void aStatementSpillsAtItsCapOfMemory() {
    assertThat(
            rows(
                "SELECT count(*) FROM (SELECT hash(i) AS h, count(*) FROM range(3000000) t(i)"
                    + " GROUP BY h)"))
        .containsExactly(List.of(3_000_000L));
    assertThat(rows("SELECT current_setting('operator_memory_limit')"))
        .containsExactly(List.of("32.0 MiB"));
  }
}
