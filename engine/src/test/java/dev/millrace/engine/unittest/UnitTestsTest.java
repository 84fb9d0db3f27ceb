package dev.millrace.engine.unittest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Unit tests of small projects: those that pass, each kind of failure, each kind of fault. */
class UnitTestsTest {
  @TempDir Path folder;

  private TestProject shop() throws Exception {
    return new TestProject(folder);
  }

  private static UnitTestResult result(Map<String, UnitTestResult> results, String name) {
    return Optional.ofNullable(results.get(name)).orElseThrow();
  }

  private static void assertAllPass(Map<String, UnitTestResult> results) {
    assertThat(results).isNotEmpty();
    results.forEach(
        (name, result) ->
            assertThat(result.outcome())
                .as("%s: %s %s", name, TestProject.lines(result), result.notes())
                .isEqualTo(Outcome.PASSED));
  }

  @Test
  void aPlainTestIsAsInDbt() throws Exception {
    TestProject shop =
        shop()
            .tests(
                """
                - name: of_a_source
                  model: minutes
                  given:
                    - input: source('shop', 'orders')
                      rows:
                        - {id: a, product: tea, amount: 1.5, tags: [x, 'y'], ordered_at: 2026-01-01 10:00:00}
                        - {id: b, product: tea, amount: 2, ordered_at: '2026-01-01T10:00:59.999Z'}
                        - {id: c, product: tea, amount: -1, ordered_at: 2026-01-01 10:00:00}
                  expect:
                    rows:
                      - {product: tea, minute: 2026-01-01 10:00:00, orders: 2, amount: 3.5, average: 1.75}
                - name: of_a_model_in_csv
                  model: minutes
                  given:
                    - input: ref('clean')
                      format: csv
                      rows: |
                        id, product, amount, ordered_at
                        a, tea, 1, 2026-01-01 10:00:00
                        b, "a ""big"", dark tea", -7, 2026-01-01 10:00:00
                        c,, 1, 2026-01-01 10:00:00
                  expect:
                    format: csv
                    rows: |
                      product,orders
                      tea,1
                      "a ""big"", dark tea",1
                      ,1
                - name: of_a_select
                  model: minutes
                  given:
                    - input: ref("clean")
                      format: sql
                      rows: |
                        SELECT 'tea' AS product, i::DECIMAL(10,2) AS amount, TIMESTAMPTZ '2026-01-01 10:00:00' AS ordered_at
                        FROM range(1000) t(i)
                  expect:
                    format: sql
                    rows: SELECT 'tea' AS product, 1000 AS orders, 499500 AS amount
                - name: an_ephemeral_model_itself
                  model: clean
                  given:
                    - input: source('shop', 'orders')
                      rows: [{id: a, amount: 1, tags: [x, y], ordered_at: 2026-01-01 10:00:00}, {id: b, amount: 0, ordered_at: 2026-01-01 10:00:00}]
                  expect: {rows: [{id: a, tags: [x, y]}]}
                - name: a_view_over_a_stream
                  model: best
                  given:
                    - input: source('shop', 'orders')
                      rows:
                        - {id: a, product: tea, amount: 1, ordered_at: 2026-01-01 10:00:00}
                        - {id: b, product: tea, amount: 1, ordered_at: 2026-01-01 11:00:00}
                        - {id: c, product: cake, amount: 1, ordered_at: 2026-01-01 10:00:00}
                  expect: {rows: [{product: tea, orders: 2}]}
                - name: a_view_over_given_rows
                  model: best
                  given:
                    - {input: ref('minutes'), rows: [{product: tea, orders: 1}, {product: tea, orders: 2}]}
                  expect: {rows: [{product: tea, orders: 3}]}
                - name: windows_close_at_the_end
                  model: final_minutes
                  given:
                    - input: source('shop', 'orders')
                      rows: [{id: a, amount: 1, ordered_at: 2026-01-01 10:00:00}]
                  expect: {rows: [{minute: 2026-01-01 10:00:00, orders: 1}]}
                - name: a_fixture
                  model: minutes
                  given: [{input: "source('shop', 'orders')", format: raw, fixture: captured}]
                  expect: {format: csv, fixture: expected}
                """)
            .file(
                "tests/fixtures/captured.jsonl",
                """
                {"id": "a", "product": "tea", "amount": 1.25, "ordered_at": "2026-01-01T10:00:00Z"}
                {"id": "b", "product": "tea", "amount": 1.25, "ordered_at": "2026-01-01T10:00:01Z", "more": 1}
                """)
            .file("tests/fixtures/expected.csv", "product,amount\ntea,2.50\n");
    assertThat(shop.problems()).isEmpty();
    assertAllPass(shop.run());
  }

