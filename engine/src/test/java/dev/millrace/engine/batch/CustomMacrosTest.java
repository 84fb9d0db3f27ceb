package dev.millrace.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Macros of a project and its packages in the place of dbt's own. */
class CustomMacrosTest {
  @TempDir Path folder;
  private BuiltProject shop;

  @BeforeEach
  void copy() throws Exception {
    shop = new BuiltProject(folder);
  }

  @AfterEach
  void close() {
    shop.close();
  }

  private void build(String... words) {
    assertThat(shop.run("build", words)).as(shop.output()).isTrue();
  }

  @Test
  void aMaterializationOfTheProjectsOwn() throws Exception {
    shop.write(
        "macros/growing.sql",
        """
        {% materialization growing, adapter='duckdb' %}
          {%- set there = load_relation(this) -%}
          {%- set target_relation = this.incorporate(type='table') -%}
          {{ run_hooks(pre_hooks) }}
          {% call statement('main') %}
            {% if there is none %}{{ create_table_as(false, target_relation, sql) }}
            {% else %}insert into {{ target_relation }} {{ sql }}{% endif %}
          {% endcall %}
          {% set rows = run_query('select count(*) from ' ~ target_relation).columns[0].values()[0] %}
          {% do log(this.name ~ ' has ' ~ rows ~ ' rows', info=true) %}
          {{ run_hooks(post_hooks) }}
          {% do adapter.commit() %}
          {{ return({'relations': [target_relation]}) }}
        {% endmaterialization %}
        """);
    shop.write(
        "models/marts/grown.sql",
        "{{ config(materialized='growing', post_hook='create or replace view main.seen as select *"
            + " from {{ this }}') }}\n"
            + "select 1 as one\n"
            + "{{ 'from nowhere' if var('broken', false) }}");
    build("--select", "grown");
    build("--select", "grown");
    assertThat(shop.output()).contains("OK    growing model main.grown", "grown has 2 rows");
    assertThat(shop.run("build", "--select", "grown", "--vars", "broken: true")).isFalse();
    assertThat(shop.output()).contains("models/marts/grown.sql:3:");
    assertThat(shop.rows("SELECT count(*) FROM main.seen")).containsExactly(List.of(2L));
  }

  @Test
  void anUnknownMaterializationIsExplained() throws Exception {
    shop.write("models/marts/odd.sql", "{{ config(materialized='odd') }} select 1 as one");
    assertThat(shop.run("build", "--select", "odd")).isFalse();
    assertThat(shop.output())
        .contains("there is no materialization `odd`", "{% materialization odd, default %}");
  }

  /** The project says who is asked first: itself, the package, dbt. */
  @Test
  void dispatchFindsThePackagesMacroBeforeDbts() throws Exception {
    shop.write("packages.yml", "packages:\n  - local: tools\n");
    shop.write("tools/dbt_project.yml", "name: tools\nversion: '1.0'\n");
    shop.write(
        "tools/macros/concat.sql",
        """
        {% macro default__concat(fields) %}concat_ws('~', {{ fields | join(', ') }}){% endmacro %}
        {% macro hello() %}{{ return(adapter.dispatch('hello', 'tools')()) }}{% endmacro %}
        {% macro default__hello() %}'default'{% endmacro %}
        {% macro duckdb__hello() %}'tools on duckdb'{% endmacro %}
        {% macro bye() %}{{ return(adapter.dispatch('bye', 'tools')()) }}{% endmacro %}
        {% macro default__bye() %}'bye of tools'{% endmacro %}
        """);
    shop.write("macros/bye.sql", "{% macro default__bye() %}'bye of shop'{% endmacro %}");
    String project = Files.readString(folder.resolve("dbt_project.yml"));
    shop.write(
        "dbt_project.yml",
        project
            + "\ndispatch:\n  - {macro_namespace: dbt, search_order: [shop, tools, dbt]}\n"
            + "  - {macro_namespace: tools, search_order: [shop, tools]}\n");
    shop.write(
        "models/marts/said.sql",
        "select {{ dbt.concat([\"'a'\", \"'b'\"]) }} as c, {{ tools.hello() }} as h, {{ tools.bye()"
            + " }} as b");
    build("--select", "said");
    assertThat(shop.rows("SELECT * FROM said"))
        .containsExactly(List.of("a~b", "tools on duckdb", "bye of shop"));
  }

