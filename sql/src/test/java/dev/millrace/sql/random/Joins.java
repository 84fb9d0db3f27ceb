package dev.millrace.sql.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Joins of two or three relations. */
final class Joins {
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

  /** How relations are joined, by construct; some more often than others. */
  private static final List<String> HOW =
      List.of(
          "JOIN",
          "JOIN",
          "LEFT JOIN",
          "LEFT JOIN",
          "RIGHT JOIN",
          "FULL JOIN",
          "FULL JOIN",
          "SEMI JOIN",
          "ANTI JOIN",
          "ANTI JOIN",
          ",",
          "CROSS JOIN",
          "ASOF JOIN",
          "ASOF LEFT JOIN",
          "USING",
          "LEFT USING",
          "FULL USING",
          "LATERAL");

  private final Dice dice;
  private final Expressions expressions;
  private final Relations relations;

  Joins(Dice dice, Expressions expressions, Relations relations) {
    this.dice = dice;
    this.expressions = expressions;
    this.relations = relations;
  }

  /** Two relations, at times three, at times one with itself. */
  From any() {
    From left = relations.any();
    From joined = join(left, relations.any());
    // What USING has merged is ambiguous beside another column of the name.
    if (dice.once(4) && !joined.part().sql().contains(" USING ")) {
      From more = join(joined, relations.any());
      if (!more.part().sql().equals(joined.part().sql())) {
        dice.use("several joins");
      }
      return more;
    }
    return joined;
  }

  private From join(From left, From right) {
    // A comma binds less than a JOIN, so that ON would not see what is before it.
    boolean commas = hasComma(left) || hasComma(right);
    String how = commas ? "," : dice.pick(HOW);
    return switch (how) {
      case "LATERAL" -> lateral(left);
      case "USING", "LEFT USING", "FULL USING" -> using(left, how);
      default -> joined(left, right, how);
    };
  }

  private static boolean hasComma(From from) {
    String sql = from.part().sql();
    return from.condition() != null || sql.contains(", unnest(") || sql.contains(", LATERAL (");
  }

  private From joined(From left, From right, String how) {
    List<Part> conditions = conditions(left, right, how);
    if (conditions.isEmpty()) {
      return left;
    }
    dice.use(how.equals(",") ? "comma join" : how);
    Part on = Part.list(" AND ", 1, conditions);
    List<Column> columns = new ArrayList<>();
    left.columns().forEach(c -> columns.add(new Column(c.name(), c.kind())));
    if (!how.startsWith("SEMI") && !how.startsWith("ANTI")) {
      right.columns().forEach(c -> columns.add(new Column(c.name(), c.kind())));
    }
    if (how.equals(",") || how.equals("CROSS JOIN")) {
      String between = how.equals(",") ? ", " : " CROSS JOIN ";
      Part all =
          left.condition() == null ? on : Part.list(" AND ", 1, List.of(left.condition(), on));
      return new From(Part.of(left.part(), between, right.part()), columns, all, false);
    }
    Part part = Part.of(left.part(), " ", how, " ", right.part(), " ON ", on);
    return new From(Part.or(part, left.part()), columns, left.condition(), false);
  }

  private List<Part> conditions(From left, From right, String how) {
    List<Part> all = new ArrayList<>();
    List<Column> leftKeys = left.of(Kind.INT);
    List<Column> rightKeys = right.of(Kind.INT);
    boolean equal = !leftKeys.isEmpty() && !rightKeys.isEmpty();
    boolean texts = !left.of(Kind.TEXT).isEmpty() && !right.of(Kind.TEXT).isEmpty();
    if (how.startsWith("ASOF")) {
      boolean several = right.part().sql().contains(" CROSS JOIN ");
      if (several || !equal || left.of(Kind.TIME).isEmpty() || right.of(Kind.TIME).isEmpty()) {
        return all;
      }
      all.add(Part.text(equality(leftKeys, rightKeys)));
      String operator = dice.pick(List.of(" >= ", " > ", " <= "));
      all.add(
          Part.text(
              dice.pick(left.of(Kind.TIME)).name()
                  + operator
                  + dice.pick(right.of(Kind.TIME)).name()));
      return all;
    }
    if (equal) {
      all.add(Part.text(equality(leftKeys, rightKeys)));
    } else if (texts) {
      all.add(Part.text(equality(left.of(Kind.TEXT), right.of(Kind.TEXT))));
    }
    if (equal && dice.once(5)) {
      all.add(
          Part.text(dice.pick(leftKeys).name() + " % 2 = " + dice.pick(rightKeys).name() + " % 2"));
    }
    if (!all.isEmpty() && dice.once(12)) {
      all.set(
          0,
          Part.text(
              all.get(0)
                  .sql()
                  .replace(
                      " = ", dice.use("join on IS NOT DISTINCT FROM", " IS NOT DISTINCT FROM "))));
    }
    if (equal && dice.once(12)) {
      dice.use("join on rows");
      String rows = "(" + dice.pick(leftKeys).name() + ", " + dice.pick(leftKeys).name() + ") = (";
      all.set(
          0,
          Part.text(rows + dice.pick(rightKeys).name() + ", " + dice.pick(rightKeys).name() + ")"));
    }
    if (!dice.once(4)) {
      bound(left, right, Kind.TIME, BOUNDS, all);
    }
    if (dice.once(8)) {
      bound(left, right, Kind.ODD_TIME, ODD_BOUNDS, all);
    }
    if (!all.isEmpty() && dice.once(4)) {
      all.add(Part.text(expressions.test(dice.once(2) ? left.columns() : right.columns())));
    }
    if (equal && dice.once(6)) {
      all.add(
          Part.text(dice.pick(leftKeys).name() + " <= " + dice.pick(rightKeys).name() + " + 1"));
    }
    return all;
  }

