package dev.millrace.dbt.context;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** dbt's macros for all databases give on DuckDB what they promise. */
class CrossDatabaseMacrosTest {
  private final SmallProject project = new SmallProject();

  @AfterEach
  void close() {
    project.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      value = {
        "dbt.dateadd('quarter', 1, \"date '2026-01-31'\");2026-04-30T00:00",
        "dbt.dateadd('week', -1, \"date '2026-01-08'\");2026-01-01T00:00",
        "dbt.datediff(\"'2026-01-31'\", \"'2026-02-01'\", 'month');1",
        "dbt.datediff(\"'2026-01-03'\", \"'2026-01-04'\", 'week');1",
        "dbt.datediff(\"'2026-01-04'\", \"'2026-01-10'\", 'week');0",
        "dbt.datediff(\"'2026-01-04'\", \"'2026-01-03'\", 'week');-1",
        "dbt.date_trunc('month', \"date '2026-02-14'\");2026-02-01T00:00",
        "dbt.last_day(\"date '2026-02-14'\", 'month');2026-02-28",
        "dbt.last_day(\"date '2026-02-14'\", 'quarter');2026-03-31",
        "dbt.date(2026, 2, 3);2026-02-03",
        "dbt.split_part(\"'a|b|c'\", \"'|'\", 2);b",
        "dbt.split_part(\"'a|b|c'\", \"'|'\", -1);c",
        "dbt.hash(\"'x'\");9dd4e461268c8034f5c8564e155c67a6",
        "dbt.position(\"'b'\", \"'abc'\");2",
        "dbt.replace(\"'abc'\", \"'b'\", \"'x'\");axc",
        "dbt.right(\"'abc'\", 2);bc",
        "dbt.length(\"'abc'\");3",
        "dbt.concat([\"'a'\", \"'b'\"]);ab",
        "dbt.string_literal(dbt.escape_single_quotes(\"it's\"));it's",
        "dbt.safe_cast(\"'5'\", dbt.type_int());5",
        "dbt.cast_bool_to_text('true');true",
        "dbt.array_construct([1, 2]);[1, 2]",
        "dbt.array_append(dbt.array_construct([1, 2]), 3);[1, 2, 3]",
        "dbt.array_concat(dbt.array_construct([1]), dbt.array_construct([2]));[1, 2]",
        "dbt.listagg('x', \"','\", 'order by x desc', 2) ~ ' from (values (1), (2), (3)) t(x)';3,2",
        "dbt.listagg('x', \"','\", 'order by x') ~ ' from (values (2), (1)) t(x)';1,2",
        "dbt.any_value('x') ~ ' from (values (7)) t(x)';7",
        "dbt.bool_or('x') ~ ' from (values (true), (false)) t(x)';true",
        "'count(*) from (' ~ dbt.generate_series(5) ~ ')';5",
        "'1 ' ~ dbt.intersect() ~ ' select 1';1",
      })
  void onDuckDb(String expression, String expected) {
    project.model("m", "select {{ " + expression + " }}");
    String sql = project.run().compile(project.node("m")).sql();
    assertThat(project.session.rows(sql)).as(sql).containsExactly(expected);
  }

  @ParameterizedTest
  @CsvSource({"day,2", "month,1"})
  void aSpineHasARowForEachPartButTheLast(String part, int rows) {
    project.model(
        "m",
        "{{ config(materialized='table') }}{{ dbt.date_spine('"
            + part
            + "', \"cast('2026-01-30' as date)\", \"cast('2026-02-01' as date)\") }}");
    project.build("m");
    assertThat(project.session.rows("select * from m")).hasSize(rows);
  }
}
