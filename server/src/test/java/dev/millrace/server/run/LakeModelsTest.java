package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.api.table.StagedRows;
import dev.millrace.api.table.StoredTable;
import dev.millrace.api.table.TableStore;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.batch.BatchLimits;
import dev.millrace.engine.batch.StoreAdapter;
import dev.millrace.engine.lake.Lake;
import dev.millrace.engine.lake.LakeViews;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.project.ProjectLoader;
import dev.millrace.testing.Seeds;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models whose tables are in the lake, beside those in the store. */
class LakeModelsTest {
  private static final String ROWS =
      "select * from (values (1, date '2026-11-01', {{ var('v', 1) }}),"
          + " (2, date '2026-11-02', {{ var('v', 1) }})) t(id, day, v)";
  private static final String LATER =
      "select * from (values (2, date '2026-11-02', 20), (3, date '2026-12-01', 30)) t(id, day, v)";

  @TempDir Path folder;
  private BuiltLake shop;

  @SuppressWarnings("NullAway.Init")
  LakeModelsTest() {}

  @BeforeEach
  void make() throws Exception {
    shop = new BuiltLake(folder);
  }

  private void build(String... words) {
    assertThat(shop.build(words)).as(shop.output()).isTrue();
  }

  private String rows(String sql) throws Exception {
    return shop.rows(sql).toString();
  }

  private static String incremental(String first) {
    return "{% if is_incremental() %}" + LATER + "{% else %}" + first + "{% endif %}";
  }

  @Test
  void aTableIsReplacedAndReadByOthers() throws Exception {
    shop.model("facts", "materialized='table', partition_by=['day(day)']", ROWS);
    shop.write(
        "models/sums.sql",
        "{{ config(materialized='table') }} select sum(v) as v from {{ ref('facts') }}");
    shop.write(
        "models/facts.yml",
        """
        models:
          - name: facts
            description: what happened
            config: {persist_docs: {relation: true, columns: true}}
            columns:
              - {name: id, description: which, data_tests: [unique, not_null]}
        """);
    build();
    assertThat(rows("SELECT * FROM facts ORDER BY id"))
        .isEqualTo("[[1, 2026-11-01, 1], [2, 2026-11-02, 1]]");
    assertThat(rows("SELECT v FROM sums")).isEqualTo("[[2]]");
    build("--vars", "v: 7");
    assertThat(rows("SELECT v FROM sums")).isEqualTo("[[14]]");
    assertThat(rows("SELECT comment FROM duckdb_views() WHERE view_name = 'facts'"))
        .isEqualTo("[[what happened]]");
    try (TableStore lake = shop.lake()) {
      StoredTable table = lake.find("main.facts").orElseThrow();
      assertThat(table.partitioning()).hasToString("[day(day)]");
      assertThat(table.versions()).hasSize(2);
      assertThat(table.files().files()).hasSize(2);
    }
    // Another shape; then back to the store, and to the lake again.
    shop.model("facts", "materialized='table'", "select 'x' as id, 1.5 as v");
    build("--select", "facts sums");
    assertThat(rows("SELECT * FROM facts")).isEqualTo("[[x, 1.5]]");
    shop.write("models/facts.sql", "{{ config(materialized='table') }} select 9 as id, 3 as v");
    build("--select", "facts sums");
    build("--select", "sums");
    assertThat(rows("SELECT * FROM facts")).isEqualTo("[[9, 3]]");
    shop.model(
        "facts", "materialized='table'", "select 8 as id, (select max(v) from {{ this }}) as v");
    build("--select", "facts sums");
    assertThat(rows("SELECT * FROM facts")).isEqualTo("[[8, 3]]");
  }