  @Test
  void overridesAreOfOneTestAlone() throws Exception {
    TestProject shop =
        shop()
            .file(
                "macros/m.sql",
                "{% macro threshold() %}{{ 100 }}{% endmacro %}\n"
                    + "{% macro above(c) %}{{ c }} > {{ threshold() }}{% endmacro %}")
            .model(
                "large",
                "{{ config(materialized='stream') }} SELECT id, '{{ env_var('REGION', 'none') }}' AS region FROM {{ ref('clean') }}"
                    + " WHERE {{ above('amount') }} {% if is_incremental() %} AND id = 'b' {% endif %}")
            .tests(
                """
                - name: plain
                  model: large
                  given: &orders
                    - input: source('shop', 'orders')
                      rows:
                        - {id: a, amount: 2, ordered_at: 2026-01-01 10:00:00}
                        - {id: b, amount: 101, ordered_at: 2026-01-01 10:00:00}
                  expect: {rows: [{id: b, region: none}]}
                - name: with_a_macro_that_another_calls
                  model: large
                  overrides: {macros: {threshold: 1}, env_vars: {REGION: eu}}
                  given: *orders
                  expect: {rows: [{id: a, region: eu}, {id: b, region: eu}]}
                - name: with_a_macro_of_dbt
                  model: large
                  overrides: {macros: {threshold: 1, is_incremental: true}}
                  given: *orders
                  expect: {rows: [{id: b}]}
                - name: with_a_variable
                  model: paid
                  overrides: {vars: {days: 3}}
                  given:
                    - {input: ref('clean'), rows: [{id: a, ordered_at: 2026-01-01 10:00:00}]}
                    - {input: "source('shop', 'payments')", rows: [{id: a, paid_at: 2026-01-03 10:00:00}]}
                  expect: {rows: [{id: a, paid_at: 2026-01-03 10:00:00}]}
                """);
    assertThat(shop.problems()).isEmpty();
    assertAllPass(shop.run());
  }

  private static final String SCRIPT =
      """
      - name: a_script
        model: final_minutes
        at: 2026-01-01 10:00:30
        steps:
          - given:
              - input: source('shop', 'orders')
                rows:
                  - {id: a, amount: 1, ordered_at: 2026-01-01 10:00:20}
                  - {id: ahead, amount: 1, ordered_at: 2026-01-01 10:01:31}
                  - '{"id": "b", "amount": 1'
                  - null
            expect:
              rows: []
              watermarks: {shop.orders: 2026-01-01 10:00:10}
              rejected: 3
          - restart: true
            advance: 5 minutes
            given:
              - input: source('shop', 'orders')
                rows:
                  - {id: a, amount: 1, ordered_at: 2026-01-01 10:00:20}
                  - {id: c, amount: 1, ordered_at: 2026-01-01 10:01:15}
                  - {id: d, amount: 1, ordered_at: 2026-01-01 10:00:09}
            expect:
              rows: [{minute: 2026-01-01 10:00:00, orders: 1}]
              changes: [{_w: 1, orders: 1}]
              late: [{source: shop.orders, reason: older than the watermark, value: '{"id": "d", "amount": 1, "ordered_at": "2026-01-01 10:00:09"}'}]
              duplicates: 1
              rejected: 3
          - end: all
            expect:
              rows: [{minute: 2026-01-01 10:00:00, orders: 1}, {minute: 2026-01-01 10:01:00, orders: 1}]
              watermarks: {shop.orders: infinity}
        expect:
          rows: [{orders: 1}, {orders: 1}]
      """;

  @Test
  void aScriptIsFollowed() throws Exception {
    TestProject shop = shop().tests(SCRIPT);
    assertThat(shop.problems()).isEmpty();
    assertAllPass(shop.run());
  }

