package dev.millrace.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every aggregate that DuckDB has equals its batch result after every batch, over rows that only
 * come and over rows that go again, or is refused.
 */
class AggregatesTest {
  /** Calls of aggregates whose result is the same in any order. */
  private static final List<String> FREE =
      List.of(
          ("count(v); count_star(); count_if(b); countif(b); sum(v); sum(d); sum(z); sum_no_overflow(v);"
                  + " sumkahan(z); kahan_sum(z); fsum(z); favg(z); avg(v); avg(d); avg(z); mean(d); min(v);"
                  + " max(g); min(d, 2); max(z, 2); bool_and(b); bool_or(b); bit_and(v); bit_or(v); bit_xor(v);"
                  + " product(w); stddev(z); stddev_pop(v); stddev_samp(z); var_pop(z);"
                  + " var_samp(v); variance(z); sem(z); corr(z, v); covar_pop(z, v); covar_samp(z, v);"
                  + " regr_avgx(z, v); regr_avgy(z, v); regr_count(z, v); regr_intercept(z, v);"
                  + " regr_r2(z, v); regr_slope(z, v); regr_sxx(z, v); regr_sxy(z, v); regr_syy(z, v);"
                  + " skewness(z); kurtosis(z); kurtosis_pop(z); entropy(g); median(z); mad(z);"
                  + " quantile(d, 0.3); quantile_cont(z, 0.3); quantile_disc(v, [0.2, 0.8]);"
                  + " approx_count_distinct(g); histogram(v); histogram(v, [1, 3]);"
                  + " histogram_exact(v, [1, 3]); geometric_mean(w); geomean(w); wavg(z, w); weighted_avg(v, w);"
                  + " any_value(v); arbitrary(g); mode(v); arg_min(g, v); arg_max(v, z); argmin(g, v);"
                  + " argmax(g, d); min_by(g, v); max_by(g, d); arg_min_null(g, v); arg_max_null(g, v);"
                  + " arg_min_nulls_last(g, v, 2); arg_max_nulls_last(g, v, 2); arg_max(g, v, 2)")
              .split("; +"));

  /** Calls that need an order. */
  private static final List<String> ORDERED =
      List.of(
          ("first(v); last(g); list(v); array_agg(d); string_agg(g, ','); group_concat(g);"
                  + " listagg(g, ';'); lttb(w, z, 3)")
              .split("; +"));

  /** Aggregates without a place in a stream: why. */
  private static final Map<String, String> REFUSED =
      Map.of(
          "approx_quantile", "SELECT approx_quantile(z, 0.5) AS r FROM s.a",
          "reservoir_quantile", "SELECT reservoir_quantile(z, 0.5) AS r FROM s.a",
          "approx_top_k", "SELECT approx_top_k(v, 2) AS r FROM s.a");

  /** They work on types that a stream cannot hold, or are DuckDB's own affair. */
  private static final List<String> INTERNAL =
      List.of("combine_aggr", "variant_group_object", "decimal_average", "bitstring_agg");

  static Stream<List<String>> free() {
    List<List<String>> several = new ArrayList<>();
    for (int i = 0; i < FREE.size(); i += 8) {
      several.add(FREE.subList(i, Math.min(FREE.size(), i + 8)));
    }
    return several.stream();
  }

  @Test
  void knowsEveryAggregate() throws SQLException {
    TreeSet<String> known = new TreeSet<>(INTERNAL);
    known.addAll(REFUSED.keySet());
    for (List<String> calls : List.of(FREE, ORDERED)) {
      calls.forEach(call -> known.add(call.substring(0, call.indexOf('('))));
    }
    try (Pipeline pipeline = new Pipeline()) {
      List<String> all =
          pipeline
              .rows(
                  "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type ="
                      + " 'aggregate'")
              .stream()
              .map(row -> String.valueOf(row.get(0)))
              .toList();
      assertThat(known).containsAll(all);
    }
  }