  @Test
  void incrementalModelsByTheirStrategies() throws Exception {
    shop.model("by_key", "materialized='incremental', unique_key='id'", incremental(ROWS));
    shop.model(
        "merged",
        "materialized='incremental', unique_key=['id'], incremental_strategy='merge',"
            + " merge_update_columns=['day']",
        incremental(ROWS));
    shop.model("added", "materialized='incremental'", incremental(ROWS));
    shop.model(
        "by_month",
        "materialized='incremental', incremental_strategy='insert_overwrite',"
            + " partition_by='month(day)'",
        incremental(ROWS));
    shop.model(
        "whole",
        "materialized='incremental', incremental_strategy='insert_overwrite'",
        incremental(ROWS));
    build();
    build();
    String all = "SELECT id, v FROM %s ORDER BY ALL";
    assertThat(rows(all.formatted("by_key"))).isEqualTo("[[1, 1], [2, 20], [3, 30]]");
    assertThat(rows(all.formatted("merged"))).isEqualTo("[[1, 1], [2, 1], [3, 30]]");
    assertThat(rows(all.formatted("added"))).isEqualTo("[[1, 1], [2, 1], [2, 20], [3, 30]]");
    assertThat(rows(all.formatted("by_month"))).isEqualTo("[[2, 20], [3, 30]]");
    assertThat(rows(all.formatted("whole"))).isEqualTo("[[2, 20], [3, 30]]");
    build("--full-refresh");
    for (String model : List.of("by_key", "merged", "added", "by_month", "whole")) {
      assertThat(rows(all.formatted(model))).as(model).isEqualTo("[[1, 1], [2, 1]]");
    }
    build("--empty", "--full-refresh");
    assertThat(rows("SELECT count(*) FROM by_key")).isEqualTo("[[2]]");
  }

  @Test
  void columnsChangeAsItIsSaid() throws Exception {
    for (String policy : List.of("ignore", "fail", "append_new_columns", "sync_all_columns")) {
      shop.model(
          policy + "_x",
          "materialized='incremental', unique_key='id', on_schema_change='" + policy + "'",
          "select 1 as id, 2 as a");
    }
    build();
    for (String policy : List.of("ignore", "fail", "append_new_columns", "sync_all_columns")) {
      shop.model(
          policy + "_x",
          "materialized='incremental', unique_key='id', on_schema_change='" + policy + "'",
          policy.equals("ignore")
              ? "select 2 as id, 'new' as b, 3 as a"
              : "select 2 as id, 'new' as b");
    }
    assertThat(shop.build()).isFalse();
    assertThat(shop.output()).contains("new ones [b], gone ones [a]", "--full-refresh");
    assertThat(rows("SELECT * FROM ignore_x ORDER BY id")).isEqualTo("[[1, 2], [2, 3]]");
    assertThat(rows("SELECT * FROM fail_x")).isEqualTo("[[1, 2]]");
    assertThat(rows("SELECT * FROM append_new_columns_x ORDER BY id"))
        .isEqualTo("[[1, 2, null], [2, null, new]]");
    assertThat(rows("SELECT * FROM sync_all_columns_x ORDER BY id"))
        .isEqualTo("[[1, null], [2, new]]");
  }

  @Test
  void contractsHooksAndBatches() throws Exception {
    shop.model(
        "kept",
        "materialized='table', contract={'enforced': true}, post_hook=\"create or replace table"
            + " seen as select count(*) as n from {{ this }}\"",
        "select {{ var('v', 1) }} as id");
    shop.write(
        "models/kept.yml",
        """
        models:
          - name: kept
            columns:
              - {name: id, data_type: integer, constraints: [{type: check, expression: id < 5}]}
        """);
    shop.model(
        "days",
        "materialized='incremental', incremental_strategy='microbatch', event_time='happened',"
            + " batch_size='day', begin='2026-11-01'",
        "select timestamptz '2026-11-01 10:00:00+00' + interval (i) day as happened, {{ var('v', 1) }}"
            + " as v from range(3) t(i)"
            + " {% if execute and model.batch %}where happened >= '{{ model.batch.event_time_start }}' and happened <"
            + " '{{ model.batch.event_time_end }}'{% endif %}");
    String[] all = {"--event-time-start", "2026-11-01", "--event-time-end", "2026-11-04"};
    build(all);
    assertThat(rows("SELECT n FROM seen")).isEqualTo("[[1]]");
    assertThat(rows("SELECT count(*), sum(v) FROM days")).isEqualTo("[[3, 3]]");
    assertThat(
            shop.build(
                "--vars",
                "v: 5",
                "--event-time-start",
                "2026-11-02",
                "--event-time-end",
                "2026-11-03"))
        .isFalse();
    assertThat(shop.output()).contains("CHECK constraint");
    assertThat(rows("SELECT id FROM kept")).isEqualTo("[[1]]");
    assertThat(rows("SELECT v FROM days ORDER BY happened")).isEqualTo("[[1], [5], [1]]");
  }

