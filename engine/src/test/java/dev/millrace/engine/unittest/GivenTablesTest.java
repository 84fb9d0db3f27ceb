package dev.millrace.engine.unittest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unit tests of streams that look up tables which builds make; nothing is built for them. */
class GivenTablesTest {
  @TempDir Path folder;

  private TestProject shop() throws IOException {
    return new TestProject(folder);
  }

  /** Tables that builds make are given as rows; their columns are known without a build. */
  @Test
  void aTableThatABuildMakesIsGiven() throws Exception {
    String join =
        " SELECT o.id, p.label, o.amount * p.factor AS paid FROM {{ ref('clean') }} o"
            + " LEFT JOIN {{ ref('priced') }} p USING (product)";
    var results =
        shop()
            .file("seeds/products.csv", "product,factor\ntea,2\n")
            .model(
                "priced",
                "{{ config(materialized='table') }} SELECT product, factor::DECIMAL(4,1) AS factor,"
                    + " upper(product) AS label, (SELECT max(orders) FROM {{ ref('minutes') }}) AS most"
                    + " FROM {{ ref('products') }}")
            .model("costs", "{{ config(materialized='stream') }}" + join)
            .model(
                "kept_costs",
                "{{ config(materialized='stream', lookup={'priced': 'as_of_processing'}) }}" + join)
            .tests(
                """
                - name: follows
                  model: costs
                  steps:
                    - given:
                        - input: ref('clean')
                          rows: [{id: a, product: tea, amount: 3}]
                        - input: ref('priced')
                          rows: [{product: tea, factor: 2, label: TEA}]
                      expect: {rows: [{id: a, label: TEA, paid: 6}]}
                    - given:
                        - input: ref('clean')
                          rows: [{id: b, product: cup, amount: 3}]
                      expect: {rows: [{id: a, label: TEA}, {id: b, label: null}]}
                    - restart: true
                      given:
                        - input: ref('priced')
                          rows: [{product: cup, factor: 1, label: CUP}]
                      expect: {rows: [{id: a, label: TEA, paid: 6}, {id: b, label: CUP, paid: 3}]}
                - name: stays
                  model: kept_costs
                  steps:
                    - given:
                        - input: ref('clean')
                          rows: [{id: a, product: tea, amount: 3}, {id: b, product: cup, amount: 3}]
                        - input: ref('priced')
                          rows: [{product: tea, factor: 2, label: TEA}]
                    - given:
                        - input: ref('priced')
                          rows: [{product: cup, factor: 1, label: CUP}]
                      expect:
                        changes: []
                        rows: [{id: a, label: TEA}, {id: b, label: null}]
                - name: empty
                  model: costs
                  given:
                    - input: source('shop', 'orders')
                      rows: [{id: a, product: tea, amount: 3, ordered_at: 2026-01-01 10:00:00}]
                  expect: {rows: [{id: a, label: null, paid: null}]}
                """)
            .run();
    assertThat(results).hasSize(3);
    results.forEach(
        (name, result) ->
            assertThat(result.outcome())
                .as("%s: %s %s", name, TestProject.lines(result), result.notes())
                .isEqualTo(Outcome.PASSED));
  }

  /** What is wrong with a table's SQL is said where the table is written. */
  @Test
  void aTableWhoseColumnsCannotBeToldIsAProblem() throws Exception {
    assertThat(
            shop()
                .model(
                    "priced",
                    "{{ config(materialized='table') }}\nSELECT product, prise FROM {{ ref('minutes') }}")
                .model(
                    "costs",
                    "{{ config(materialized='stream') }} SELECT o.id FROM {{ ref('clean') }} o"
                        + " JOIN {{ ref('priced') }} p USING (product)")
                .problems())
        .singleElement()
        .asString()
        .contains("models/costs.sql")
        .contains("stream `costs` reads `priced`, whose columns cannot be told")
        .contains("prise")
        .contains("models/priced.sql:2");
  }
}