  @Test
  void builtinsAreWhatTheyWereBehindMacrosOfTheirNames() throws Exception {
    shop.write(
        "macros/builtins.sql",
        """
        {% macro ref(name) %}{% do return(builtins.ref(name).include(database=false)) %}{% endmacro %}
        {% macro source(a, b) %}{% do return(builtins.source(a, b).include(database=false)) %}{% endmacro %}
        """);
    shop.write(
        "models/sources.yml",
        "sources:\n  - name: raw\n    schema: main_raw\n    tables: [{name: customers}]\n");
    shop.write(
        "models/marts/counted.sql",
        "{{ builtins.config(materialized='view') }}select (select count(*) from {{ ref('customers')"
            + " }}) + (select count(*) from {{ source('raw', 'customers') }}) as n, '{{"
            + " builtins.ref.config.project_name }}' as project");
    build("--select", "customers counted");
    assertThat(shop.rows("SELECT * FROM counted")).containsExactly(List.of(6L, "shop"));
    assertThat(folder.resolve("target/compiled/shop/models/marts/counted.sql"))
        .content()
        .contains("from \"main_raw\".\"customers\"")
        .doesNotContain("\"store\"");
  }

  @Test
  void aUnitTestOverridesMacrosVariablesAndTheModelsOwnTable() throws Exception {
    shop.write(
        "models/marts/newer.sql",
        """
        {{ config(materialized='incremental') }}
        select order_id, '{{ var("today") }}' as today, '{{ env_var("WHO", "nobody") }}' as who,
          {{ cents('cents') }} as cents, {{ dbt.current_timestamp() }} as at
        from {{ ref('stg_orders') }}
        {% if is_incremental() %}where order_id > (select max(order_id) from {{ this }}){% endif %}
        """);
    String tests =
        """
        unit_tests:
          - name: adds_what_is_new
            model: newer
            overrides:
              macros: {is_incremental: true, cents: "7", dbt.current_timestamp: "'now'"}
              vars: {today: monday}
              env_vars: {WHO: me}
            given:
              - input: this
                rows: [{order_id: 1}]
              - input: ref('stg_orders')
                rows: [{order_id: 1}, {order_id: 2}]
            expect:
              rows: [{order_id: 2, today: monday, who: me, cents: 7, at: now}]
          - name: begins_with_all
            model: newer
            overrides: {macros: {is_incremental: false}}
            given:
              - input: ref('stg_orders')
                rows: [{order_id: 1}, {order_id: 2}]
            expect: {rows: [{order_id: 1, who: nobody}, {order_id: 2, who: nobody}]}
        """;
    build("--vars", "worst: 100000");
    shop.write("models/newer.yml", tests);
    build("--select", "newer");
    assertThat(shop.statuses())
        .containsEntry("adds_what_is_new", "pass")
        .containsEntry("begins_with_all", "pass");
    shop.write("models/newer.yml", tests.replace("is_incremental: true", "is_incremental: false"));
    assertThat(shop.run("build", "--select", "newer")).isFalse();
    assertThat(shop.statuses()).containsEntry("adds_what_is_new", "fail");
  }

  @Test
  void grantsAreSaidOnceToHaveNoEffect() throws Exception {
    for (String name : List.of("one", "two")) {
      shop.write(
          "models/marts/" + name + ".sql",
          "{{ config(grants={'select': ['ann']}) }} select 1 as one");
    }
    build("--select", "one two");
    assertThat(shop.output()).containsOnlyOnce("grants have no effect: the store has no users");
  }

  /** What a macro did before it failed is undone. */
  @Test
  void aMacroIsCalledInATransaction() throws Exception {
    shop.write(
        "macros/noted.sql",
        """
        {% macro note(what, times=1) %}
          {% do run_query('create table if not exists main.notes (what varchar)') %}
          {% for i in range(times) %}{% do run_query("insert into main.notes values ('" ~ what ~ "')") %}{% endfor %}
          {% do log('noted ' ~ what ~ ' in ' ~ target.schema, info=true) %}
          {% if what == 'bad' %}{% do run_query('select nothing') %}{% endif %}
        {% endmacro %}
        """);
    assertThat(shop.run("run-operation", "--macro", "note", "--args", "{what: tea, times: 2}"))
        .isTrue();
    assertThat(shop.output()).contains("noted tea in main");
    assertThat(shop.failure("run-operation", "--macro", "shop.note", "--args", "what=bad"))
        .contains("macros/noted.sql:5:", "nothing");
    assertThat(shop.rows("SELECT * FROM main.notes"))
        .containsExactly(List.of("tea"), List.of("tea"));
    assertThat(shop.failure("run-operation", "--macro", "nots"))
        .contains("there is no macro `nots`; did you mean `note`?");
  }
}