  /** What hooks do is rolled back; the table is as after the build. */
  @Test
  void aHookThatFailsLeavesTheNewTable() throws Exception {
    shop.model("t", "materialized='table'", "select {{ var('v', 1) }} as v");
    build();
    shop.model(
        "t",
        "materialized='table', post_hook=['create table other as select 1 as x', 'select * from"
            + " nothing']",
        "select {{ var('v', 1) }} as v");
    assertThat(shop.build("--vars", "v: 2")).isFalse();
    assertThat(rows("SELECT v FROM t")).isEqualTo("[[2]]");
    assertThat(rows("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'other'"))
        .isEqualTo("[[0]]");
    assertThat(shop.build("--select", "nothing", "--vars", "v: 3")).isTrue();
  }

  @Test
  void aQueryThatFailsIsAModelsFault() throws Exception {
    shop.model("t", "materialized='table'", "select error('no luck') as v from range(3)");
    assertThat(shop.build()).isFalse();
    assertThat(shop.output()).contains("no luck", "models/t.sql");
    try (TableStore lake = shop.lake()) {
      assertThat(lake.find("main.t").map(t -> t.files().version())).isEmpty();
    }
  }

  /** An incremental model over random increments has what a full refresh of it has. */
  @Test
  void incrementsEqualAFullRefresh() throws Exception {
    Random random = Seeds.random("LakeModelsTest.incrementsEqualAFullRefresh");
    shop.write(
        "models/changes.sql",
        "{{ config(materialized='table') }} select * from read_csv('changes.csv', columns ="
            + " {'n': 'INTEGER', 'id': 'INTEGER', 'day': 'DATE', 'v': 'INTEGER'})");
    String query =
        "select id, day, v, n from {{ ref('changes') }} {% if is_incremental() %} where n > (select"
            + " max(n) from {{ this }}){% endif %} qualify row_number() over (partition by id order"
            + " by n desc) = 1";
    String key = "materialized='incremental', unique_key='id', ";
    shop.model("by_key", key + "partition_by=['month(day)', 'bucket(3, id)']", query);
    shop.model("merged", key + "incremental_strategy='merge'", query);
    shop.write(
        "models/stored.sql", "{{ config(materialized='incremental', unique_key='id') }} " + query);
    StringBuilder csv = new StringBuilder("n,id,day,v\n");
    int n = 0;
    for (int round = 0; round < 4; round++) {
      for (int i = random.nextInt(200) + 1; i > 0; i--) {
        csv.append(
            "%d,%d,2026-%02d-%02d,%d\n"
                .formatted(
                    ++n,
                    random.nextInt(60),
                    1 + random.nextInt(12),
                    1 + random.nextInt(28),
                    random.nextInt(1000)));
      }
      shop.write("changes.csv", csv.toString());
      build();
    }
    String all = "SELECT * FROM %s ORDER BY id";
    String expected = rows(all.formatted("stored"));
    assertThat(rows(all.formatted("by_key"))).isEqualTo(expected);
    assertThat(rows(all.formatted("merged"))).isEqualTo(expected);
    build();
    assertThat(rows(all.formatted("by_key"))).as("built again").isEqualTo(expected);
    build("--full-refresh");
    assertThat(rows(all.formatted("by_key"))).isEqualTo(expected);
    assertThat(rows(all.formatted("merged"))).isEqualTo(expected);
  }

