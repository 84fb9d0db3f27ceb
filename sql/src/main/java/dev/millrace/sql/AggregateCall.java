package dev.millrace.sql;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One aggregate function over the rows of a group.
 *
 * @param orders what its rows are ordered by first, with the direction's words
 * @param whole the call
 */
record AggregateCall(
    String function,
    List<Expr> arguments,
    List<String> argumentTypes,
    boolean distinct,
    @Nullable Expr filter,
    List<Order> orders,
    Expr whole,
    Field result) {

  /** One ORDER BY expression and the words that follow it, such as {@code DESC NULLS LAST}. */
  record Order(Expr expr, String direction) {}

  /** The call as people read it. */
  String sql() {
    return whole.text();
  }

  /** The names of all fields that it reads. */
  Set<String> refs() {
    Set<String> refs = new LinkedHashSet<>();
    arguments.forEach(argument -> refs.addAll(argument.refs()));
    orders.forEach(order -> refs.addAll(order.expr().refs()));
    if (filter != null) {
      refs.addAll(filter.refs());
    }
    return refs;
  }
}