  private String equality(List<Column> left, List<Column> right) {
    return dice.pick(left).name() + " = " + dice.pick(right).name();
  }

  private void bound(From left, From right, Kind kind, List<String> bounds, List<Part> all) {
    if (!left.of(kind).isEmpty() && !right.of(kind).isEmpty()) {
      String bound = dice.pick(bounds);
      boolean equality = bound.contains(" = ");
      if (all.isEmpty() && !equality) {
        dice.use("join without equality");
      }
      all.add(
          Part.text(
              bound
                  .replace("%l", dice.pick(left.of(kind)).name())
                  .replace("%r", dice.pick(right.of(kind)).name())));
    }
  }

  private From using(From left, String how) {
    String other = relations.name();
    Map<String, Kind> names = new TreeMap<>();
    relations.columns(other).stream()
        .filter(c -> c.kind() == Kind.INT || c.kind() == Kind.TEXT)
        .forEach(c -> names.put(c.name(), c.kind()));
    Set<String> shared = Set.of("k", "g");
    List<Column> common =
        left.columns().stream()
            .filter(c -> shared.contains(c.name().substring(c.name().indexOf('.') + 1)))
            .filter(c -> names.containsKey(c.name().substring(c.name().indexOf('.') + 1)))
            .toList();
    if (common.isEmpty() || !left.single()) {
      return left;
    }
    Column key = common.get(0);
    String name = key.name().substring(key.name().indexOf('.') + 1);
    String alias = dice.name();
    List<Column> columns = new ArrayList<>();
    left.columns().stream()
        .filter(c -> c.name().contains(".") && !c.name().equals(key.name()))
        .forEach(c -> columns.add(new Column(c.name(), c.kind())));
    columns.add(new Column(name, key.kind()));
    relations.columns(other).stream()
        .filter(c -> !c.name().equals(name))
        .forEach(c -> columns.add(new Column(alias + "." + c.name(), c.kind())));
    String words = how.equals("USING") ? " JOIN " : " " + how.split(" ")[0] + " JOIN ";
    dice.use(how);
    Part part = Part.of(left.part(), words, other, " AS ", alias, " USING (", name, ")");
    return new From(part, columns, left.condition(), false);
  }

  private From lateral(From left) {
    String other = relations.name();
    List<Column> inner = relations.columns(other);
    List<Column> keys = inner.stream().filter(c -> c.kind() == Kind.INT).toList();
    if (keys.isEmpty() || left.of(Kind.INT).isEmpty()) {
      return left;
    }
    dice.use("LATERAL");
    String alias = dice.name();
    String outer = dice.pick(left.of(Kind.INT)).name();
    List<Column> columns = new ArrayList<>();
    left.columns().forEach(c -> columns.add(new Column(c.name(), c.kind())));
    columns.add(new Column(alias + ".c", Kind.INT));
    Part select =
        Part.of(
            "SELECT count(*) AS c FROM ",
            other,
            " AS i WHERE i.",
            dice.pick(keys).name(),
            " = ",
            outer);
    return new From(
        Part.of(left.part(), ", LATERAL (", select, ") AS ", alias),
        columns,
        left.condition(),
        false);
  }
}
