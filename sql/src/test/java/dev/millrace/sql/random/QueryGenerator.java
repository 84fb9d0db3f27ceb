package dev.millrace.sql.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Writes random queries over the whole surface of continuous SQL. */
public final class QueryGenerator {
  private final Dice dice;
  private final Expressions expressions;
  private final Relations relations;
  private final Joins joins;
  private final Subqueries subqueries;
  private final Aggregates aggregates;
  private final WindowFunctions windows;
  private int depth;

  /**
   * A generator of one query.
   *
   * @param relations what it may read, by name
   * @param names the number with which its names begin
   */
  public QueryGenerator(Random random, Map<String, List<Column>> relations, int names) {
    dice = new Dice(random, names);
    expressions = new Expressions(dice);
    this.relations = new Relations(dice, expressions, relations, this::subquery);
    joins = new Joins(dice, expressions, this.relations);
    subqueries = new Subqueries(dice, expressions, this.relations);
    aggregates = new Aggregates(dice, expressions);
    windows = new WindowFunctions(dice, expressions);
  }

  /** A query. */
  public Query next() {
    Made made = make(dice.next(20));
    return new Query(made.part, made.onClose, made.columns, dice.used());
  }

  private record Made(Part part, boolean onClose, List<Column> columns) {
    Made(Part part, List<Column> columns) {
      this(part, false, columns);
    }
  }

  private Made make(int choice) {
    return switch (choice) {
      case 0, 1 -> project(relations.any(), true);
      case 2, 3, 4, 5 -> aggregate(relations.any());
      case 6, 7, 8 -> project(joins.any(), true);
      case 9, 10, 11 -> aggregate(joins.any());
      case 12 -> union();
      case 13 -> setOperation();
      case 14 -> distinct(dice.once(2) ? relations.any() : joins.any());
      case 15, 16 -> windowed(dice.once(2) ? relations.any() : joins.any());
      case 17 -> limited(dice.once(2) ? relations.any() : joins.any());
      case 18 -> groupingSets(dice.once(2) ? relations.any() : joins.any());
      default -> common();
    };
  }

  /** A query inside another one, not too deep. */
  private Relations.Inner subquery() {
    depth++;
    Made made;
    if (depth > 2) {
      made = project(new From(Part.text("s.b AS b"), named("s.b", "b")), false);
    } else {
      made = make(dice.pick(List.of(0, 1, 2, 3, 6, 9, 12, 13, 14, 15, 17)));
    }
    depth--;
    return new Relations.Inner(dice.once(6) ? everyColumn(made.part) : made.part, made.columns);
  }

  /** The same columns, not by their names. */
  private Part everyColumn(Part query) {
    String star =
        dice.pick(
            List.of("COLUMNS(*)", "COLUMNS('.')", "COLUMNS(lambda c: c <> '')", "* LIKE '%'"));
    return Part.of("SELECT ", star, " FROM (", query, ")");
  }

  private List<Column> named(String relation, String alias) {
    return relations.columns(relation).stream().map(c -> c.of(alias)).toList();
  }

  /** A WHERE for a FROM. */
  private Part where(From from) {
    List<Part> conditions = new ArrayList<>();
    if (from.condition() != null) {
      conditions.add(from.condition());
    }
    if (dice.once(3)) {
      conditions.add(Part.text(expressions.test(from.columns())));
    }
    if (dice.once(7)) {
      conditions.add(subqueries.test(from.columns()));
    }
    return conditions.isEmpty()
        ? Part.text("")
        : Part.maybe(Part.of(" WHERE ", Part.list(" AND ", 1, conditions)));
  }

  private Part item(String expression, String name) {
    return Part.text(expression + " AS " + name);
  }

  private Made project(From from, boolean any) {
    List<Column> made = new ArrayList<>();
    List<Part> list = new ArrayList<>();
    for (Column column : from.columns()) {
      if (list.isEmpty() || dice.once(2) || column.kind() == Kind.TIME) {
        String name = dice.column();
        Column value = any ? expressions.any(column) : column;
        list.add(item(value.name(), name));
        made.add(new Column(name, value.kind()));
      }
    }
    if (any && dice.once(10)) {
      String name = dice.name();
      list.add(Part.of(subqueries.value(from.columns()), " AS ", name));
      made.add(new Column(name, Kind.INT));
    }
    Part select = Part.of("SELECT ", Part.list(", ", 1, list), " FROM ", from.part(), where(from));
    return new Made(select, made);
  }

