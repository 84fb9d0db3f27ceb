package dev.millrace.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dbt.command.DbtCommands;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real dbt (1.10, dbt-duckdb 1.9.6) makes of the same project is what is expected. */
class ProjectBuildTest {
  private static final String GOOD = "worst: 100000";

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
  void everythingIsBuiltInOrder() {
    build("--vars", GOOD);
    assertThat(shop.statuses())
        .containsEntry("customers", "success")
        .containsEntry("customer_totals", "success")
        .containsEntry("orders_by_day", "success")
        .containsEntry("customers_history", "success")
        .containsEntry("only_large_orders_count", "pass")
        .containsEntry("not_null_stg_customers_since", "warn")
        .containsEntry("every_order_has_a_customer", "pass")
        .hasSize(19);
    assertThat(shop.rows("SELECT name, amount FROM main.report"))
        .containsExactly(
            List.of("Ann", 30.5), List.of("Bob \"the\" Builder", 0.0), List.of("unknown", 100.0));
    assertThat(shop.rows("SELECT zip FROM main_raw.customers ORDER BY id LIMIT 1"))
        .containsExactly(List.of("01234"));
    assertThat(shop.rows("SELECT day::DATE::VARCHAR, cents FROM orders_by_day ORDER BY day"))
        .hasToString("[[2024-03-01, 3050], [2024-03-02, 525], [2024-03-03, 10000]]");
    assertThat(shop.rows("SELECT what, nodes FROM audit")).containsExactly(List.of("end", 15L));
    assertThat(shop.output())
        .contains("building dev", "OK    table model main.customer_totals", "SELECT 3 in ")
        .contains("WARN  test not_null_stg_customers_since", "PASS=18 WARN=1 ERROR=0 SKIP=0");
  }

  @Test
  void aSecondBuildAddsWhatIsNew() throws Exception {
    build("--vars", GOOD);
    shop.write(
        "seeds/orders.csv",
        "id,customer,amount,ordered\n1,1,999,2024-03-01 10:00:00\n5,2,7,2024-03-04 08:00:00\n");
    shop.write(
        "seeds/customers.csv",
        "id,name,zip,since,vip\n1,Anna,01234,2020-01-05,true\n2,Bob,10000,2021-02-03,false\n");
    build("--vars", GOOD);
    assertThat(shop.rows("SELECT order_id, cents FROM order_log ORDER BY 1"))
        .hasToString("[[1, 1050], [2, 2000], [3, 525], [4, 10000], [5, 700]]");
    assertThat(
            shop.rows(
                "SELECT id, name, dbt_valid_to IS NULL FROM customers_history"
                    + " ORDER BY id, dbt_valid_from"))
        .containsExactly(
            List.of(1L, "Ann", false),
            List.of(1L, "Anna", true),
            List.of(2L, "Bob \"the\" Builder", false),
            List.of(2L, "Bob", true),
            Arrays.asList(3L, null, true));
    build("--vars", GOOD, "--full-refresh", "--select", "order_log");
    assertThat(shop.rows("SELECT order_id, cents FROM order_log ORDER BY 1"))
        .hasToString("[[1, 99900], [5, 700]]");
  }

  /** Rows are appended, and a hook behind the commit meets what passes when it is tried again. */
  @Test
  void whatIsCommittedIsNotDoneAgain() throws Exception {
    shop.write(
        "models/marts/appended.sql",
        "{{ config(materialized='incremental', incremental_strategy='append', post_hook={'sql':"
            + " \"select error('a transaction in conflict')\", 'transaction': false}) }}\n"
            + "select 1 as one");
    assertThat(shop.run("build", "--select", "appended")).isFalse();
    assertThat(shop.run("build", "--select", "appended")).isFalse();
    assertThat(shop.output()).contains("a transaction in conflict");
    assertThat(shop.rows("SELECT count(*) FROM main.appended")).containsExactly(List.of(2L));
  }

  @Test
  void aTestsThresholdsDecide() throws Exception {
    String yaml = Files.readString(folder.resolve("models/models.yml"));
    shop.write("models/models.yml", yaml.replace("error_if: \">10\"", "error_if: \">2\""));
    assertThat(shop.run("build", "--vars", "worst: -1")).isFalse();
    assertThat(shop.statuses())
        .containsEntry("totals_are_in_bounds", "fail")
        .containsEntry("report", "skipped")
        .containsEntry("order_log", "success");
    assertThat(shop.output())
        .contains("FAIL  test totals_are_in_bounds")
        .contains("Got 3 results, configured to fail if >2")
        .contains("SKIP  table model main.report: test `totals_are_in_bounds` failed")
        .contains("    cents\n", "    3050\n")
        .contains("target/compiled/shop/models/models.yml/totals_are_in_bounds.sql");
    shop.write("models/models.yml", yaml);
    build("--vars", GOOD, "--retry");
    assertThat(shop.statuses())
        .containsOnlyKeys(
            "shop-on-run-start-0",
            "shop-on-run-start-1",
            "totals_are_in_bounds",
            "report",
            "shop-on-run-end-0");
  }

  @Test
  void rowsThatATestFindsAreKept() {
    shop.run("build", "--vars", "worst: 1000", "--store-failures");
    assertThat(
            shop.rows(
                "SELECT cents FROM main_dbt_test__audit.totals_are_in_bounds" + " ORDER BY 1"))
        .hasToString("[[3050], [10000]]");
  }