  @Test
  void theWatermarkWaitsForAPartitionUntilItHasBeenSilent() throws Exception {
    String script =
        """
        - name: waits_%1$s
          model: final_minutes
          steps:
            - %2$sgiven: [{input: "source('shop', 'orders')", partition: 1, rows: [{id: a, amount: 1, ordered_at: 2026-01-01 10:05:00}]}]
              expect: {watermarks: {shop.orders: none}}
            - given: [{input: "source('shop', 'orders')", rows: [{id: b, amount: 1, ordered_at: 2026-01-01 10:00:00}]}]
              expect: {late: 0, watermarks: {shop.orders: 2026-01-01 09:59:50}}
            - given: [{input: "source('shop', 'orders')", partition: 1, rows: [{id: c, amount: 1, ordered_at: 2026-01-01 10:30:00}]}]
              expect: {watermarks: {shop.orders: 2026-01-01 09:59:50}}
            - %3$s
              expect: {watermarks: {shop.orders: 2026-01-01 10:29:50}}
        """;
    assertAllPass(
        shop()
            .tests(
                script.formatted("first", "", "advance: 1 hour")
                    + script.formatted(
                        "at", "at: 2026-01-01 10:30:00\n      ", "at: 2026-01-01 11:00:00"))
            .run());
  }