  private Made distinct(From from) {
    List<Column> keys = from.keys();
    if (keys.isEmpty()) {
      return aggregate(from);
    }
    dice.use("DISTINCT");
    List<Column> made = new ArrayList<>();
    List<Part> list = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Column value = expressions.any(dice.pick(keys));
      String name = dice.column();
      list.add(item(value.name(), name));
      made.add(new Column(name, value.kind()));
    }
    return new Made(
        Part.of("SELECT DISTINCT ", Part.list(", ", 1, list), " FROM ", from.part(), where(from)),
        made);
  }

  private Made aggregate(From from) {
    List<Column> made = new ArrayList<>();
    List<Part> list = new ArrayList<>();
    List<Column> keys = from.keys();
    boolean window = false;
    // A relation may have nothing but columns to look at only: then all its rows are one group.
    int groups = keys.isEmpty() || dice.once(10) ? 0 : 1 + dice.next(2);
    for (int i = 0; i < groups; i++) {
      List<Column> times = from.of(Kind.TIME);
      boolean time = !times.isEmpty() && !dice.once(3);
      Column column = dice.pick(time ? times : keys);
      Column value =
          time ? new Column(expressions.same(column), Kind.TIME) : expressions.any(column);
      String name = dice.column();
      list.add(item(value.name(), name));
      made.add(new Column(name, value.kind()));
      window |= time && column.marked() && from.single() && !from.part().sql().contains("session(");
    }
    List<Part> calls = new ArrayList<>();
    for (int i = 0; i < 1 + dice.next(4); i++) {
      Column call = aggregates.call(from);
      String name = dice.column();
      calls.add(item(call.name(), name));
      made.add(new Column(name, call.kind()));
    }
    Part columns =
        groups == 0
            ? Part.list(", ", 1, calls)
            : Part.of(Part.list(", ", 1, list), ", ", Part.list(", ", 1, calls));
    Part having =
        dice.once(5)
            ? Part.maybe(Part.text(dice.use("HAVING", " HAVING count(*) > 1")))
            : Part.text("");
    Part by = Part.text(groups > 0 ? " GROUP BY ALL" : "");
    if (groups > 0 && dice.once(2)) {
      // A column of an input goes before one of the list that is called alike.
      String first = made.get(0).name();
      String names = (Dice.LIKELY.contains(first) ? "1" : first) + (groups > 1 ? ", 2" : "");
      by = Part.or(Part.text(" GROUP BY " + names), by);
    }
    Part select = Part.of("SELECT ", columns, " FROM ", from.part(), where(from), by, having);
    return new Made(select, depth == 0 && window && dice.once(3), made);
  }

  private Made groupingSets(From from) {
    List<Column> keys = from.keys();
    if (keys.size() < 2) {
      return aggregate(from);
    }
    String one = dice.pick(keys).name();
    String two = dice.pick(keys).name();
    if (one.equals(two)) {
      return aggregate(from);
    }
    String sets =
        dice.pick(
            List.of(
                "GROUPING SETS ((%1, %2), (%1), ())",
                "GROUPING SETS ((%1), (%2))", "ROLLUP (%1, %2)", "CUBE (%1, %2)"));
    dice.use(sets.substring(0, sets.indexOf('(')).strip());
    String a = dice.name();
    String b = dice.name();
    List<Column> made = new ArrayList<>();
    from.columns().stream()
        .filter(c -> c.name().equals(one))
        .findFirst()
        .ifPresent(c -> made.add(new Column(a, c.kind())));
    from.columns().stream()
        .filter(c -> c.name().equals(two))
        .findFirst()
        .ifPresent(c -> made.add(new Column(b, c.kind())));
    List<Part> list = new ArrayList<>(List.of(item(one, a), item(two, b)));
    if (dice.once(2)) {
      String name = dice.name();
      list.add(item(dice.use("GROUPING", "GROUPING(" + one + ", " + two + ")"), name));
      made.add(new Column(name, Kind.INT));
    }
    for (int i = 0; i < 1 + dice.next(2); i++) {
      Column call = aggregates.call(from);
      String name = dice.name();
      list.add(item(call.name(), name));
      made.add(new Column(name, call.kind()));
    }
    String by = sets.replace("%1", one).replace("%2", two);
    return new Made(
        Part.of(
            "SELECT ",
            Part.list(", ", 1, list),
            " FROM ",
            from.part(),
            where(from),
            " GROUP BY ",
            by),
        made);
  }

  private Made windowed(From from) {
    if (from.ordered().isEmpty()) {
      return project(from, true);
    }
    List<Column> made = new ArrayList<>();
    List<Part> list = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Column column = dice.pick(from.columns());
      String name = dice.column();
      list.add(item(column.name(), name));
      made.add(new Column(name, column.kind()));
    }
    boolean told = false;
    for (int i = 0; i < 1 + dice.next(2); i++) {
      Column call = windows.call(from, told);
      told |= WindowFunctions.tellsApart(call.name());
      String name = dice.column();
      list.add(item(call.name(), name));
      made.add(new Column(name, call.kind()));
    }
    Part qualify = dice.once(3) ? Part.maybe(windows.qualify(from)) : Part.text("");
    if (told && WindowFunctions.tellsApart(qualify.sql())) {
      qualify = Part.text("");
    }
    return new Made(
        Part.of("SELECT ", Part.list(", ", 1, list), " FROM ", from.part(), where(from), qualify),
        made);
  }

  /** The first rows of an order: overall, of each group, or one of each. */
  private Made limited(From from) {
    if (from.ordered().isEmpty()) {
      return project(from, true);
    }
    List<Column> made = new ArrayList<>();
    List<Part> list = new ArrayList<>();
    for (Column column : from.columns()) {
      if (list.isEmpty() || dice.once(3)) {
        String name = dice.column();
        list.add(item(column.name(), name));
        made.add(new Column(name, column.kind()));
      }
    }
    String order = " ORDER BY " + windows.order(from);
    Part columns = Part.list(", ", 1, list);
    return switch (dice.next(4)) {
      case 0 ->
          new Made(
              Part.of(
                  dice.use("DISTINCT ON", "SELECT DISTINCT ON ("),
                  dice.pick(from.ordered()).name(),
                  ") ",
                  columns,
                  " FROM ",
                  from.part(),
                  where(from),
                  order),
              made);
      case 1 ->
          new Made(
              Part.of(
                  "SELECT ", columns, " FROM ", from.part(), where(from), windows.qualify(from)),
              made);
      default -> {
        String offset = dice.once(4) ? dice.use("OFFSET", " OFFSET 2") : "";
        yield new Made(
            Part.of(
                "SELECT ",
                columns,
                " FROM ",
                from.part(),
                where(from),
                order,
                dice.use("LIMIT", " LIMIT " + (1 + dice.next(5))),
                Part.maybe(Part.text(offset))),
            made);
      }
    };
  }

  /** The branch of a set operation: an integer, a text, a time. */
  private Part branch(String i, String s, String t) {
    From from = relations.any();
    String integer =
        from.of(Kind.INT).isEmpty() ? "1" : expressions.same(dice.pick(from.of(Kind.INT)));
    String text =
        from.of(Kind.TEXT).isEmpty() ? "'q'" : expressions.same(dice.pick(from.of(Kind.TEXT)));
    String time =
        from.of(Kind.TIME).isEmpty() ? "NULL::TIMESTAMPTZ" : dice.pick(from.of(Kind.TIME)).name();
    return Part.of(
        "SELECT ",
        Part.list(
            ", ", 1, List.of(item("(" + integer + ")::BIGINT", i), item(text, s), item(time, t))),
        " FROM ",
        from.part(),
        where(from));
  }

  private Made union() {
    String i = dice.name();
    String s = dice.name();
    String t = dice.name();
    List<Part> branches = new ArrayList<>();
    for (int n = 0; n < 2 + dice.next(2); n++) {
      branches.add(branch(i, s, t));
    }
    List<Column> columns =
        List.of(new Column(i, Kind.INT), new Column(s, Kind.TEXT), new Column(t, Kind.TIME));
    dice.use("UNION ALL");
    Part union = Part.list(" UNION ALL ", 1, branches);
    if (depth > 0 || dice.once(2)) {
      return new Made(union, columns);
    }
    Made outer = aggregate(new From(Part.text("u"), columns, null, false));
    return new Made(Part.of("WITH u AS (", union, ") ", outer.part), outer.columns);
  }

  private Made setOperation() {
    String i = dice.name();
    String s = dice.name();
    // Two columns of few values, so that the branches share rows.
    String word =
        dice.pick(List.of("UNION", "INTERSECT", "INTERSECT ALL", "EXCEPT", "EXCEPT ALL", "EXCEPT"));
    dice.use(word);
    List<Part> branches = new ArrayList<>();
    int count = dice.once(4) ? 3 : 2;
    for (int n = 0; n < count; n++) {
      From from = relations.any();
      String integer =
          from.of(Kind.INT).isEmpty() ? "1" : expressions.same(dice.pick(from.of(Kind.INT)));
      String text = from.of(Kind.TEXT).isEmpty() ? "'a'" : dice.pick(from.of(Kind.TEXT)).name();
      branches.add(
          Part.of(
              "SELECT ",
              Part.list(", ", 1, List.of(item("(" + integer + ")::BIGINT", i), item(text, s))),
              " FROM ",
              from.part(),
              where(from)));
    }
    return new Made(
        Part.list(" " + word + " ", 1, branches),
        List.of(new Column(i, Kind.INT), new Column(s, Kind.TEXT)));
  }

  /** A common table expression, read once or twice. */
  private Made common() {
    dice.use("WITH");
    String name = "c" + dice.name();
    Made inner = make(dice.pick(List.of(0, 2, 3, 6, 9)));
    List<Column> columns = inner.columns.stream().map(c -> c.of("l")).toList();
    From one = new From(Part.text(name + " AS l"), columns, null, false);
    List<Column> ints = inner.columns.stream().filter(c -> c.kind() == Kind.INT).toList();
    From from = one;
    if (!ints.isEmpty() && dice.once(2)) {
      dice.use("self join");
      List<Column> both = new ArrayList<>(columns);
      inner.columns.forEach(c -> both.add(c.of("r")));
      String key = dice.pick(ints).name();
      String how = dice.pick(List.of(" JOIN ", " LEFT JOIN "));
      from =
          new From(
              Part.or(
                  Part.text(name + " AS l" + how + name + " AS r ON l." + key + " = r." + key),
                  one.part()),
              both,
              null,
              false);
    }
    Made outer = dice.once(2) ? project(from, true) : aggregate(from);
    return new Made(Part.of("WITH ", name, " AS (", inner.part, ") ", outer.part), outer.columns);
  }
}