  @Test
  void refusesWhatNoOrderHelps() throws SQLException {
    try (Pipeline pipeline = source()) {
      for (String sql : REFUSED.values()) {
        QueryException e =
            catchThrowableOfType(
                QueryException.class, () -> pipeline.stream("refused", sql, false));
        assertThat(e.problems().get(0).code()).as(sql).isEqualTo(SqlCode.SQL_ORDER_DEPENDENT);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("free")
  void equalTheirBatchResults(List<String> calls) throws Exception {
    List<String> variants = new ArrayList<>(calls);
    for (String call : calls) {
      if (!isMacro(call)) {
        variants.add(call + " FILTER (WHERE v > 1)");
      }
      if (!call.contains("()") && !call.contains(", 2)") && !isMacro(call)) {
        variants.add(call.replaceFirst("\\(", "(DISTINCT "));
      }
    }
    run(variants);
  }

  @Test
  void equalTheirBatchResultsInOrder() throws Exception {
    List<String> variants = new ArrayList<>();
    for (String call : ORDERED) {
      String ordered = call.replaceFirst("\\)$", " ORDER BY v DESC NULLS LAST)");
      String first = call.substring(call.indexOf('(') + 1).split("[,)]", 2)[0];
      variants.add(ordered);
      variants.add(ordered + " FILTER (WHERE v > 1)");
      if (!call.startsWith("lttb")) {
        String distinct = call.replaceFirst("\\(", "(DISTINCT ");
        variants.add(distinct.replaceFirst("\\)$", " ORDER BY " + first + ")"));
      }
    }
    run(variants);
  }

  private static boolean isMacro(String call) {
    return call.startsWith("geom") || call.startsWith("w");
  }

  private static Pipeline source() throws SQLException {
    return new Pipeline()
        .source(
            "s.a",
            "k INTEGER, v INTEGER, w INTEGER, d DECIMAL(10,2), z DOUBLE, g VARCHAR, b BOOLEAN, t"
                + " TIMESTAMPTZ",
            "t",
            "1 hour");
  }

  private static void run(List<String> calls) throws Exception {
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < calls.size(); i++) {
      list.append(", ").append(calls.get(i)).append(" AS r").append(i);
    }
    try (Pipeline pipeline = source()) {
      pipeline.stream("plain", "SELECT k" + list + " FROM s.a GROUP BY k", false);
      pipeline.stream(
          "changing",
          "SELECT k, v % 3 AS m, sum(v)::INTEGER AS v, count(*)::INTEGER AS w, max(d) AS d,"
              + " count(z)::DOUBLE / 2 AS z, max(g) AS g, bool_or(b) AS b FROM s.a GROUP BY k, m",
          false);
      pipeline.stream("again", "SELECT k" + list + " FROM changing GROUP BY k", false);
      Random random = new Random(7);
      for (int batch = 0; batch < 4; batch++) {
        StringBuilder rows = new StringBuilder("VALUES ");
        for (int i = 0; i < 8; i++) {
          rows.append(i == 0 ? "" : ", ").append(row(random));
        }
        pipeline.batch(new HashMap<>(Map.of("s.a", rows.toString())), true);
        pipeline.check();
      }
    }
  }

  private static String row(Random random) {
    return "("
        + random.nextInt(2)
        + ", "
        + (random.nextInt(6) == 0 ? "NULL" : random.nextInt(5))
        + ", "
        + (1 + random.nextInt(3))
        + ", "
        + (random.nextInt(6) == 0 ? "NULL" : random.nextInt(30) + ".25")
        + ", "
        + (random.nextInt(6) == 0 ? "NULL" : random.nextInt(30) + ".5::DOUBLE")
        + ", "
        + (random.nextInt(6) == 0 ? "NULL" : "'" + (char) ('a' + random.nextInt(3)) + "'")
        + ", "
        + (random.nextInt(6) == 0 ? "NULL" : random.nextBoolean())
        + ", TIMESTAMPTZ '2026-01-01 10:00:00')";
  }
}
