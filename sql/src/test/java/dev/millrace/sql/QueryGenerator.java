package dev.millrace.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Writes random queries over the supported surface. */
final class QueryGenerator {
  /** What may be done with a column. */
  enum Kind {
    INT,
    STR,
    DEC,
    DBL,
    TIME,
    /** A time that may be infinite, so that nothing may be subtracted from it. */
    ODD_TIME,
    /** A result to look at only: its last digits depend on the order of additions. */
    OPAQUE
  }

  /** A column of a relation; {@code marked} if it has a watermark. */
  record Col(String name, Kind kind, boolean marked) {}

  /** A query and what it makes. */
  record Query(String sql, boolean onClose, List<Col> columns) {}

  private record From(String sql, List<Col> columns, boolean where) {
    List<Col> of(Kind kind) {
      return columns.stream().filter(c -> c.kind == kind).toList();
    }
  }

  private static final List<String> BOUNDS =
      List.of(
          "%r BETWEEN %l AND %l + INTERVAL '60 seconds'",
          "%l >= %r - INTERVAL 1 MINUTE AND %l <= %r + INTERVAL 2 MINUTE",
          "%r - %l <= INTERVAL '45 seconds' AND %r >= %l",
          "%l + INTERVAL 30 SECOND > %r AND INTERVAL 30 SECOND + %r > %l",
          "time_bucket(INTERVAL 1 MINUTE, %l) = time_bucket(INTERVAL 1 MINUTE, %r)",
          "%l = %r",
          "%r > %l",
          "%l BETWEEN %r - INTERVAL '1 minute' AND %r - INTERVAL '10 seconds'");

  private static final List<String> ODD_BOUNDS =
      List.of(
          "%l <= %r + INTERVAL 1 MINUTE",
          "%l BETWEEN %r - INTERVAL 1 DAY AND %r + INTERVAL '1 day'",
          "date_trunc('hour', %l) = date_trunc('hour', %r)",
          "time_bucket(INTERVAL 1 WEEK, %l) = time_bucket(INTERVAL 1 WEEK, %r)");

  private final Random random;
  private final TimeExpressions times;
  private final Map<String, List<Col>> relations;
  private int names;

  /** A generator whose names begin with that number. */
  QueryGenerator(Random random, Map<String, List<Col>> relations, int names) {
    this.names = names;
    this.random = random;
    this.times = new TimeExpressions(random);
    this.relations = relations;
  }

