package dev.millrace.sql.random;

import java.util.List;
import java.util.stream.Stream;

/** Random expressions over columns. */
final class Expressions {
  /** Forms of a kind; a kind behind a bar says that the result is another one. */
  private static final List<String> INTS =
      List.of("%s", "%s", "%s + 1", "%s % 3", "coalesce(%s, 0)", "-%s", "abs(%s)");

  private static final List<String> TEXTS =
      List.of("%s", "%s", "upper(%s)", "%s || 'x'", "left(%s, 1)", "coalesce(%s, 'ä')");
  private static final List<String> DECIMALS =
      List.of("%s", "%s", "CASE WHEN %s > 1 THEN %s END", "-%s");
  private static final List<String> DOUBLES = List.of("%s", "%s", "%s * 2", "coalesce(%s, 0.5)");
  private static final List<String> BOOLEANS = List.of("%s", "NOT %s", "%s IS TRUE");

  private static final List<String> INT_TESTS =
      List.of(
          "%s > 1",
          "%s IS NOT NULL",
          "(%s < 3 OR %s IS NULL)",
          "%s BETWEEN 0 AND 3",
          "NOT (%s = 2)",
          "%s IN (0, 2, NULL)",
          "%s IS DISTINCT FROM 1");
  private static final List<String> TEXT_TESTS =
      List.of(
          "%s IN ('a', 'b')",
          "%s IS NULL",
          "%s <> 'c'",
          "upper(%s) >= 'B'",
          "%s LIKE '%a%'",
          "%s = 'A' COLLATE NOCASE",
          "%s COLLATE NOCASE BETWEEN 'A' AND 'b'",
          "length(%s) > 1",
          "%s NOT IN ('ä', '')");

  private final Dice dice;
  private final TimeExpressions times;

  Expressions(Dice dice) {
    this.dice = dice;
    this.times = new TimeExpressions(dice);
  }

  /** An expression of the column's kind; of a time, one that never falls when it grows. */
  String same(Column column) {
    String form =
        switch (column.kind()) {
          case INT -> dice.pick(INTS);
          case TEXT -> dice.pick(TEXTS);
          case DECIMAL -> dice.pick(DECIMALS);
          case DOUBLE -> dice.pick(DOUBLES);
          case BOOLEAN -> dice.pick(BOOLEANS);
          case TIME, ODD_TIME -> dice.once(3) ? "%s" : times.rising("%s");
          default -> "%s";
        };
    return form.replace("%s", column.name());
  }

  /** An expression of some kind, whose name is its text. */
  Column any(Column column) {
    String name = column.name();
    if (!dice.once(4)) {
      return new Column(same(column), column.kind());
    }
    return switch (column.kind()) {
      case TIME, ODD_TIME ->
          dice.once(2)
              ? new Column(times.number(name), Kind.INT)
              : new Column(times.text(name), Kind.TEXT);
      case STRUCT ->
          dice.once(2)
              ? new Column(dice.use("struct field", name + ".a"), Kind.INT)
              : new Column(dice.use("struct field", name + "['b']"), Kind.TEXT);
      case LIST ->
          dice.pick(
              List.of(
                  new Column("len(" + name + ")", Kind.INT),
                  new Column(dice.use("list element", name + "[1]"), Kind.INT),
                  new Column("list_sort(" + name + ")", Kind.LIST),
                  new Column(
                      dice.use("lambda", "list_transform(" + name + ", lambda q: q + 1)"),
                      Kind.LIST)));
      case MAP ->
          dice.once(2)
              ? new Column(dice.use("map element", name + "['a']"), Kind.INT)
              : new Column("cardinality(" + name + ")", Kind.INT);
      case DATE ->
          dice.once(2)
              ? new Column("year(" + name + ")", Kind.INT)
              : new Column(name + " + INTERVAL 1 DAY", Kind.LOCAL);
      case LOCAL -> new Column("date_trunc('hour', " + name + ")", Kind.LOCAL);
      case CLOCK -> new Column("hour(" + name + ")", Kind.INT);
      case UUID, BIG -> new Column("CAST(" + name + " AS VARCHAR)", Kind.TEXT);
      case BOOLEAN -> new Column("CAST(" + name + " AS INTEGER)", Kind.INT);
      case TEXT -> new Column("CASE WHEN " + name + " > 'a' THEN 1 ELSE 2 END", Kind.INT);
      case INT ->
          dice.once(2)
              ? new Column("{'a': TRY_CAST(" + name + " AS INTEGER), 'b': 'q'}", Kind.STRUCT)
              : new Column("[TRY_CAST(" + name + " AS INTEGER)]", Kind.LIST);
      default -> new Column(same(column), column.kind());
    };
  }

  /** A condition on some column. */
  String test(List<Column> columns) {
    List<Column> usable = columns.stream().filter(c -> c.kind().isKey()).toList();
    List<Column> plain =
        usable.stream().filter(c -> c.kind() == Kind.INT || c.kind() == Kind.TEXT).toList();
    if (usable.isEmpty()) {
      return "true";
    }
    Column column = !plain.isEmpty() && !dice.once(3) ? dice.pick(plain) : dice.pick(usable);
    String form =
        switch (column.kind()) {
          case INT -> dice.pick(INT_TESTS);
          case TEXT -> dice.pick(TEXT_TESTS);
          case BOOLEAN -> dice.pick(List.of("%s", "%s IS NOT TRUE", "coalesce(%s, true)"));
          case DOUBLE -> dice.pick(List.of("NOT isnan(%s)", "%s > 0.5", "%s = 'NaN'::DOUBLE"));
          case DECIMAL -> dice.pick(List.of("%s > 1.5", "%s = 0", "%s <= 0.99"));
          case LIST -> dice.pick(List.of("list_contains(%s, 1)", "len(%s) > 0"));
          case STRUCT -> dice.pick(List.of("%s.a > 1", "%s IS NOT NULL"));
          default -> dice.pick(List.of("%s IS NOT NULL", "%s IS NULL"));
        };
    return form.replace("%s", column.name());
  }

  /** The columns, and at times expressions over one of their times that may stand for columns. */
  List<Column> computed(List<Column> columns) {
    List<Column> odd =
        columns.stream().filter(c -> c.kind() == Kind.TIME || c.kind() == Kind.ODD_TIME).toList();
    if (odd.isEmpty() || !dice.once(4)) {
      return columns;
    }
    Column time = dice.pick(odd);
    return Stream.concat(
            columns.stream(),
            Stream.of(
                new Column("(" + times.number(time.name()) + ")", Kind.INT),
                new Column("(" + times.text(time.name()) + ")", Kind.TEXT),
                new Column("(" + times.rising(time.name()) + ")", time.kind(), time.marked())))
        .toList();
  }
}
