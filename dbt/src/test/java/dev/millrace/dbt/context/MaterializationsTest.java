package dev.millrace.dbt.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** dbt's materializations on DuckDB. */
class MaterializationsTest {
  private final SmallProject project = new SmallProject();

  @AfterEach
  void close() {
    project.close();
  }

  @Test
  void aViewAndATableReplaceWhateverIsThere() {
    project.model("a", "select 1 as x").build("a");
    assertThat(project.session.rows("select * from a")).containsExactly("1");
    project.model("a", "{{ config(materialized='table') }} select 2 as x").build("a");
    assertThat(
            project.session.rows(
                "select x, (select count(*) from duckdb_views where view_name = 'a') from a"))
        .containsExactly("2|0");
    project.model("a", "{{ config(materialized='table') }} select x + 1 as x from {{ this }}");
    assertThat(project.build("a").get(0).toString()).isEqualTo("\"memory\".\"main\".\"a\"");
    assertThat(project.session.rows("select x from a")).containsExactly("3");
    project.model("a", "select 4 as x").build("a");
    assertThat(project.session.rows("select x from a")).containsExactly("4");
  }

  @Test
  void ephemeralModelsBecomeCommonTableExpressions() {
    project
        .model("e1", "{{ config(materialized='ephemeral') }} select 1 as x")
        .model(
            "e2", "{{ config(materialized='ephemeral') }} select x + 1 as x from {{ ref('e1') }}")
        .model("m", "with own as (select 10 as y) select x + y as z from {{ ref('e2') }}, own");
    assertThat(project.run().compile(project.node("m")).sql())
        .isEqualTo(
            "with  __dbt__cte__e1 as (\n select 1 as x\n),  __dbt__cte__e2 as (\n"
                + " select x + 1 as x from __dbt__cte__e1\n), own as (select 10 as y) select x + y"
                + " as z from __dbt__cte__e2, own");
    project.build("m");
    assertThat(project.session.rows("select * from m")).containsExactly("12");
  }

  @Test
  void anIncrementalModelReplacesRowsByKey() {
    project.session.execute("create table raw as select 1 as id, 'a' as v", false);
    String code =
        "{{ config(materialized='incremental', unique_key='id') }} select * from raw"
            + "{% if is_incremental() %} where id >= (select max(id) from {{ this }}){% endif %}";
    project.model("inc", code).build("inc");
    project.session.execute("update raw set v = 'b'; insert into raw values (2, 'c')", false);
    project.build("inc");
    assertThat(project.session.rows("select * from inc order by id")).containsExactly("1|b", "2|c");
    project.session.execute("delete from raw where id = 1", false);
    project.build("inc");
    assertThat(project.session.rows("select * from inc order by id")).containsExactly("1|b", "2|c");
    project.flags.put("FULL_REFRESH", true);
    project.build("inc");
    assertThat(project.session.rows("select * from inc order by id")).containsExactly("2|c");
    assertThat(project.session.rows("select table_name from duckdb_tables order by 1"))
        .containsExactly("inc", "raw");
  }

  @Test
  void strategiesAppendAndMerge() {
    project.session.execute("create table raw as select 1 as id, 'a' as v, 'x' as w", false);
    project
        .model(
            "app",
            "{{ config(materialized='incremental', incremental_strategy='append') }} select * from"
                + " raw")
        .model(
            "mer",
            "{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['id'],"
                + " merge_exclude_columns=['w']) }} select * from raw");
    project.build("app");
    project.build("mer");
    project.session.execute(
        "update raw set v = 'b', w = 'y'; insert into raw values (2, 'c', 'z')", false);
    project.build("app");
    project.build("mer");
    assertThat(project.session.rows("select * from app order by all"))
        .containsExactly("1|a|x", "1|b|y", "2|c|z");
    assertThat(project.session.rows("select * from mer order by all"))
        .containsExactly("1|b|x", "2|c|z");
  }