  @Test
  void anErrorSaysWhereItIsInTheModel() throws Exception {
    build("--vars", GOOD);
    shop.write(
        "models/marts/report.sql",
        "{{ config(pre_hook='drop table if exists main.report') }}\nselect\n  name,\n"
            + "  {{ cents('nonsense') }} as cents\nfrom {{ ref('customer_totals') }}");
    shop.write("models/marts/later.sql", "select * from {{ ref('report') }}");
    assertThat(shop.run("build", "--vars", GOOD)).isFalse();
    assertThat(shop.output())
        .contains("Error in table model main.report")
        .contains("Referenced column \"nonsense\" not found")
        .contains("models/marts/report.sql:4:")
        .contains("compiled SQL: ", "target/compiled/shop/models/marts/report.sql");
    assertThat(shop.statuses()).containsEntry("report", "error").containsEntry("later", "skipped");
    assertThat(shop.rows("SELECT count(*) FROM report")).containsExactly(List.of(3L));
  }

  @Test
  void aUnitTestShowsTheRowsThatDiffer() throws Exception {
    String yaml = Files.readString(folder.resolve("models/models.yml"));
    shop.write("models/models.yml", yaml.replace("cents: 3500,", "cents: 3501,"));
    assertThat(shop.run("build", "--vars", GOOD)).isFalse();
    assertThat(shop.statuses())
        .containsEntry("only_large_orders_count", "fail")
        .containsEntry("customer_totals", "skipped");
    assertThat(shop.output())
        .contains("actual rows differ from those expected", "not expected", "missing", "3501");
  }

  @Test
  void theFirstFailureEndsTheBuild() throws Exception {
    shop.write("models/a_broken.sql", "select * from nothing_that_is_there");
    assertThat(shop.run("build", "--vars", GOOD, "--fail-fast", "--one-thread")).isFalse();
    assertThat(shop.statuses())
        .containsEntry("a_broken", "error")
        .containsEntry("customers", "skipped")
        .containsEntry("report", "skipped");
    assertThat(shop.output()).contains("Skipping due to fail_fast");
  }

  @Test
  void artifactsAreThoseOfDbt() {
    build("--vars", GOOD);
    assertThat(shop.json("target/run_results.json").at("/metadata/dbt_schema_version").asText())
        .isEqualTo("https://schemas.getdbt.com/dbt/run-results/v6.json");
    assertThat(shop.json("target/manifest.json").path("nodes").path("model.shop.report").isObject())
        .isTrue();
    assertThat(folder.resolve("target/compiled/shop/models/marts/report.sql"))
        .content()
        .contains("\"store\".\"main\".\"customer_totals\"");
    assertThat(folder.resolve("target/run/shop/models/marts/report.sql"))
        .content()
        .containsIgnoringCase("create");
    assertThat(shop.run("docs")).isTrue();
    assertThat(
            shop.json("target/catalog.json")
                .at("/nodes/model.shop.report/columns/amount/type")
                .asText())
        .isEqualTo("DOUBLE");
    assertThat(shop.run("ls", "--select", "+customer_totals")).isTrue();
    assertThat(shop.output())
        .contains("shop.marts.customer_totals\n", "shop.staging.stg_orders\n", "shop.orders\n")
        .doesNotContain("report");
    assertThat(shop.run("compile", "--select", "report")).isTrue();
    assertThat(shop.output()).contains("select name, cents / 100 as amount");
  }

  @Test
  void aModelCannotTakeAStreamsName() throws Exception {
    try (Connection connection = shop.store().connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA published; CREATE TABLE published.report AS SELECT 1 AS i");
      statement.execute("CREATE VIEW main.report AS SELECT i FROM published.report");
    }
    assertThat(shop.run("build", "--vars", GOOD)).isFalse();
    assertThat(shop.output())
        .contains("NOT_YOURS", "`main.report` is a stream, which its flow alone writes")
        .contains("models/marts/report.sql");
    assertThat(shop.rows("SELECT i FROM main.report")).containsExactly(List.of(1L));
  }

  @Test
  void aBuildThatIsEndedRollsBackWhatRuns() throws Exception {
    build("--vars", GOOD);
    shop.write(
        "models/marts/report.sql",
        "select sum(a.i * b.i) as cents from range(10000000) a(i), range(10000000) b(i)");
    StringWriter out = new StringWriter();
    DbtCommands command = shop.command("build", out, "--select", "report", "--vars", GOOD);
    CompletableFuture<Boolean> good =
        CompletableFuture.supplyAsync(() -> command.run(m -> shop.adapter()));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> out.toString().contains("START table model main.report"));
    command.cancel();
    assertThat(good.join()).isFalse();
    assertThat(out.toString()).contains("Ended before it was done");
    assertThat(shop.rows("SELECT count(*) FROM report")).containsExactly(List.of(3L));
  }

  @Test
  void aModelInPythonIsRefusedBeforeAnythingIsBuilt() throws Exception {
    shop.write(
        "models/marts/scored.py",
        "def model(dbt, session):\n    return dbt.ref('customer_totals')\n");
    assertThat(shop.failure("build", "--vars", GOOD))
        .contains(
            "models/marts/scored.py: model `scored` is Python, which Millrace does not run",
            "`--exclude scored`");
    assertThat(shop.rows("SELECT * FROM duckdb_tables() WHERE table_name = 'customer_totals'"))
        .isEmpty();
    build("--vars", GOOD, "--select", "customers");
  }

  @Test
  void filesAreFoundFromTheProjectsFolder() throws Exception {
    shop.write("data/rates.csv", "currency,rate\nEUR,1\nSEK,11\n");
    shop.write("models/marts/rates.sql", "select * from read_csv('data/*.csv')");
    build("--select", "rates");
    assertThat(shop.rows("SELECT * FROM rates ORDER BY rate"))
        .containsExactly(List.of("EUR", 1L), List.of("SEK", 11L));
  }
}
