package dev.millrace.dbt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.dbt.load.DbtProjects;
import dev.millrace.dbt.load.LoadSetting;
import dev.millrace.project.AssetGraph;
import dev.millrace.project.AssetGraph.Kind;
import dev.millrace.project.BatchSpec;
import dev.millrace.project.ModelSpec;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a project is kept up to date, and what a build makes. */
class BatchAssetsTest {
  @TempDir Path folder;

  @BeforeEach
  void project() throws IOException {
    write("millrace.yml", "name: shop\ndefault_target: dev\ntargets: {dev: {kafka: embedded}}\n");
    write(
        "sources/shop.yml",
        """
        sources:
          - name: shop
            connector: generator
            rate: 100
            streams:
              - name: orders
                event_time: ordered_at
                columns:
                  - {name: product, type: VARCHAR}
                  - {name: ordered_at, type: TIMESTAMPTZ}
                generate:
                  fields: {product: {sequence: "p-%d"}}
        """);
    model("orders", "stream", "SELECT * FROM {{ source('shop', 'orders') }}");
    model("newest", "view", "SELECT * FROM {{ ref('orders') }}");
    write("seeds/products.csv", "product,name\np-1,Tea\n");
    write(
        "snapshots/names.sql",
        "{% snapshot names %}{{ config(unique_key='product', strategy='check', check_cols='all') }}"
            + " SELECT * FROM {{ ref('products') }}{% endsnapshot %}");
    model(
        "sold",
        "incremental",
        """
        {{ config(unique_key='product', alias='sales', pre_hook='SELECT 1') }}
        SELECT * FROM {{ ref('orders') }} JOIN {{ ref('products') }} USING (product)
        {% if is_incremental() %}WHERE true{% endif %}
        """);
    model("report", "view", "{{ config(schema='gold') }} SELECT * FROM {{ ref('sold') }}");
    model("named", "ephemeral", "SELECT * FROM {{ ref('products') }}");
    model("teas", "view", "SELECT * FROM {{ ref('named') }}");
  }

