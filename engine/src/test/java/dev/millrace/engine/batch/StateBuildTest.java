package dev.millrace.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two targets in one store: what one of them built is read, compared or cloned by the other. */
class StateBuildTest {
  private static final String GOOD = "worst: 100000";

  @TempDir Path folder;
  private BuiltProject shop;

  @BeforeEach
  void production() throws Exception {
    shop = new BuiltProject(folder);
    shop.write(
        "profiles.yml",
        """
        shop:
          target: dev
          outputs:
            dev: {type: duckdb, path: shop.duckdb, schema: dev}
            prod: {type: duckdb, path: shop.duckdb, schema: prod}
        """);
    shop.write(
        "macros/schema.sql",
        "{% macro generate_schema_name(custom, node) %}{{ target.schema }}{% endmacro %}");
    build("--target", "prod", "--vars", GOOD);
    Files.move(folder.resolve("target"), folder.resolve("prod"));
  }

  @AfterEach
  void close() {
    shop.close();
  }

  private void build(String... words) {
    assertThat(shop.run("build", words)).as(shop.output()).isTrue();
  }

  private List<String> tables(String schema) {
    return shop
        .rows(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = '"
                + schema
                + "' ORDER BY 1")
        .stream()
        .map(row -> String.valueOf(row.get(0)))
        .toList();
  }

  private void change(String path, String from, String to) throws IOException {
    Path file = folder.resolve(path);
    String text = Files.readString(file);
    assertThat(text).contains(from);
    shop.write(path, text.replace(from, to));
  }

  @Test
  void onlyWhatWasChangedIsBuiltAndReadsTheRestWhereItIs() throws Exception {
    change("models/marts/report.sql", "cents / 100", "cents / 10");
    build("--select", "state:modified", "--state", "prod", "--defer");
    assertThat(tables("dev")).containsExactly("report");
    assertThat(shop.rows("SELECT name, amount FROM dev.report WHERE name = 'Ann'"))
        .hasToString("[[Ann, 305.0]]");
    assertThat(shop.rows("SELECT name, amount FROM prod.report WHERE name = 'Ann'"))
        .hasToString("[[Ann, 30.5]]");
  }

  /** What is in this target is read there, unless the state is favoured. */
  @Test
  void theStateIsReadWhereNothingIsHere() throws Exception {
    shop.rows("CREATE SCHEMA dev");
    shop.rows("CREATE TABLE dev.customer_totals AS SELECT 'Zoe' AS name, 100 AS cents");
    build("--select", "report", "--state", "prod", "--defer");
    assertThat(shop.rows("SELECT name FROM dev.report")).hasToString("[[Zoe]]");
    build("--select", "report", "--state", "prod", "--defer", "--favor-state");
    assertThat(shop.rows("SELECT count(*) FROM dev.report")).hasToString("[[3]]");
  }

  /** A unit test needs its inputs' columns, which the state has. */
  @Test
  void unitTestsTakeColumnsFromTheState() {
    assertThat(shop.run("build", "--select", "customer_totals", "--vars", GOOD)).isFalse();
    build("--select", "customer_totals", "--vars", GOOD, "--state", "prod", "--defer");
    assertThat(shop.statuses()).containsEntry("only_large_orders_count", "pass");
  }

  @Test
  void cloneMakesViewsOverTheState() {
    assertThat(shop.run("clone", "--state", "prod")).as(shop.output()).isTrue();
    assertThat(
            shop.rows(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'dev' AND"
                    + " table_type <> 'VIEW'"))
        .isEmpty();
    assertThat(tables("dev"))
        .contains("customers", "customer_totals", "order_log", "customers_history", "stg_orders")
        .doesNotContain("large_orders");
    assertThat(shop.rows("SELECT sum(cents) FROM dev.customer_totals"))
        .isEqualTo(shop.rows("SELECT sum(cents) FROM prod.customer_totals"));
    build("--select", "report", "--vars", GOOD);
    assertThat(shop.run("clone", "--state", "prod", "--select", "report")).isTrue();
    assertThat(shop.output()).contains("\"report\" is there already");
    assertThat(shop.run("clone", "--state", "prod", "--target", "prod", "--full-refresh")).isTrue();
    assertThat(shop.output()).contains("\"report\" is where the state has it");
    assertThat(shop.rows("SELECT count(*) FROM prod.report")).hasToString("[[3]]");
    assertThat(shop.failure("clone")).contains("clone needs the artifacts of an earlier run");
  }

  @Test
  void anEmptyBuildHasEveryTableAndNoRows() {
    build("--empty", "--vars", GOOD);
    assertThat(shop.statuses()).containsEntry("only_large_orders_count", "pass");
    assertThat(shop.rows("SELECT count(*) FROM dev.customers")).hasToString("[[3]]");
    for (String table : List.of("stg_orders", "report", "order_log", "customers_history")) {
      assertThat(shop.rows("SELECT count(*) FROM dev." + table)).as(table).hasToString("[[0]]");
    }
  }
}
