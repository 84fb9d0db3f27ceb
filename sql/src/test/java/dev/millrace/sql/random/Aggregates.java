package dev.millrace.sql.random;

import java.util.List;

/** Calls of aggregate functions. */
final class Aggregates {
  private final Dice dice;
  private final Expressions expressions;

  Aggregates(Dice dice, Expressions expressions) {
    this.dice = dice;
    this.expressions = expressions;
  }

  /** A call, whose name is its text. */
  Column call(From from) {
    List<Column> keys = from.keys();
    if (keys.isEmpty()) {
      return new Column("count(*)", Kind.INT);
    }
    Column call =
        switch (dice.next(8)) {
          case 0, 1, 2 -> plain(from);
          case 3, 4, 5 -> numeric(from);
          case 6 -> ordered(from);
          default -> distinct(from);
        };
    boolean counts = call.kind() == Kind.INT && call.name().startsWith("count(DISTINCT ");
    if (counts && dice.once(2)) {
      String twice = call.name() + filter(from) + " + " + call.name();
      return new Column("(" + twice + dice.use("FILTERs", filter(from)) + ")", Kind.INT);
    }
    if (dice.once(4)) {
      return new Column(call.name() + dice.use("FILTER", filter(from)), call.kind());
    }
    return call;
  }

  private String filter(From from) {
    return " FILTER (WHERE " + expressions.test(from.columns()) + ")";
  }

  private Column plain(From from) {
    Column any = dice.pick(from.keys());
    Column ordered = from.ordered().isEmpty() ? any : dice.pick(from.ordered());
    return switch (dice.next(9)) {
      case 0, 1, 2 -> new Column("count(*)", Kind.INT);
      case 3 -> new Column("count(" + expressions.same(any) + ")", Kind.INT);
      case 4 -> new Column("max(" + expressions.same(ordered) + ")", ordered.kind());
      case 5 -> new Column("min(" + expressions.same(ordered) + ")", ordered.kind());
      case 6 -> new Column("any_value(" + any.name() + ")", any.kind());
      case 7 -> new Column("count_if(" + expressions.test(from.columns()) + ")", Kind.INT);
      default -> new Column("bool_or(" + expressions.test(from.columns()) + ")", Kind.BOOLEAN);
    };
  }

  private Column numeric(From from) {
    List<Column> numbers =
        from.columns().stream().filter(c -> c.kind().isNumber() || c.kind() == Kind.BIG).toList();
    if (numbers.isEmpty()) {
      return plain(from);
    }
    Column number = dice.pick(numbers);
    String name = expressions.same(number);
    if (number.kind() == Kind.BIG) {
      return dice.once(2)
          ? new Column("max(" + name + ")", Kind.BIG)
          : new Column("count(DISTINCT " + name + ")", Kind.INT);
    }
    Kind sum = number.kind() == Kind.DOUBLE ? Kind.DOUBLE : Kind.BIG;
    if (number.kind() != Kind.INT) {
      return switch (dice.next(4)) {
        case 0 -> use("avg", name, Kind.OPAQUE);
        case 1 -> use("median", name, Kind.OPAQUE);
        default -> use("sum", name, number.kind() == Kind.DOUBLE ? Kind.OPAQUE : sum);
      };
    }
    return switch (dice.next(18)) {
      case 0, 1, 2, 3 -> use("sum", name, Kind.BIG);
      case 4 -> use("avg", name, Kind.OPAQUE);
      case 5 -> use("median", name, Kind.OPAQUE);
      case 6 -> use("stddev", name, Kind.OPAQUE);
      case 7 -> use("var_pop", name, Kind.OPAQUE);
      case 8 -> use("bit_or", "TRY_CAST(" + name + " AS INTEGER)", Kind.INT);
      case 9 -> use("bit_xor", "TRY_CAST(" + name + " AS INTEGER)", Kind.INT);
      case 10 -> use("histogram", name, Kind.OPAQUE);
      case 11 -> use("approx_count_distinct", name, Kind.INT);
      case 12 ->
          new Column(dice.use("quantile_cont", "quantile_cont(" + name + ", 0.25)"), Kind.OPAQUE);
      case 13 ->
          new Column(dice.use("quantile_disc", "quantile_disc(" + name + ", 0.75)"), Kind.INT);
      case 14 -> use("entropy", name, Kind.OPAQUE);
      case 15 -> use("mode", name, Kind.INT);
      // Its type has no sign, so nothing is computed with it.
      case 16 ->
          new Column(
              dice.use("regr_count", "regr_count(" + name + ", " + number.name() + ")"),
              Kind.OPAQUE);
      default -> use("product", "(" + name + ") % 3", Kind.OPAQUE);
    };
  }

  private Column use(String function, String argument, Kind kind) {
    return new Column(dice.use(function, function + "(" + argument + ")"), kind);
  }

  private Column ordered(From from) {
    Column any = dice.pick(from.keys());
    if (from.ordered().isEmpty()) {
      return plain(from);
    }
    String by = dice.pick(from.ordered()).name();
    String order = by + dice.pick(List.of("", " DESC", " NULLS FIRST", " DESC NULLS LAST"));
    Kind list = any.kind() == Kind.INT ? Kind.LIST : Kind.OPAQUE;
    return switch (dice.next(7)) {
      case 0 ->
          new Column(dice.use("list", "list(" + any.name() + " ORDER BY " + order + ")"), list);
      case 1 ->
          new Column(
              dice.use("first", "first(" + any.name() + " ORDER BY " + order + ")"), any.kind());
      case 2 ->
          new Column(
              dice.use("last", "last(" + any.name() + " ORDER BY " + order + ")"), any.kind());
      case 3 ->
          new Column(dice.use("arg_max", "arg_max(" + any.name() + ", " + by + ")"), any.kind());
      case 4 ->
          new Column(dice.use("arg_min", "arg_min(" + any.name() + ", " + by + ")"), any.kind());
      case 5 ->
          new Column(
              dice.use(
                  "string_agg",
                  "string_agg(CAST(" + any.name() + " AS VARCHAR), ',' ORDER BY " + order + ")"),
              any.kind() == Kind.DOUBLE ? Kind.OPAQUE : Kind.TEXT);
      default ->
          new Column(dice.use("arg_max", "max_by(" + any.name() + ", " + by + ")"), any.kind());
    };
  }

  private Column distinct(From from) {
    Column any = dice.pick(from.keys());
    List<Column> ints = from.of(Kind.INT);
    dice.use("DISTINCT aggregate");
    if (!ints.isEmpty() && dice.once(2)) {
      String number = dice.pick(ints).name();
      return switch (dice.next(3)) {
        case 0 -> new Column("sum(DISTINCT " + number + ")", Kind.BIG);
        case 1 ->
            new Column(
                dice.use("list", "list(DISTINCT " + number + " ORDER BY " + number + ")"),
                Kind.LIST);
        default -> new Column("avg(DISTINCT " + number + ")", Kind.OPAQUE);
      };
    }
    return new Column("count(DISTINCT " + expressions.same(any) + ")", Kind.INT);
  }
}