  @Test
  void doublesInListsAndStructuresAreComparedNearly() throws Exception {
    String test =
        """
        - name: %s
          model: shares
          given: [{input: "source('shop', 'orders')", rows: [{id: a, amount: 1, ordered_at: 2026-01-01 10:05:00}]}]
          expect: {rows: [{l: [%s], s: {d: 1e-8, n: %s}}]}
        """;
    TestProject shop =
        shop()
            .model(
                "shares",
                "{{ config(materialized='stream') }} SELECT id, [0.1::DOUBLE + 0.2::DOUBLE] AS l,"
                    + " {'d': 0.00000001::DOUBLE, 'n': 10000000000::BIGINT} AS s FROM {{ source('shop', 'orders') }}")
            .tests(
                test.formatted("near", "0.3", "10000000000")
                    + test.formatted("far", "0.300001", "10000000000")
                    + test.formatted("another_integer", "0.3", "10000000001"));
    assertThat(shop.problems()).isEmpty();
    Map<String, UnitTestResult> results = shop.run();
    assertThat(result(results, "near").outcome()).isEqualTo(Outcome.PASSED);
    assertThat(result(results, "far").outcome()).isEqualTo(Outcome.FAILED);
    assertThat(result(results, "another_integer").outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void testsLeaveNothingBehindForTheNext() throws Exception {
    assertAllPass(shop().tests(SCRIPT + SCRIPT.replace("a_script", "b_script")).run());
  }

  @Test
  void givenModelsHaveAWatermarkThatTheScriptMoves() throws Exception {
    TestProject shop =
        shop()
            .model(
                "hours",
                "{{ config(materialized='stream', emit='on_close') }} SELECT time_bucket(INTERVAL 1 HOUR, ordered_at) AS hour,"
                    + " count(*) AS n FROM {{ ref('paid') }} GROUP BY ALL")
            .tests(
                """
                - name: hours_close
                  model: hours
                  steps:
                    - given: [{input: ref('paid'), rows: [{id: a, ordered_at: 2026-01-01 10:30:00}, {id: b, ordered_at: 2026-01-01 11:30:00}]}]
                      expect: {rows: []}
                    - watermark: 2026-01-01 11:00:00
                      expect: {rows: [{hour: 2026-01-01 10:00:00, n: 1}]}
                    - given: [{input: ref('paid'), rows: [{id: c, ordered_at: 2026-01-01 11:31:00}]}]
                      end: ref('paid')
                      expect: {changes: [{_w: 1, hour: 2026-01-01 11:00:00, n: 2}], late: 0}
                """);
    assertThat(shop.problems()).isEmpty();
    assertAllPass(shop.run());
  }

  @Test
  void everyDifferenceIsShown() throws Exception {
    String given =
        """
          given:
            - input: source('shop', 'orders')
              rows:
                - {id: a, product: tea, amount: 1, ordered_at: 2026-01-01 10:00:00}
                - {id: a, product: tea, amount: 1, ordered_at: 2026-01-01 10:00:00}
                - {id: b, product: cake, amount: 3, ordered_at: 2026-01-01 10:00:00}
                - {id: c, product: pie, amount: 1, ordered_at: 2026-01-01 10:00:00}
        """;
    Map<String, UnitTestResult> results =
        shop()
            .tests(
                "- name: rows\n  model: minutes\n"
                    + given
                    + """
                      expect:
                        rows:
                          - {product: tea, minute: 2026-01-01 10:00:00, orders: 2, average: null}
                          - {product: cake, minute: 2026-01-01 10:00:00, orders: 1, average: 3.0000000001}
                          - {product: bread, minute: 2026-01-01 10:00:00, orders: 1, average: 1}
                    - name: counts
                      model: minutes
                    """
                    + given
                    + """
                      expect:
                        late: 1
                        rejected: [{reason: nothing}]
                        duplicates: [{reason: already, offset: 7}]
                        watermarks: {shop.orders: none}
                        changes: [{_w: -1, product: tea}, {_w: 1, product: cake}, {_w: 1, product: pie}]
                    """)
            .run();
    UnitTestResult rows = result(results, "rows");
    assertThat(rows.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(TestProject.lines(rows))
        .containsExactly(
            "minutes: CHANGED [tea, 2026-01-01 10:00:00+00, 2, null] / [tea, 2026-01-01 10:00:00+00, 1, 1.0]",
            "minutes: MISSING [bread, 2026-01-01 10:00:00+00, 1, 1.0] / []",
            "minutes: UNEXPECTED [] / [pie, 2026-01-01 10:00:00+00, 1, 1.0]");
    assertThat(rows.failures().get(0).where().toString()).isEqualTo("models/tests.yml:12:7");
    assertThat(rows.notes()).hasSize(1).first().asString().contains("a repeat", "\"id\": \"a\"");
    UnitTestResult counts = result(results, "counts");
    assertThat(TestProject.lines(counts))
        .hasSize(6)
        .contains(
            "system.late: 1 record / 0 records",
            "system.rejected: MISSING [nothing] / []",
            "watermark of shop.orders: none / infinity",
            "changes of minutes: CHANGED [-1, tea] / [1, tea]",
            "system.duplicates: MISSING [already, 7] / []",
            "system.duplicates: UNEXPECTED [] / [`id` a was admitted before, 1]");
  }

  @Test
  void aStreamThatStopsIsAnError() throws Exception {
    Map<String, UnitTestResult> results =
        shop()
            .model(
                "overflow",
                "{{ config(materialized='stream') }} SELECT (max(amount) * 1000000000)::INTEGER AS m FROM {{ ref('clean') }}")
            .tests(
                """
                - name: overflows
                  model: overflow
                  given: [{input: "source('shop', 'orders')", rows: [{id: a, amount: 9, ordered_at: 2026-01-01 10:00:00}]}]
                  expect: {rows: [{m: 1}]}
                - name: goes_on
                  model: overflow
                  given: [{input: "source('shop', 'orders')", rows: [{id: a, amount: 1, ordered_at: 2026-01-01 10:00:00}]}]
                  expect: {rows: [{m: 1000000000}]}
                """)
            .run();
    assertThat(result(results, "overflows").outcome()).isEqualTo(Outcome.ERROR);
    assertThat(TestProject.lines(result(results, "overflows")))
        .anyMatch(l -> l.contains("overflow"));
    assertThat(result(results, "goes_on").outcome()).isEqualTo(Outcome.PASSED);
  }

  @Test
  void everyFaultIsToldAtOnceWithItsPlace() throws Exception {
    List<String> problems =
        shop()
            .tests(
                """
                - name: faulty
                  model: minutes
                  given:
                    - input: source('shop', 'orders')
                      rows:
                        - {id: a, prodct: tea, amount: much, ordered_at: yesterday}
                        - {id: a, tags: {x: 1}}
                    - {input: source('shop', 'payments'), rows: []}
                  expect:
                    rows:
                      - {prduct: tea, orders: one}
                    changes: [{product: tea}]
                    late: [{reson: x}]
                    watermarks: {shop.payments: none, shop.orders: later}
                - name: of_a_model
                  model: minutes
                  given:
                    - {input: ref('clean'), rows: ['{"id": 1}', {nothing_like_it: 1}]}
                    - {input: ref('clean'), format: sql, rows: SELECT 1 AS amont}
                    - {input: ref('clean'), format: sql, rows: SELECT * FROM somewhere}
                  expect: {format: sql, rows: SELECT 1 AS order}
                """
                    .replace(
                        "{input: source('shop', 'payments')",
                        "{input: \"source('shop', 'payments')\""))
            .problems();
    assertThat(problems)
        .containsExactly(
            "models/tests.yml:7:21: `shop.orders` has no column `prodct` - did you mean `product`? [TEST_COLUMN_UNKNOWN]",
            "models/tests.yml:7:42: `much` is no DECIMAL(10,2) - " + MISFIT,
            "models/tests.yml:7:60: `yesterday` is no TIMESTAMP WITH TIME ZONE - " + MISFIT,
            "models/tests.yml:8:27: `{\"x\": 1}` is no VARCHAR[] - " + MISFIT,
            "models/tests.yml:9:17: `minutes` does not read `shop.payments` in this test - what it reads: `clean`, `shop.orders` [NO_EFFECT]",
            "models/tests.yml:12:12: model `minutes` has no column `prduct` - did you mean `product`? [TEST_COLUMN_UNKNOWN]",
            "models/tests.yml:12:33: `one` is no BIGINT [TEST_VALUE_MISFIT]",
            "models/tests.yml:13:17: a change has no `_w` - add `_w: 1` to a row that came, `_w: -1` to one that went [TEST_ROWS_MISFIT]",
            "models/tests.yml:14:15: `system.late` has no column `reson` - did you mean `reason`? [TEST_COLUMN_UNKNOWN]",
            "models/tests.yml:15:20: `minutes` does not read `shop.payments` in this test - it reads `shop.orders` [TEST_COLUMN_UNKNOWN]",
            "models/tests.yml:15:54: `later` is no point in time - write a time such as `2026-01-01 10:00:00`, `none` or `infinity` [TEST_VALUE_MISFIT]",
            "models/tests.yml:19:38: a row of model `clean` must be a block of keys - write `- {column: value}`; only a source's rows can be records as they are on the topic [TEST_ROWS_MISFIT]",
            "models/tests.yml:19:52: `clean` has no column `nothing_like_it` - it has `id`, `product`, `amount`, `tags`, `ordered_at` [TEST_COLUMN_UNKNOWN]",
            "models/tests.yml:20:50: `clean` has no column `amont` - did you mean `amount`? [TEST_COLUMN_UNKNOWN]",
            "models/tests.yml:21:50: the rows' SELECT fails: Catalog Error: Table with name somewhere does not exist! - it can read no table; write values, such as `SELECT 1 AS id` [TEST_SQL_FAILED]",
            "models/tests.yml:22:33: model `minutes` has no column `order` - did you mean `orders`? [TEST_COLUMN_UNKNOWN]");
  }

  private static final String MISFIT =
      "to test a record that does not fit, write it as it is on the topic: `- '{\"column\": ...}'` [TEST_VALUE_MISFIT]";

  @Test
  void aModelThatDoesNotCompileIsToldOnce() throws Exception {
    List<String> problems =
        shop()
            .model(
                "minutes",
                "{{ config(materialized='stream') }} SELECT amont FROM {{ ref('clean') }}")
            .tests(
                """
                - {name: a, model: minutes, given: [], expect: {rows: [{x: 1}]}}
                - {name: b, model: best, given: [], expect: {rows: []}}
                - {name: c, model: best, given: [{input: ref('minutes'), rows: [{orders: 1}]}], expect: {rows: []}}
                """)
            .problems();
    assertThat(problems).hasSize(1).first().asString().contains("models/minutes.sql:1:44", "amont");
  }

  @Test
  void testsAreSelectedAsInDbt() throws Exception {
    TestProject shop =
        shop()
            .tests(
                """
                - {name: one, model: minutes, expect: {rows: []}, config: {tags: [late, slow]}}
                - {name: two, model: minutes, expect: {rows: []}, config: {tags: late}}
                - {name: one, model: paid, expect: {rows: []}}
                """);
    var project = shop.load(new dev.millrace.api.error.Problems());
    var selected =
        (java.util.function.Function<String, List<String>>)
            words ->
                new TestSelection(List.of(words)).of(project).stream().map(t -> t.id()).toList();
    assertThat(selected.apply("")).hasSize(3);
    assertThat(selected.apply("minutes")).containsExactly("minutes.one", "minutes.two");
    assertThat(selected.apply("one")).containsExactly("minutes.one", "paid.one");
    assertThat(selected.apply("minutes.one paid")).containsExactly("minutes.one", "paid.one");
    assertThat(selected.apply("tag:late,tag:slow")).containsExactly("minutes.one");
    assertThat(selected.apply("tag:late")).hasSize(2);
    assertThat(selected.apply("path:models/min*.sql")).hasSize(2);
    assertThat(selected.apply("models/tests.yml")).hasSize(3);
    assertThat(selected.apply("models")).isEmpty();
    assertThat(selected.apply("path:models")).hasSize(3);
    assertThat(selected.apply("test_type:unit,t*")).containsExactly("minutes.two");
    assertThat(selected.apply("test_type:data")).isEmpty();
    assertThat(selected.apply("o.e")).isEmpty();
  }
}
