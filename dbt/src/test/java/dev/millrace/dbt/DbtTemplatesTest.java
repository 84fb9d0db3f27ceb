package dev.millrace.dbt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What models may say, and what becomes of it. */
class DbtTemplatesTest {
  @TempDir Path folder;

  @BeforeEach
  void writeProject() throws IOException {
    file("millrace.yml", "name: shop\nvars: {size: 3, shop: {own: mine}, list: [a, b]}\n");
    file(
        "sources/s.yml",
        """
        version: 2
        sources:
          - name: shop
            streams:
              - name: orders
                event_time: at
                columns: [{name: id, type: INTEGER}, {name: at, type: TIMESTAMPTZ}]
        """);
    file(
        "models/base.sql",
        "{{ config(materialized='ephemeral') }}SELECT id FROM {{ source('shop', 'orders') }};\n");
  }

  private void file(String name, String text) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(Objects.requireNonNull(path.getParent()));
    Files.writeString(path, text);
  }

  private Project load() {
    Problems problems = new Problems();
    Project project =
        new ProjectLoader(DeclaredConnector.ALL, new DbtTemplates(), Map.of("REGION", "eu"))
            .load(folder, null, problems);
    assertThat(problems.all()).extracting(Problem::toString).isEmpty();
    return project;
  }

  private ModelSpec model(String sql) throws IOException {
    file("models/m.sql", sql);
    return load().model("m").orElseThrow();
  }

  private String render(String sql) throws IOException {
    return model(sql).sql();
  }

  @Test
  void rendersTheProjectsNames() throws IOException {
    assertThat(render("SELECT {{ var('size') + 1 }}, '{{ var(\"own\") }}', {{ var('none', 7) }}"))
        .isEqualTo("SELECT 4, 'mine', 7");
    assertThat(render("SELECT '{{ env_var('REGION') }}', '{{ env_var('ZONE', 'z') }}'"))
        .isEqualTo("SELECT 'eu', 'z'");
    assertThat(render("SELECT '{{ target.name }}', '{{ project_name }}', {{ this }}"))
        .isEqualTo("SELECT 'dev', 'shop', \"m\"");
    assertThat(
            render(
                "SELECT {% for x in var('list') %}'{{ x }}'{{ ', ' if not loop.last }}{% endfor %}"))
        .isEqualTo("SELECT 'a', 'b'");
    assertThat(render("{% if is_incremental() or execute %}x{% endif %}SELECT 1"))
        .isEqualTo("SELECT 1");
  }

  @Test
  void packagesAndDbtsOwnMacrosAreThere() throws IOException {
    file("dbt_packages/kit/dbt_project.yml", "name: toolkit\nversion: 1.0.0\n");
    file(
        "dbt_packages/kit/macros/twice.sql",
        "{% macro twice(x) %}{{ return(adapter.dispatch('twice', 'toolkit')(x)) }}{% endmacro %}"
            + "{% macro default__twice(x) %}{{ x }} * 2{% endmacro %}");
    assertThat(render("SELECT {{ toolkit.twice('id') }}")).isEqualTo("SELECT id * 2");
    file("macros/twice.sql", "{% macro duckdb__twice(x) %}({{ x }} << 1){% endmacro %}");
    assertThat(render("SELECT {{ toolkit.twice('id') }}")).isEqualTo("SELECT (id << 1)");
    file(
        "dbt_packages/kit/macros/told.sql",
        "{% macro told() %}{% do exceptions.warn('odd') %}{{ target.schema }}{% endmacro %}");
    assertThat(render("SELECT '{{ toolkit.told() }}'")).isEqualTo("SELECT 'main'");
    assertThat(render("SELECT {{ dbt.date_trunc('day', 'at') }}"))
        .containsIgnoringCase("date_trunc('day', at)");
  }

  @Test
  void letsMacrosCallEachOtherAcrossFilesAndReadTheModel() throws IOException {
    file("macros/a.sql", "{% macro a(x) %}{{ b(x) }} + {{ c() }}{% endmacro %}");
    file("macros/b/b.sql", "{% macro b(x) %}{{ return(x * var('size')) }}{% endmacro %}");
    file("macros/c.sql", "{% macro c() %}'{{ this }} {{ config.get('retain') }}'{% endmacro %}");
    assertThat(
            render(
                "{{ config(materialized='stream', retain='1 hour') }}SELECT {{ a(2) }}, {{ shop.b(1) }}"))
        .isEqualTo("SELECT 6 + '\"m\" 1 hour', 3");
  }

  @Test
  void findsReferencesInMacros() throws IOException {
    file("macros/a.sql", "{% macro orders() %}{{ source('shop', 'orders') }}{% endmacro %}");
    ModelSpec model = model("SELECT id FROM {{ orders() }}");
    assertThat(model.reads()).containsExactly("shop.orders");
    assertThat(model.sourceMap().locate(model.sql().indexOf("\"orders\""), 8).toString())
        .isEqualTo("models/m.sql:1:19");
  }

  @Test
  void putsEphemeralModelsBeforeThoseThatReadThem() throws IOException {
    file(
        "models/second.sql",
        "{{ config(materialized='ephemeral') }}WITH x AS (SELECT * FROM {{ ref('base') }}) SELECT * FROM x -- end");
    String base = "\"__dbt__cte__base\" AS (\nSELECT id FROM \"shop\".\"orders\"\n)";
    String second =
        "\"__dbt__cte__second\" AS (\nWITH x AS (SELECT * FROM \"__dbt__cte__base\") SELECT * FROM x -- end\n)";
    ModelSpec model = model("SELECT * FROM {{ ref('second') }} JOIN {{ ref('base') }} USING (id)");
    assertThat(model.sql())
        .isEqualTo(
            "WITH "
                + base
                + ", "
                + second
                + "\nSELECT * FROM \"__dbt__cte__second\" JOIN \"__dbt__cte__base\" USING (id)");
    assertThat(model.reads()).containsExactly("shop.orders");
    SourceLocation where = model.sourceMap().locate(model.sql().indexOf("-- end"), 6);
    assertThat(where.toString()).isEqualTo("models/second.sql:1:99");
  }

  @Test
  void putsEphemeralModelsIntoAWithThatIsThere() throws IOException {
    String base = "\"__dbt__cte__base\" AS (\nSELECT id FROM \"shop\".\"orders\"\n)";
    assertThat(render("-- first\nwith a as (SELECT * FROM {{ ref('base') }}) SELECT * FROM a;"))
        .isEqualTo(
            "-- first\nwith "
                + base
                + ", a as (SELECT * FROM \"__dbt__cte__base\") SELECT * FROM a");
    assertThat(render("WITH RECURSIVE a AS (SELECT 1) SELECT * FROM {{ ref('base') }}"))
        .isEqualTo(
            "WITH RECURSIVE " + base + ", a AS (SELECT 1) SELECT * FROM \"__dbt__cte__base\"");
    assertThat(render("(SELECT * FROM {{ ref('base') }}) UNION ALL SELECT 1"))
        .startsWith("WITH " + base + "\n(SELECT * FROM");
  }

  @Test
  void rendersAReferenceThatIsTransformed() throws IOException {
    assertThat(render("{% set r = ref('base') %}SELECT * FROM {{ r | upper | lower }}"))
        .endsWith("SELECT * FROM \"__dbt__cte__base\"");
  }

  @Test
  void takesConfigurationFromFoldersPropertiesAndTheModel() throws IOException {
    file(
        "millrace.yml",
        """
        name: shop
        models:
          +retain: 1 day
          shop:
            staging: {+materialized: stream, +emit: on_close}
        """);
    file(
        "models/base.sql",
        "{{ config(materialized='stream') }}SELECT id FROM {{ source('shop', 'orders') }}");
    file("models/staging/a.sql", "SELECT * FROM {{ source('shop', 'orders') }}");
    file("models/staging/b.sql", "{{ config(retain='3 days') }}SELECT * FROM {{ ref('a') }}");
    file("models/p.yml", "models:\n  - {name: a, config: {emit: on_change, retain: 2 days}}\n");
    Project project = load();
    ModelSpec a = project.model("a").orElseThrow();
    ModelSpec b = project.model("b").orElseThrow();
    assertThat(a.materialization()).isEqualTo(ModelSpec.Materialization.STREAM);
    assertThat(a.emit()).isEqualTo(ModelSpec.Emit.ON_CHANGE);
    assertThat(a.retain()).hasToString("Optional[PT48H]");
    assertThat(b.emit()).isEqualTo(ModelSpec.Emit.ON_CLOSE);
    assertThat(b.retain()).hasToString("Optional[PT72H]");
  }

  @Test
  void leavesOutDisabledModels() throws IOException {
    file("models/off.sql", "{{ config(enabled=false) }}SELECT 1 AS one");
    assertThat(load().models()).extracting(ModelSpec::name).containsExactly("base");
  }
}
