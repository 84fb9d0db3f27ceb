package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Set;

/**
 * Makes aggregates that depend on the order of rows depend on their values alone. Rows that are
 * equal in the order given are ordered by the arguments themselves, after which they are
 * interchangeable; so a stream and the same query run once agree, whatever order rows came in.
 */
final class OrderedAggregates {
  /** The result is the same in any order (sums of doubles but for rounding). */
  private static final Set<String> FREE =
      Set.of(
          ("count count_star count_if countif sum sum_no_overflow sumkahan kahan_sum fsum favg avg"
                  + " mean min max bool_and bool_or bit_and bit_or bit_xor bitstring_agg product"
                  + " geometric_mean geomean stddev stddev_pop stddev_samp var_pop var_samp variance"
                  + " sem corr covar_pop covar_samp regr_avgx regr_avgy regr_count regr_intercept"
                  + " regr_r2 regr_slope regr_sxx regr_sxy regr_syy skewness kurtosis kurtosis_pop"
                  + " entropy median mad quantile quantile_cont quantile_disc"
                  + " approx_count_distinct histogram histogram_exact wavg weighted_avg")
              .split(" "));

  /** Any of several right answers: the arguments' order picks one. */
  private static final Set<String> ANY =
      Set.of(
          ("any_value arbitrary mode arg_min arg_max argmin argmax min_by max_by arg_min_null"
                  + " arg_max_null arg_min_nulls_last arg_max_nulls_last")
              .split(" "));

  private static final Set<String> APPROXIMATE =
      Set.of("approx_quantile", "reservoir_quantile", "approx_top_k");

  private final Compilation compilation;

  OrderedAggregates(Compilation compilation) {
    this.compilation = compilation;
  }

  /** True if the aggregate's result is the same in any order. */
  static boolean isFree(String aggregate) {
    return FREE.contains(aggregate);
  }

  /** True if any of several results is right. */
  static boolean isAny(String aggregate) {
    return ANY.contains(aggregate);
  }

  /** True if no order makes the aggregate's result certain. */
  static boolean isApproximate(String aggregate) {
    return APPROXIMATE.contains(aggregate);
  }

  /** Adds orders to the tree, in place. */
  void settle(JsonNode tree) {
    String name = tree.path("function_name").asText().toLowerCase(Locale.ROOT);
    if (tree instanceof ObjectNode call
        && tree.path("class").asText().equals("FUNCTION")
        && !tree.path("is_operator").asBoolean()
        && compilation.duck().isAggregate(name)) {
      settle(call, name);
    }
    tree.forEach(this::settle);
  }

  private void settle(ObjectNode call, String name) {
    if (FREE.contains(name)) {
      return;
    }
    ArrayNode orders = (ArrayNode) call.path("order_bys").path("orders");
    if (APPROXIMATE.contains(name)) {
      compilation
          .findings()
          .add(
              call,
              SqlCode.SQL_ORDER_DEPENDENT,
              "`" + name + "` gives another result when rows come in another order",
              "use quantile_cont, or count(*) by value");
      return;
    }
    if (!ANY.contains(name) && orders.isEmpty()) {
      compilation
          .findings()
          .add(
              call,
              SqlCode.SQL_ORDER_DEPENDENT,
              "`" + name + "` depends on the order in which rows come",
              "say which order: " + name + "(x ORDER BY ts)");
      return;
    }
    for (JsonNode argument : call.path("arguments")) {
      JsonNode expression = argument.path("expression");
      if (Watermarks.hasColumn(expression)) {
        orders
            .addObject()
            .put("type", "ORDER_DEFAULT")
            .put("null_order", "ORDER_DEFAULT")
            .set("expression", expression.deepCopy());
      }
    }
  }
}
