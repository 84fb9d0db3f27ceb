package dev.millrace.sql.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Single relations behind FROM: tables, windows over them, subqueries, VALUES, UNNEST. */
final class Relations {
  private static final List<String> WINDOWS =
      List.of("tumble", "tumble", "tumble", "hop", "cumulate", "session");

  private final Dice dice;
  private final Expressions expressions;
  private final Map<String, List<Column>> relations;
  private final Queries queries;

  /** Makes the query of a subquery, of few columns. */
  interface Queries {
    Inner subquery();
  }

  /** A subquery and its columns. */
  record Inner(Part part, List<Column> columns) {}

  Relations(
      Dice dice, Expressions expressions, Map<String, List<Column>> relations, Queries queries) {
    this.dice = dice;
    this.expressions = expressions;
    this.relations = relations;
    this.queries = queries;
  }

  /** The name of some relation. */
  String name() {
    return dice.pick(List.copyOf(relations.keySet()));
  }

  List<Column> columns(String relation) {
    return Objects.requireNonNull(relations.get(relation));
  }

  From any() {
    return of(name());
  }

  /** The relation as it is, filtered, or with windows. */
  From of(String relation) {
    List<Column> columns = columns(relation);
    if (relation.startsWith("s.c")) {
      dice.use("change data");
    }
    String alias = dice.name();
    Part plain = Part.text(relation + " AS " + alias);
    return switch (dice.next(14)) {
      case 0 ->
          from(
              Part.or(Part.of("(SELECT * FROM ", relation, ") AS ", alias), plain), columns, alias);
      case 1, 2 ->
          from(
              Part.or(
                  Part.of(
                      "(SELECT * FROM ",
                      relation,
                      " WHERE ",
                      expressions.test(columns),
                      ") ",
                      alias),
                  plain),
              columns,
              alias);
      case 3, 4 -> windowed(relation, columns, alias);
      case 5 -> subquery(alias);
      case 6 -> dice.once(3) ? values(alias) : from(plain, columns, alias);
      case 7 -> unnest(relation, columns, alias);
      default -> from(plain, columns, alias);
    };
  }

  private From from(Part part, List<Column> columns, String alias) {
    return new From(part, expressions.computed(columns.stream().map(c -> c.of(alias)).toList()));
  }

  private From subquery(String alias) {
    Inner inner = queries.subquery();
    dice.use("subquery in FROM");
    List<Column> columns = inner.columns().stream().map(c -> c.of(alias)).toList();
    return new From(Part.of("(", inner.part(), ") AS ", alias), columns, null, false);
  }

  private From windowed(String relation, List<Column> columns, String alias) {
    List<Column> times = columns.stream().filter(c -> c.kind() == Kind.TIME && c.marked()).toList();
    boolean windows = columns.stream().anyMatch(c -> c.name().startsWith("window_"));
    if (times.isEmpty() || windows) {
      return from(Part.text(relation + " AS " + alias), columns, alias);
    }
    Column time = dice.pick(times);
    String function = dice.pick(WINDOWS);
    dice.use(function);
    String sizes =
        switch (function) {
          case "tumble" -> "INTERVAL 1 MINUTE";
          case "hop" ->
              dice.pick(
                  List.of(
                      "INTERVAL 30 SECOND, INTERVAL 1 MINUTE",
                      "INTERVAL 20 SECOND, INTERVAL 1 MINUTE"));
          case "cumulate" -> "INTERVAL 20 SECOND, INTERVAL 1 MINUTE";
          default -> dice.pick(List.of("INTERVAL 5 SECOND", "INTERVAL 2 SECOND"));
        };
    List<Column> own = new ArrayList<>(columns);
    boolean marked = time.marked() && !function.equals("session");
    own.add(new Column("window_start", Kind.TIME, marked));
    own.add(new Column("window_end", Kind.TIME, marked));
    String call = function + "(" + relation + ", " + time.name() + ", " + sizes + ") ";
    String tumble = "tumble(" + relation + ", " + time.name() + ", INTERVAL 1 MINUTE) ";
    Part part = Part.text(call + alias);
    return from(
        function.equals("tumble") ? part : Part.or(part, Part.text(tumble + alias)), own, alias);
  }

  private From values(String alias) {
    if (dice.once(2)) {
      dice.use("range in FROM");
      List<Column> numbers = List.of(new Column(alias + ".k", Kind.INT));
      return new From(Part.text("range(0, 4) AS " + alias + "(k)"), numbers, null, false);
    }
    dice.use("VALUES");
    Part rows =
        Part.list(
            ", ",
            1,
            List.of(
                Part.text("(1, 'a')"),
                Part.text("(2, NULL)"),
                Part.text("(NULL, 'b')"),
                Part.text("(2, 'c')")));
    List<Column> columns =
        List.of(new Column(alias + ".k", Kind.INT), new Column(alias + ".g", Kind.TEXT));
    return new From(Part.of("(VALUES ", rows, ") AS ", alias, "(k, g)"), columns, null, false);
  }

  private From unnest(String relation, List<Column> columns, String alias) {
    List<Column> lists = columns.stream().filter(c -> c.kind() == Kind.LIST).toList();
    if (lists.isEmpty()) {
      return from(Part.text(relation + " AS " + alias), columns, alias);
    }
    String list = dice.pick(lists).name();
    String element = dice.name();
    List<Column> own = new ArrayList<>(columns.stream().map(c -> c.of(alias)).toList());
    String table = relation + " AS " + alias;
    if (dice.once(3)) {
      dice.use("unnest in the list");
      List<Column> made = new ArrayList<>(columns.stream().map(c -> c.of(alias)).toList());
      made.add(new Column(alias + "." + element, Kind.INT));
      String select = "(SELECT *, unnest(" + list + ") AS " + element + " FROM " + relation + ")";
      return new From(Part.text(select + " AS " + alias), made, null, false);
    }
    String unnested = dice.name();
    own.add(new Column(unnested + "." + element, Kind.INT));
    String call = "unnest(" + alias + "." + list + ") AS " + unnested + "(" + element + ")";
    dice.use("unnest");
    String join = dice.once(3) ? " CROSS JOIN " : ", ";
    return new From(Part.text(table + join + call), own, null, false);
  }
}