  @Test
  void columnsOfIncrementalModelsFollowTheQueryAsConfigured() {
    project.session.execute("create table raw as select 1 as id, 'a' as old", false);
    for (String change :
        new String[] {"ignore", "append_new_columns", "sync_all_columns", "fail"}) {
      project
          .model(
              change,
              "{{ config(materialized='incremental', on_schema_change='"
                  + change
                  + "') }} select * from raw")
          .build(change);
    }
    project.session.execute(
        "alter table raw add column fresh int; update raw set fresh = 5", false);
    project.build("ignore");
    assertThat(project.session.rows("select * from ignore")).containsExactly("1|a", "1|a");
    project.build("append_new_columns");
    assertThat(project.session.rows("select * from append_new_columns order by fresh nulls first"))
        .containsExactly("1|a|null", "1|a|5");
    assertThatThrownBy(() -> project.build("fail"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("new ones [fresh]");
    assertThat(project.session.rows("select * from fail")).containsExactly("1|a");
    project.session.execute("alter table raw drop column old", false);
    project.build("sync_all_columns");
    assertThat(project.session.rows("select * from sync_all_columns order by fresh nulls first"))
        .containsExactly("1|null", "1|5");
  }

  @Test
  void aFailureLeavesTheTableAsItWas() {
    project.model("a", "{{ config(materialized='table') }} select 1 as x").build("a");
    project.model(
        "a",
        "{{ config(materialized='table', post_hook='insert into nowhere values (1)') }} select 2 as"
            + " x");
    assertThatThrownBy(() -> project.build("a")).hasMessageContaining("nowhere");
    assertThat(project.session.rows("select x from a")).containsExactly("1");
  }

  @Test
  void hooksRunInsideAndOutsideOfTheTransaction() {
    project.session.execute("create table audit (what varchar)", false);
    project.model(
        "a",
        "{{ config(materialized='table', pre_hook=[\"insert into audit values ('before {{ this.name"
            + " }}')\", before_begin(\"insert into audit values ('outside')\")], post_hook={'sql':"
            + " \"insert into audit select 'rows ' || count(*) from {{ this }}\"}) }} select 1 as"
            + " x");
    project.build("a");
    assertThat(project.session.rows("select * from audit"))
        .containsExactly("outside", "before a", "rows 1");
  }

  @Test
  void contractsAreChecked() {
    project.model("a", "select 1 as x");
    dev.millrace.dbt.manifest.NodeColumn x =
        new dev.millrace.dbt.manifest.NodeColumn(
            "x",
            "",
            java.util.Optional.of("integer"),
            false,
            java.util.List.of(Map.of("type", "not_null"), Map.of("type", "primary_key")),
            java.util.List.of(),
            Map.of());
    Map<String, Object> config =
        Map.of("materialized", "table", "contract", Map.of("enforced", true));
    project.node(
        dev.millrace.dbt.manifest.NodeType.MODEL,
        "ok",
        "select 1 as x",
        config,
        Map.of("x", x),
        java.util.Optional.empty());
    project.node(
        dev.millrace.dbt.manifest.NodeType.MODEL,
        "bad",
        "select 'a' as x, 1 as y",
        config,
        Map.of("x", x),
        java.util.Optional.empty());
    project.build("ok");
    project.build("ok");
    assertThat(
            project.session.rows(
                "select constraint_type from duckdb_constraints() where table_name = 'ok' order by"
                    + " 1"))
        .contains("PRIMARY KEY", "NOT NULL");
    assertThatThrownBy(() -> project.build("bad"))
        .hasMessageContaining("x is VARCHAR, the contract says INTEGER")
        .hasMessageContaining("y (INTEGER) is not in the contract");
  }

  @Test
  void genericTestsCountTheirFailures() {
    project
        .model("m", "select * from (values (1, 'a'), (1, 'b'), (null, 'c')) t(id, v)")
        .build("m");
    project.model("p", "select 1 as id").build("p");
    project
        .test("t1", "m", "id", "test_unique", Map.of(), Map.of())
        .test("t2", "m", "id", "test_not_null", Map.of(), Map.of("where", "v <> 'c'"))
        .test(
            "t3",
            "m",
            "v",
            "test_accepted_values",
            Map.of("values", java.util.List.of("a", "b")),
            Map.of())
        .test(
            "t4",
            "m",
            "id",
            "test_relationships",
            Map.of("to", "ref('p')", "field", "id"),
            Map.of())
        .test(
            "t5",
            "m",
            "v",
            "test_accepted_values",
            Map.of("values", java.util.List.of()),
            Map.of("error_if", ">5", "limit", 2L, "store_failures", true));
    assertThat(project.verdict("t1")).isEqualTo("[1, true, true]");
    assertThat(project.verdict("t2")).isEqualTo("[0, false, false]");
    assertThat(project.verdict("t3")).isEqualTo("[1, true, true]");
    assertThat(project.verdict("t4")).isEqualTo("[0, false, false]");
  }

  @Test
  void anErrorOfTheEngineIsPlacedInTheModel() {
    project.model(
        "a", "{{ config(materialized='table') }}\nselect 1 as x,\n  nothing as y\nfrom (select 1)");
    assertThatThrownBy(() -> project.build("a"))
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problem().where()).hasToString("models/a.sql:3:3"))
        .hasMessageContaining("nothing");
  }

  @Test
  void aStreamHasNoTableBeforeItsFirstRun() {
    project.model("s", "{{ config(materialized='stream') }} select 1 as x");
    project.kept.add("model.shop.s");
    project.model("m", "select *\nfrom {{ ref('s') }}");
    assertThatThrownBy(() -> project.build("m"))
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problem().where()).hasToString("models/m.sql:2:9"))
        .hasMessageContaining(
            "`s` is kept up to date by `millrace run`, and has no table before the first run; start"
                + " `millrace run` with this project, then build");
    project.session.execute("create table s as select 1 as x", false);
    project.build("m");
    assertThat(project.session.rows("select x from m")).containsExactly("1");
  }
}