  /** A cursor that was opened before a build reads on in the files of its version. */
  @Test
  void readersGoOnInTheVersionThatTheyHave() throws Exception {
    shop.model(
        "t",
        "materialized='table'",
        "select i as id, {{ var('v', 1) }} as v from range(200000) t(i)");
    build();
    Path data = DataFolder.open(folder).resolve("store");
    try (Store store = Store.open(new StoreOptions(data, ZoneOffset.UTC, 256L << 20, 1));
        Connection reader = store.connect();
        Lake lake = new Lake("shop", shop.folder().toString(), shop::lake)) {
      StoreAdapter adapter =
          new StoreAdapter(store, BatchLimits.alone(1), folder, tables -> {}, Optional.of(lake));
      try (Statement statement = reader.createStatement()) {
        statement.execute("BEGIN TRANSACTION READ ONLY");
        assertThat(BuiltLake.rows(reader, "SELECT sum(v) FROM t")).hasToString("[[200000]]");
        StringWriter out = new StringWriter();
        assertThat(shop.command(out, List.of("--vars", "v: 2")).run(manifest -> adapter))
            .as(out.toString())
            .isTrue();
        assertThat(BuiltLake.rows(reader, "SELECT sum(v) FROM t")).hasToString("[[200000]]");
        statement.execute("COMMIT");
      }
      assertThat(BuiltLake.rows(reader, "SELECT sum(v) FROM t")).hasToString("[[400000]]");
      // Somebody else compacts and forgets what was.
      StoredTable table = lake.store().find("main.t").orElseThrow();
      try (TableStore other = shop.lake();
          Connection duckdb = store.connect();
          StagedRows rows =
              other.find("main.t").orElseThrow().stage(duckdb, "SELECT 7 AS id, 7 AS v")) {
        other.find("main.t").orElseThrow().overwrite(rows, null);
        assertThat(LakeViews.refresh(duckdb, lake)).containsExactly("main.t");
        assertThat(LakeViews.refresh(duckdb, lake)).isEmpty();
      }
      assertThat(table.expire(Instant.now().plusSeconds(1))).isPositive();
      assertThat(BuiltLake.rows(reader, "SELECT v FROM t")).hasToString("[[7]]");
    }
  }

  @Test
  void aNewStoreFindsTheTablesOfTheLake() throws Exception {
    shop.model("added", "materialized='incremental'", incremental(ROWS));
    build();
    Path store = DataFolder.open(folder).resolve("store");
    try (Stream<Path> files = Files.walk(store)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
    build();
    assertThat(rows("SELECT id, v FROM added ORDER BY ALL"))
        .isEqualTo("[[1, 1], [2, 1], [2, 20], [3, 30]]");
  }

  @Test
  void whatCannotBeInTheLakeIsSaidBefore() throws Exception {
    shop.model(
        "t",
        "materialized='table', partition_by=['day(day']",
        "select 1 as id, current_date as day");
    shop.write(
        "models/u.sql",
        "{{ config(materialized='incremental', table_format='iceberg', catalog_name='pond') }}\n"
            + "select 1 as id");
    shop.write("models/v.sql", "{{ config(file_format='parquet') }} select * from {{ ref('t') }}");
    assertThat(check("dev"))
        .contains("models/t.sql:1", "`partition_by`: `day(day` is no partition")
        .contains("models/u.sql:1", "target `dev` has no lake `pond` - it has `lake`")
        .doesNotContain("models/v.sql");
    assertThat(check("bare"))
        .contains("models/t.sql:1", "model `t` is to be in the lake, and target `bare` has none")
        .contains("add `lake: embedded` to the target");
    assertThat(shop.build("--target", "bare", "--select", "t")).isFalse();
    assertThat(shop.output()).contains("the target has none; add `lake: embedded`");
  }

  private String check(String target) {
    Problems problems = new Problems();
    try {
      new ProjectLoader(new Connectors().all(), new DbtTemplates(), Map.of())
          .load(folder, target, problems);
    } catch (StopException e) {
      return e.problems().toString();
    }
    return problems.all().toString();
  }
}
