package dev.millrace.engine.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Incremental models by their strategies, and microbatch models by their batches. */
class IncrementalBuildTest {
  private static final String BY_DAY =
      "SELECT day::DATE::VARCHAR, cents FROM orders_by_day ORDER BY day";

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

  private void model(String name, String config, String query) throws IOException {
    shop.write(
        "models/marts/" + name + ".sql",
        "{{ config(materialized='incremental', " + config + ") }}\n" + query);
  }

  /** Rows that a predicate keeps out stay in the table beside the new ones, as with dbt. */
  @Test
  void predicatesSayWhichRowsMayBeReplaced() throws Exception {
    String query =
        "select * from (values (1, 'a', {{ var('v') }}), (2, 'b', {{ var('v') }})) t(id, part, v)";
    model("by_key", "unique_key='id', incremental_predicates=[this ~ '.id > 1']", query);
    model(
        "by_keys",
        "unique_key=['id', 'part'], predicates=['DBT_INCREMENTAL_TARGET.id > 1']",
        query);
    model(
        "merged",
        "incremental_strategy='merge', unique_key='id',"
            + " incremental_predicates=['DBT_INTERNAL_DEST.id > 1']",
        query);
    for (String v : List.of("1", "2")) {
      build("--select", "by_key by_keys merged", "--vars", "v: " + v);
    }
    for (String table : List.of("by_key", "by_keys", "merged")) {
      assertThat(shop.rows("SELECT id, v FROM " + table + " ORDER BY ALL"))
          .as(table)
          .hasToString("[[1, 1], [1, 2], [2, 2]]");
    }
  }

  /** A key with a null equals no other: dbt compares a list of keys with {@code =}. */
  @Test
  void aKeyWithANullIsNoRowsKey() throws Exception {
    model(
        "nulls",
        "unique_key=['id', 'part']",
        "select * from (values (1, 'a', {{ var('v') }}), (2, null, {{ var('v') }})) t(id, part,"
            + " v)");
    for (String v : List.of("1", "2")) {
      build("--select", "nulls", "--vars", "v: " + v);
    }
    assertThat(shop.rows("SELECT id, v FROM nulls ORDER BY ALL"))
        .hasToString("[[1, 2], [2, 1], [2, 2]]");
  }

  @Test
  void mergeUpdatesTheColumnsThatItIsTold() throws Exception {
    String query = "select 1 as id, {{ var('v') }} as a, {{ var('v') }} as b";
    String merge = "incremental_strategy='merge', unique_key='id', ";
    model("only_a", merge + "merge_update_columns=['a']", query);
    model("all_but_a", merge + "merge_exclude_columns=['a']", query);
    model("both", merge + "merge_update_columns=['a'], merge_exclude_columns=['a']", query);
    build("--select", "only_a all_but_a both", "--vars", "v: 1");
    assertThat(shop.run("build", "--select", "only_a all_but_a both", "--vars", "v: 2")).isFalse();
    assertThat(shop.statuses()).containsEntry("both", "error").containsEntry("only_a", "success");
    assertThat(shop.output())
        .contains("both `merge_update_columns` and `merge_exclude_columns`; keep one of them");
    assertThat(shop.rows("SELECT a, b FROM only_a UNION ALL SELECT a, b FROM all_but_a"))
        .containsExactlyInAnyOrder(List.of(2L, 1L), List.of(1L, 2L));
  }

  @Test
  void aStrategyOfTheProjectsOwn() throws Exception {
    shop.write(
        "macros/twice.sql",
        "{% macro get_incremental_twice_sql(arg_dict) %}insert into {{ arg_dict['target_relation']"
            + " }} select * from {{ arg_dict['temp_relation'] }} union all select * from {{"
            + " arg_dict['temp_relation'] }}{% endmacro %}");
    model("doubled", "incremental_strategy='twice'", "select 1 as one");
    model("unknown", "incremental_strategy='thrice'", "select 1 as one");
    build("--select", "doubled unknown");
    assertThat(shop.run("build", "--select", "doubled unknown")).isFalse();
    assertThat(shop.rows("SELECT count(*) FROM doubled")).containsExactly(List.of(3L));
    assertThat(shop.statuses()).containsEntry("unknown", "error");
    assertThat(shop.output()).contains("thrice");
  }

  @Test
  void onlyFailedBatchesAreTriedAgain() throws Exception {
    String model = "models/marts/orders_by_day.sql";
    String good = Files.readString(folder.resolve(model));
    shop.write(
        model,
        good.replace(
            "sum(cents)",
            "sum(case when order_id in (3, 4) then error('not yet') else cents end)"));
    assertThat(shop.run("build", "--vars", GOOD)).isFalse();
    assertThat(shop.statuses()).containsEntry("orders_by_day", "partial success");
    JsonNode batches = batches();
    assertThat(batches.path("successful")).hasSize(2);
    assertThat(batches.path("failed"))
        .hasToString(
            "[[\"2024-03-02T00:00:00+00:00\",\"2024-03-03T00:00:00+00:00\"],"
                + "[\"2024-03-03T00:00:00+00:00\",\"2024-03-04T00:00:00+00:00\"]]");
    assertThat(shop.rows(BY_DAY)).hasToString("[[2024-03-01, 3050]]");

    // The first day would be another one if it were built again.
    shop.write(model, good.replace("sum(cents)", "1 + sum(cents)"));
    build("--retry");
    assertThat(shop.statuses())
        .containsOnlyKeys(
            "shop-on-run-start-0", "shop-on-run-start-1", "orders_by_day", "shop-on-run-end-0");
    assertThat(shop.rows(BY_DAY))
        .hasToString("[[2024-03-01, 3050], [2024-03-02, 526], [2024-03-03, 10001]]");
    assertThat(batches().path("successful")).hasSize(4);
    assertThat(batches().path("failed")).isEmpty();
  }

  private JsonNode batches() {
    for (JsonNode result : shop.json("target/run_results.json").path("results")) {
      if (result.path("unique_id").asText().endsWith(".orders_by_day")) {
        return result.path("batch_results");
      }
    }
    throw new AssertionError("no result of orders_by_day");
  }

  /** A model sees the sample's rows of what has an event time, and all of the rest. */
  @Test
  void aSampleIsAStretchOfEventTime() throws Exception {
    shop.write("models/marts/sampled.sql", "select order_id from {{ ref('stg_orders') }}");
    shop.write("models/marts/whole.sql", "select id from {{ ref('customers') }}");
    build("--vars", GOOD, "--sample", "{start: 2024-03-02, end: 2024-03-03 12:00:00}");
    assertThat(shop.rows("SELECT order_id FROM sampled")).hasToString("[[3]]");
    assertThat(shop.rows("SELECT count(*) FROM whole")).hasToString("[[3]]");
    assertThat(shop.rows(BY_DAY)).hasToString("[[2024-03-02, 525]]");
    build("--select", "sampled", "--sample", "3 days");
    assertThat(shop.rows("SELECT order_id FROM sampled")).isEmpty();
    assertThat(shop.failure("build", "--sample", "lately"))
        .contains("`--sample lately` is no stretch of time", "3 days");
  }
}