  Query next() {
    return switch (random.nextInt(9)) {
      case 0 -> project(from());
      case 1, 2 -> aggregate(from());
      case 3, 4 -> project(join());
      case 5, 6 -> aggregate(join());
      case 7 -> union();
      default -> distinct(random.nextBoolean() ? from() : join());
    };
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private String name() {
    return "n" + names++;
  }

  private From from() {
    String relation = pick(List.copyOf(relations.keySet()));
    List<Col> columns = Objects.requireNonNull(relations.get(relation));
    String alias = name();
    List<Col> times = columns.stream().filter(c -> c.kind == Kind.TIME).toList();
    String sql =
        switch (random.nextInt(5)) {
          case 0 -> "(SELECT * FROM " + relation + ") AS " + alias;
          case 1 -> "(SELECT * FROM " + relation + condition(columns, " WHERE ") + ") " + alias;
          case 2 ->
              times.isEmpty() || columns.stream().anyMatch(c -> c.name.startsWith("window_"))
                  ? relation + " AS " + alias
                  : tumble(relation, pick(times), alias);
          default -> relation + " AS " + alias;
        };
    List<Col> own = new ArrayList<>();
    for (Col column : columns) {
      own.add(new Col(alias + "." + column.name, column.kind, column.marked));
    }
    if (sql.startsWith("tumble")) {
      Col time =
          columns.stream().filter(c -> sql.contains(", " + c.name + ",")).findFirst().orElseThrow();
      own.add(new Col(alias + ".window_start", Kind.TIME, time.marked));
      own.add(new Col(alias + ".window_end", Kind.TIME, time.marked));
    }
    return new From(sql, computed(own), false);
  }

  /** The columns, and at times expressions over one of their times that may stand for columns. */
  private List<Col> computed(List<Col> columns) {
    List<Col> times =
        columns.stream().filter(c -> c.kind == Kind.TIME || c.kind == Kind.ODD_TIME).toList();
    if (times.isEmpty() || random.nextInt(3) > 0) {
      return columns;
    }
    List<Col> more = new ArrayList<>(columns);
    Col time = pick(times);
    more.add(new Col("(" + this.times.number(time.name) + ")", Kind.INT, false));
    more.add(new Col("(" + this.times.text(time.name) + ")", Kind.STR, false));
    more.add(new Col("(" + this.times.rising(time.name) + ")", time.kind, time.marked));
    return more;
  }

  private String tumble(String relation, Col time, String alias) {
    return "tumble(" + relation + ", " + time.name + ", INTERVAL 1 MINUTE) " + alias;
  }

  private From join() {
    From left = from();
    From right = from();
    List<Col> leftKeys = left.of(Kind.INT);
    List<Col> rightKeys = right.of(Kind.INT);
    if (leftKeys.isEmpty() || rightKeys.isEmpty()) {
      return left;
    }
    StringBuilder on = new StringBuilder();
    on.append(pick(leftKeys).name).append(" = ").append(pick(rightKeys).name);
    if (random.nextInt(4) == 0) {
      on.append(" AND ").append(pick(leftKeys).name).append(" % 2 = ");
      on.append(pick(rightKeys).name).append(" % 2");
    }
    bound(left, right, Kind.TIME, BOUNDS, random.nextInt(5) > 0 ? on : new StringBuilder());
    bound(
        left, right, Kind.ODD_TIME, ODD_BOUNDS, random.nextInt(8) == 0 ? on : new StringBuilder());
    if (random.nextInt(4) == 0) {
      on.append(" AND ").append(predicate(random.nextBoolean() ? left.columns : right.columns));
    }
    if (random.nextInt(6) == 0) {
      on.append(" AND ").append(pick(leftKeys).name).append(" <= ");
      on.append(pick(rightKeys).name).append(" + 1");
    }
    List<Col> columns = new ArrayList<>();
    left.columns.forEach(c -> columns.add(new Col(c.name, c.kind, false)));
    right.columns.forEach(c -> columns.add(new Col(c.name, c.kind, false)));
    String how = pick(List.of(" JOIN ", " LEFT JOIN ", " LEFT JOIN ", " RIGHT JOIN ", ", "));
    if (how.equals(", ")) {
      return new From(left.sql + how + right.sql + " WHERE " + on, columns, true);
    }
    return new From(left.sql + how + right.sql + " ON " + on, columns, false);
  }

  private void bound(From left, From right, Kind kind, List<String> bounds, StringBuilder on) {
    if (!left.of(kind).isEmpty() && !right.of(kind).isEmpty()) {
      on.append(" AND ")
          .append(
              pick(bounds)
                  .replace("%l", pick(left.of(kind)).name)
                  .replace("%r", pick(right.of(kind)).name));
    }
  }

  /** A WHERE for a FROM that may have one. */
  private String where(From from) {
    if (random.nextInt(3) > 0) {
      return "";
    }
    return condition(from.columns, from.where ? " AND " : " WHERE ");
  }

  private String condition(List<Col> columns, String word) {
    String predicate = predicate(columns);
    return predicate.equals("true") ? "" : word + predicate;
  }

  private String predicate(List<Col> columns) {
    List<Col> usable =
        columns.stream().filter(c -> c.kind == Kind.INT || c.kind == Kind.STR).toList();
    if (usable.isEmpty()) {
      return "true";
    }
    Col column = pick(usable);
    if (column.kind == Kind.INT) {
      return pick(List.of(
              "%s > 1",
              "%s IS NOT NULL", "(%s < 3 OR %s IS NULL)", "%s BETWEEN 0 AND 3", "NOT (%s = 2)"))
          .replace("%s", column.name);
    }
    return pick(List.of("%s IN ('a', 'b')", "%s IS NULL", "%s <> 'c'", "upper(%s) >= 'B'"))
        .replace("%s", column.name);
  }

  private String scalar(Col column) {
    String form =
        switch (column.kind) {
          case INT -> pick(List.of("%s", "%s + 1", "%s % 3", "coalesce(%s, 0)", "-%s"));
          case STR -> pick(List.of("%s", "upper(%s)", "%s || 'x'", "left(%s, 1)"));
          case DEC -> pick(List.of("%s", "%s * 2", "CASE WHEN %s > 1 THEN %s END"));
          case DBL -> pick(List.of("%s", "%s * 2"));
          case TIME, ODD_TIME -> random.nextInt(3) == 0 ? "%s" : times.rising("%s");
          default -> "%s";
        };
    return form.replace("%s", column.name);
  }

  private Query project(From from) {
    List<Col> made = new ArrayList<>();
    List<String> list = new ArrayList<>();
    for (Col column : from.columns) {
      if (random.nextInt(3) > 0 || column.kind == Kind.TIME) {
        String name = name();
        String expression = scalar(column);
        list.add(expression + " AS " + name);
        made.add(new Col(name, column.kind, false));
      }
    }
    if (list.isEmpty()) {
      return aggregate(from);
    }
    String sql = "SELECT " + String.join(", ", list) + " FROM " + from.sql + where(from);
    return new Query(sql, false, made);
  }

  private Query distinct(From from) {
    List<Col> usable = from.columns.stream().filter(c -> c.kind != Kind.OPAQUE).toList();
    if (usable.isEmpty()) {
      return aggregate(from);
    }
    Col one = pick(usable);
    Col two = pick(usable);
    String a = name();
    String b = name();
    String sql =
        "SELECT DISTINCT "
            + scalar(one)
            + " AS "
            + a
            + ", "
            + scalar(two)
            + " AS "
            + b
            + " FROM "
            + from.sql
            + where(from);
    return new Query(sql, false, List.of(new Col(a, one.kind, false), new Col(b, two.kind, false)));
  }

  private Query union() {
    List<String> branches = new ArrayList<>();
    String i = name();
    String s = name();
    String t = name();
    int count = 2 + random.nextInt(2);
    for (int n = 0; n < count; n++) {
      From from = from();
      String integer = from.of(Kind.INT).isEmpty() ? "1" : scalar(pick(from.of(Kind.INT)));
      String string = from.of(Kind.STR).isEmpty() ? "'q'" : scalar(pick(from.of(Kind.STR)));
      String time =
          from.of(Kind.TIME).isEmpty() ? "NULL::TIMESTAMPTZ" : pick(from.of(Kind.TIME)).name;
      branches.add(
          "SELECT "
              + integer
              + " AS "
              + i
              + ", "
              + string
              + " AS "
              + s
              + ", "
              + time
              + " AS "
              + t
              + " FROM "
              + from.sql
              + where(from));
    }
    List<Col> columns =
        List.of(
            new Col(i, Kind.INT, false), new Col(s, Kind.STR, false), new Col(t, Kind.TIME, false));
    String sql = String.join(" UNION ALL ", branches);
    if (random.nextBoolean()) {
      return new Query(sql, false, columns);
    }
    Query outer = aggregate(new From("u", columns, false));
    return new Query("WITH u AS (" + sql + ") " + outer.sql, false, outer.columns);
  }

  private Query aggregate(From from) {
    List<Col> made = new ArrayList<>();
    List<String> list = new ArrayList<>();
    boolean window = false;
    List<Col> usable = from.columns.stream().filter(c -> c.kind != Kind.OPAQUE).toList();
    // A stream may have nothing but columns to look at only: then all its rows are one group.
    int groups = usable.isEmpty() || random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(2);
    for (int i = 0; i < groups; i++) {
      List<Col> times = from.of(Kind.TIME);
      boolean time = !times.isEmpty() && random.nextInt(3) > 0;
      Col column = time ? pick(times) : pick(usable);
      String expression = scalar(column);
      String name = name();
      list.add(expression + " AS " + name);
      made.add(new Col(name, column.kind, false));
      window |= column.marked && !from.sql.contains(" JOIN ") && !from.sql.contains(", n");
    }
    boolean all = random.nextBoolean();
    List<String> positions = new ArrayList<>();
    for (int i = 1; i <= groups; i++) {
      positions.add(random.nextBoolean() ? String.valueOf(i) : made.get(i - 1).name);
    }
    int calls = 1 + random.nextInt(4);
    for (int i = 0; i < calls; i++) {
      String name = name();
      Col call = call(from, name);
      list.add(call.name + " AS " + name);
      made.add(new Col(name, call.kind, false));
    }
    StringBuilder sql = new StringBuilder("SELECT " + String.join(", ", list));
    sql.append(" FROM ").append(from.sql).append(where(from));
    if (groups > 0) {
      sql.append(" GROUP BY ").append(all ? "ALL" : String.join(", ", positions));
    }
    if (random.nextInt(5) == 0) {
      sql.append(" HAVING count(*) > 1");
    }
    boolean onClose = window && random.nextInt(3) == 0;
    return new Query(sql.toString(), onClose, made);
  }

  /** An aggregate; the name of the returned column is its text. */
  private Col call(From from, String name) {
    List<Col> usable = from.columns.stream().filter(c -> c.kind != Kind.OPAQUE).toList();
    if (usable.isEmpty()) {
      return new Col("count(*)", Kind.INT, false);
    }
    Col any = pick(usable);
    Col number = from.of(Kind.INT).isEmpty() ? any : pick(from.of(Kind.INT));
    boolean integer = number.kind == Kind.INT;
    String filter = random.nextInt(4) == 0 ? " FILTER (WHERE " + predicate(from.columns) + ")" : "";
    int choice = random.nextInt(integer ? 20 : 8);
    String sql =
        switch (choice) {
          case 0, 1 -> "count(*)";
          case 2 -> "count(" + scalar(any) + ")";
          case 3 -> "max(" + scalar(any) + ")";
          case 4 -> "min(" + scalar(any) + ")";
          case 5 -> "count(DISTINCT " + scalar(any) + ")";
          case 6 -> "any_value(" + any.name + ")";
          case 7 -> "count_if(" + predicate(from.columns) + ")";
          case 8, 9 -> "sum(" + sumArgument(from, number) + ")";
          case 10 -> "avg(" + scalar(number) + ")";
          case 11 -> "sum(DISTINCT " + number.name + ")";
          case 12 -> "bool_and(" + predicate(from.columns) + ")";
          case 13 -> "bool_or(" + predicate(from.columns) + ")";
          case 14 -> "list(" + any.name + " ORDER BY " + number.name + " DESC)";
          case 15 -> "median(" + number.name + ")";
          case 16 -> "arg_max(" + any.name + ", " + number.name + ")";
          case 17 -> "mode(" + number.name + ")";
          case 18 -> "stddev(" + number.name + ")";
          default -> "first(" + any.name + " ORDER BY " + number.name + " NULLS LAST)";
        };
    Kind kind =
        switch (choice) {
          case 0, 1, 2, 5, 7, 11, 17 -> Kind.INT;
          case 3, 4, 6, 16, 19 -> any.kind;
          default -> Kind.OPAQUE;
        };
    return new Col(sql + filter, kind, false);
  }

  private String sumArgument(From from, Col number) {
    List<Col> others = new ArrayList<>(from.of(Kind.DEC));
    others.addAll(from.of(Kind.DBL));
    return others.isEmpty() || random.nextBoolean() ? scalar(number) : scalar(pick(others));
  }
}
