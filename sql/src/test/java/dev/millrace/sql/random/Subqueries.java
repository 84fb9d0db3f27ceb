package dev.millrace.sql.random;

import java.util.List;

/** Subqueries in expressions. */
final class Subqueries {
  private final Dice dice;
  private final Expressions expressions;
  private final Relations relations;

  Subqueries(Dice dice, Expressions expressions, Relations relations) {
    this.dice = dice;
    this.expressions = expressions;
    this.relations = relations;
  }

  /** A condition, with a subquery if the columns allow one. */
  Part test(List<Column> columns) {
    List<Column> keys = columns.stream().filter(c -> c.kind() == Kind.INT).toList();
    String relation = relations.name();
    List<Column> inner =
        relations.columns(relation).stream().filter(c -> c.kind() == Kind.INT).toList();
    Part plain = Part.text(expressions.test(columns));
    if (keys.isEmpty() || inner.isEmpty()) {
      return plain;
    }
    String outer = dice.pick(keys).name();
    String own = dice.pick(inner).name();
    String from = relation + " AS i";
    Part where =
        dice.once(2)
            ? Part.maybe(Part.text(" WHERE " + expressions.test(named(relation))))
            : Part.text("");
    Part and =
        dice.once(2)
            ? Part.maybe(Part.text(" AND " + expressions.test(named(relation))))
            : Part.text("");
    String correlated = " WHERE i." + own + " = " + outer;
    Part test =
        switch (dice.next(9)) {
          case 0, 1 ->
              Part.of(outer, dice.use("IN", " IN (SELECT i."), own, " FROM ", from, where, ")");
          case 2 ->
              Part.of(
                  outer, dice.use("NOT IN", " NOT IN (SELECT i."), own, " FROM ", from, where, ")");
          case 3, 4 ->
              Part.of(dice.use("EXISTS", "EXISTS (SELECT 1 FROM "), from, correlated, and, ")");
          case 5 ->
              Part.of(
                  dice.use("NOT EXISTS", "NOT EXISTS (SELECT 1 FROM "), from, correlated, and, ")");
          case 6 ->
              Part.of(
                  outer,
                  dice.use("scalar subquery", " >= (SELECT min(i."),
                  own,
                  ") FROM ",
                  from,
                  where,
                  ")");
          case 7 ->
              Part.of(
                  outer,
                  dice.use("correlated subquery", " < (SELECT count(*) FROM "),
                  from,
                  correlated,
                  and,
                  ")");
          default ->
              Part.of(
                  dice.use("row IN", "(" + outer + ", 1) IN (SELECT i."),
                  own,
                  ", 1 FROM ",
                  from,
                  where,
                  ")");
        };
    return Part.or(test, plain);
  }

  private List<Column> named(String relation) {
    return relations.columns(relation).stream().map(c -> c.of("i")).toList();
  }

  /** A value for the list, from a subquery; null where the columns allow none. */
  Part value(List<Column> columns) {
    List<Column> keys = columns.stream().filter(c -> c.kind() == Kind.INT).toList();
    String relation = relations.name();
    List<Column> inner =
        relations.columns(relation).stream().filter(c -> c.kind() == Kind.INT).toList();
    if (inner.isEmpty()) {
      return Part.text("1");
    }
    String own = dice.pick(inner).name();
    if (keys.isEmpty() || dice.once(3)) {
      return Part.of(
          dice.use("scalar subquery", "(SELECT max(i." + own + ") FROM "), relation, " AS i)");
    }
    String aggregate = dice.pick(List.of("count(*)", "max(i." + own + ")", "min(i." + own + ")"));
    return Part.of(
        dice.use("correlated subquery", "(SELECT " + aggregate + " FROM "),
        relation,
        " AS i WHERE i.",
        own,
        " = ",
        dice.pick(keys).name(),
        ")");
  }
}