  private void write(String path, String text) throws IOException {
    Path file = folder.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  private void model(String name, String materialized, String sql) throws IOException {
    write("models/" + name + ".sql", "{{ config(materialized='" + materialized + "') }}\n" + sql);
  }

  private Project load() {
    return new ProjectLoader(DeclaredConnector.ALL, new DbtTemplates(), Map.of())
        .load(folder, null);
  }

  @Test
  void tablesAreMadeByABuildAndSoAreViewsOfThem() {
    Project project = load();
    assertThat(project.models()).extracting(ModelSpec::name).containsExactly("orders", "newest");
    assertThat(project.batch())
        .extracting(BatchSpec::name, BatchSpec::kind)
        .containsExactlyInAnyOrder(
            tuple("products", Kind.SEED),
            tuple("names", Kind.SNAPSHOT),
            tuple("sold", Kind.TABLE),
            tuple("report", Kind.VIEW),
            tuple("named", Kind.EPHEMERAL),
            tuple("teas", Kind.VIEW));
    assertThat(project.graph().edges())
        .contains(
            new AssetGraph.Edge("orders", "sold"),
            new AssetGraph.Edge("products", "sold"),
            new AssetGraph.Edge("sold", "report"));
  }

  @Test
  void aStreamReadsWhatABuildMakes() throws IOException {
    model(
        "joined",
        "stream",
        "{{ config(lookup={'products': 'as_of_processing'}) }} SELECT * FROM {{ ref('orders') }}"
            + " JOIN {{ ref('named') }} USING (product) JOIN {{ ref('names') }} USING (product)"
            + " JOIN {{ ref('teas') }} USING (product)");
    Project project = load();
    ModelSpec joined = project.model("joined").orElseThrow();
    assertThat(joined.reads()).containsExactly("orders", "products", "names", "teas");
    assertThat(joined.sql()).contains("__dbt__cte__named").contains("\"products\"");
    assertThat(joined.isAsOfProcessing("products")).isTrue();
    assertThat(joined.isAsOfProcessing("names")).isFalse();
    assertThat(project.lookups())
        .extracting(BatchSpec::name)
        .containsExactlyInAnyOrder("products", "names", "teas");
    assertThat(project.models()).extracting(ModelSpec::name).doesNotContain("named");
    assertThat(project.graph().assets())
        .extracting(AssetGraph.Asset::id)
        .containsSubsequence("products", "named", "joined")
        .containsSubsequence("orders", "sold", "report");
  }

  @Test
  void aStreamCannotReadAViewThatFollowsAStream() throws IOException {
    model(
        "seen",
        "view",
        "SELECT * FROM {{ ref('orders') }} JOIN {{ ref('products') }} USING (product)");
    model(
        "joined",
        "stream",
        "SELECT * FROM {{ ref('orders') }} JOIN {{ ref('seen') }} USING (product)");
    assertRefused(
        "models/joined.sql:2:43: stream `joined` reads `seen`, which is a view over a stream - make"
            + " `seen` a stream (`materialized='stream'`) or `ephemeral`");
  }

  @Test
  void aLookupNamesATableThatIsRead() throws IOException {
    model(
        "joined",
        "stream",
        "{{ config(lookup={'product': 'as_of_processing'}) }} SELECT * FROM {{ ref('orders') }}"
            + " JOIN {{ ref('products') }} USING (product)");
    assertRefused(
        "models/joined.sql:2:11: `lookup` names `product`, which is no table that the stream reads -"
            + " did you mean `products`?");
    model(
        "joined",
        "stream",
        "{{ config(lookup={'products': 'later'}) }} SELECT * FROM {{ ref('orders') }}"
            + " JOIN {{ ref('products') }} USING (product)");
    assertRefused("models/joined.sql:2:11: `lookup` of `products` must be `as_of_processing`");
  }

  private void assertRefused(String problem) {
    assertThatThrownBy(this::load)
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems()).singleElement().asString().startsWith(problem));
  }

  @Test
  void aViewThatIsKeptHasNoSchemaOfItsOwn() throws IOException {
    model("newest", "view", "{{ config(schema='gold') }} SELECT * FROM {{ ref('orders') }}");
    assertThatThrownBy(this::load)
        .isInstanceOfSatisfying(
            StopException.class,
            e ->
                assertThat(e.problems())
                    .singleElement()
                    .asString()
                    .startsWith(
                        "models/newest.sql:2:11: `schema` is for tables that `millrace build`"
                            + " makes, and this model is a view"));
  }

  @Test
  void modelsOfPackagesAndVersionsAreTheBuilds() throws IOException {
    model("of_tools", "view", "SELECT * FROM {{ ref('tools', 'days') }}");
    model("prices_v1", "view", "SELECT 1 AS price");
    model("new_prices", "table", "SELECT 2 AS price");
    write(
        "models/prices.yml",
        "models:\n  - name: prices\n    latest_version: 2\n    versions:\n"
            + "      - v: 1\n      - {v: 2, defined_in: new_prices}\n");
    model(
        "priced",
        "table",
        "SELECT * FROM {{ ref('prices', v=1) }} UNION ALL SELECT * FROM {{ ref('prices') }}");
    Project project = load();
    assertThat(project.models()).extracting(ModelSpec::name).containsExactly("orders", "newest");
    assertThat(project.batch())
        .extracting(BatchSpec::name, BatchSpec::kind)
        .contains(
            tuple("of_tools", Kind.VIEW),
            tuple("prices_v1", Kind.VIEW),
            tuple("new_prices", Kind.TABLE));
    assertThat(project.graph().edges())
        .contains(
            new AssetGraph.Edge("prices_v1", "priced"), new AssetGraph.Edge("new_prices", "priced"))
        .noneMatch(edge -> edge.to().equals("of_tools"));
    model("of_version", "stream", "SELECT * FROM {{ ref('prices', v=1) }}");
    assertThatThrownBy(this::load)
        .hasMessageContaining(
            "stream `of_version` reads `prices` version `1`, which is made by `millrace build`");
  }

  /** Both halves say so: `millrace check`, and `millrace build`. */
  @Test
  void aBuildReadsNoTopic() throws IOException {
    model("raw", "table", "SELECT * FROM {{ source('shop', 'orders') }}");
    model("named_rows", "ephemeral", "SELECT * FROM {{ source('shop', 'orders') }}");
    model("through", "table", "SELECT * FROM {{ ref('named_rows') }}");
    model("same", "stream", "SELECT * FROM {{ ref('named_rows') }}");
    String hint =
        "let a stream keep them (`materialized='stream'`: `SELECT * FROM {{ source('shop',"
            + " 'orders') }}`), and read that by `ref()` [CANNOT_READ]";
    List<String> expected =
        List.of(
            "models/named_rows.sql:2:18: `through` is made by `millrace build`, which reads tables;"
                + " the rows of source `shop.orders` are in a topic - "
                + hint,
            "models/raw.sql:2:18: `raw` is made by `millrace build`, which reads tables; the rows"
                + " of source `shop.orders` are in a topic - "
                + hint);
    for (ThrowingCallable half :
        List.<ThrowingCallable>of(
            this::load, () -> DbtProjects.load(folder, LoadSetting.of(Map.of()), new Problems()))) {
      assertThatThrownBy(half)
          .isInstanceOfSatisfying(
              StopException.class,
              e ->
                  assertThat(e.problems())
                      .extracting(Object::toString)
                      .containsExactlyInAnyOrderElementsOf(expected));
    }
  }

  @Test
  void streamsSeeTheMacrosOfPackagesWhereverTheyAre() throws IOException {
    write("packages.yml", "packages:\n  - local: packages/tools\n");
    write("packages/tools/dbt_project.yml", "name: tools\n");
    write("packages/tools/macros/twice.sql", "{% macro twice(x) %}{{ x }} * 2{% endmacro %}");
    model("doubled", "stream", "SELECT {{ tools.twice(7) }} AS n FROM {{ ref('orders') }}");
    assertThat(load().model("doubled").orElseThrow().sql()).contains("7 * 2 AS n");
    write("packages.yml", "packages:\n  - package: us/tools\n    version: 1.0.0\n");
    assertThatThrownBy(this::load)
        .isInstanceOfSatisfying(
            StopException.class,
            e ->
                assertThat(e.problems())
                    .extracting(Object::toString)
                    .contains(
                        "packages.yml:2:14: the package `us/tools` is not installed in"
                            + " dbt_packages - `millrace deps` installs it [MISSING_PACKAGE]"));
  }
}
