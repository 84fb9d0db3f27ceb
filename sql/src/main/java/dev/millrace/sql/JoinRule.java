package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Node.Join;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The delta of a join. With L and R as they were before the batch, L- and L+ the rows that left and
 * came, and "kept" those of L that did not leave, the pairs that go are {@code L- x R} and {@code
 * kept L x R-}, those that come are {@code L+ x new R} and {@code kept L x R+}: no pair is named
 * that was not there before or is not there afterwards. An outer join does the same with outer
 * joins in the first and the third, and for a kept left row that R's delta touches it looks whether
 * it had a partner before and has one now.
 */
final class JoinRule {
  private final Planner planner;
  private final ProgramBuilder program;
  private final Join join;
  private final Set<String> needed;
  private final List<String> leftKeys;
  private final List<String> rightKeys;
  private final Set<String> leftColumns;
  private final Set<String> rightColumns;
  private final boolean leftRetracts;
  private final boolean rightRetracts;
  private final String on;

  JoinRule(Planner planner, Join join, Set<String> needed) {
    this.planner = planner;
    this.program = planner.program();
    this.join = join;
    this.needed = needed;
    leftKeys = join.keys().stream().map(Node.Key::left).toList();
    rightKeys = join.keys().stream().map(Node.Key::right).toList();
    leftRetracts = !join.left().appendOnly();
    rightRetracts = !join.right().appendOnly();
    Set<String> all = new LinkedHashSet<>(needed);
    all.addAll(leftKeys);
    all.addAll(rightKeys);
    if (join.condition() != null) {
      all.addAll(join.condition().refs());
    }
    join.distances().forEach(d -> all.addAll(List.of(d.left(), d.right())));
    if (leftRetracts) {
      all.addAll(join.left().identity());
    }
    if (rightRetracts) {
      all.addAll(join.right().identity());
    }
    leftColumns = Planner.own(join.left(), all);
    rightColumns = Planner.own(join.right(), all);
    String equal =
        join.keys().stream()
            .map(k -> Identifier.quote(k.left()) + " = " + Identifier.quote(k.right()))
            .collect(Collectors.joining(" AND "));
    on = join.condition() == null ? equal : equal + " AND " + join.condition().sql();
  }

  Delta plan() {
    boolean stateful = false;
    Delta left = ProgramBuilder.consolidate(planner.plan(join.left(), leftColumns), leftColumns);
    Delta right =
        ProgramBuilder.consolidate(planner.plan(join.right(), rightColumns), rightColumns);
    stateful |= left.stateful() || right.stateful();
    boolean leftTable = !left.cheap();
    boolean rightTable = !right.cheap();
    String dl = delta(left, "left_changes", leftColumns, join.outer() ? List.of() : leftKeys);
    String dr = delta(right, "right_changes", rightColumns, rightKeys);
    StateTable leftState =
        program.state(
            "left",
            fields(join.left(), leftColumns),
            leftKeys,
            "left rows of the join, for partners that may still come",
            JoinTimes.leftState(join),
            "nothing bounds how much older than its partner a row may be; bound the times in ON");
    StateTable rightState =
        program.state(
            "right",
            fields(join.right(), rightColumns),
            rightKeys,
            "right rows of the join, for partners that may still come",
            JoinTimes.rightState(join),
            "nothing bounds how much older than its partner a row may be; bound the times in ON");
    List<String> fromLeft = List.of(keys(dl, leftKeys));
    List<String> fromRight = List.of(keys(dr, rightKeys));
    List<String> both = List.of(fromLeft.get(0), fromRight.get(0));
    // A side's own changes concern its state only if they may take rows back, and an outer join
    // asks for all partners of a left row that the right touches.
    String sl =
        slice(leftState, "left", leftRetracts ? both : fromRight, rightTable ? dr : "", rightKeys);
    String sr =
        slice(
            rightState,
            "right",
            rightRetracts || join.outer() ? both : fromLeft,
            leftTable ? dl : "",
            leftKeys);
    String out = "(" + pairs(dl, dr, sl, sr) + ")";
    store(leftState, dl, sl, leftColumns, leftKeys, leftRetracts, join.left());
    store(rightState, dr, sr, rightColumns, rightKeys, rightRetracts, join.right());
    // From append-only sides a pair comes once, and the row without partner goes once.
    boolean whole =
        (!leftRetracts && !rightRetracts)
            || (needed.containsAll(leftColumns) && needed.containsAll(rightColumns));
    return new Delta(out, false, false, whole, stateful);
  }

  private static List<Field> fields(Node node, Set<String> names) {
    return node.fields().stream().filter(f -> names.contains(f.name())).toList();
  }

  /** The side's changes; a row whose key is null has no partner, so an inner join drops it. */
  private String delta(Delta delta, String label, Set<String> columns, List<String> notNull) {
    List<String> conditions = notNull.isEmpty() ? List.of() : List.of(Sql.notNull(notNull));
    String select =
        "SELECT " + Sql.leading(columns) + "_w FROM " + delta.from() + Sql.where(conditions);
    return delta.cheap() ? "(" + select + ")" : program.make(label, select, delta.blame());
  }

  private String keys(String delta, List<String> keys) {
    List<String> named = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      named.add(Identifier.quote(keys.get(i)) + " AS " + Identifier.quote(leftKeys.get(i)));
    }
    return "SELECT " + String.join(", ", named) + " FROM " + delta + " WHERE " + Sql.notNull(keys);
  }

  /** The state's rows for keys; a table that has just these keys is asked with as it is. */
  private String slice(
      StateTable state, String side, List<String> keys, String table, List<String> tableKeys) {
    if (keys.size() == 1 && !table.isEmpty()) {
      return program.slice(state, side + "_before", table, tableKeys);
    }
    String probe = program.make(side + "_keys", Sql.unionAll(keys), Blame.ROW);
    return program.slice(state, side + "_before", probe, leftKeys);
  }

  private String pairs(String dl, String dr, String sl, String sr) {
    String l = Sql.list(leftColumns);
    String r = Sql.list(rightColumns);
    String kept = leftRetracts ? without(sl, dl, leftColumns, join.left()) : sl;
    String keptRight = rightRetracts ? without(sr, dr, rightColumns, join.right()) : sr;
    String newRight =
        "(SELECT "
            + r
            + " FROM "
            + keptRight
            + " UNION ALL SELECT "
            + r
            + " FROM "
            + dr
            + (rightRetracts ? " WHERE _w > 0)" : ")");
    String how = join.outer() ? " LEFT JOIN " : " JOIN ";
    String out = "SELECT " + Sql.leading(own(leftColumns)) + Sql.leading(own(rightColumns));
    List<String> selects = new ArrayList<>();
    if (leftRetracts) {
      selects.add(
          out
              + "CAST(-1 AS TINYINT) AS _w FROM (SELECT "
              + l
              + " FROM "
              + dl
              + " WHERE _w < 0)"
              + how
              + "(SELECT "
              + r
              + " FROM "
              + sr
              + ") ON "
              + on);
    }
    selects.add(
        out
            + "CAST(1 AS TINYINT) AS _w FROM "
            + "(SELECT "
            + l
            + " FROM "
            + dl
            + (leftRetracts ? " WHERE _w > 0)" : ")")
            + how
            + newRight
            + " ON "
            + on);
    selects.add(out + "_w FROM (SELECT " + l + " FROM " + kept + ") JOIN " + dr + " ON " + on);
    if (join.outer()) {
      selects.add(lonely(kept, dr, sr, -1));
      if (rightRetracts) {
        selects.add(lonely(kept, dr, newRight, 1));
      }
    }
    return Sql.unionAll(selects);
  }

  /** Kept left rows that the right's changes touch and that have no partner in {@code partners}. */
  private String lonely(String kept, String dr, String partners, int weight) {
    StringBuilder nulls = new StringBuilder();
    for (Field field : fields(join.right(), own(rightColumns))) {
      nulls.append("CAST(NULL AS ").append(field.type()).append(") AS ").append(field.sql());
      nulls.append(", ");
    }
    String l = Sql.list(leftColumns);
    String r = Sql.list(rightColumns);
    return "SELECT "
        + Sql.leading(own(leftColumns))
        + nulls
        + "CAST("
        + weight
        + " AS TINYINT) AS _w FROM (SELECT "
        + l
        + " FROM (SELECT "
        + l
        + " FROM "
        + kept
        + ") SEMI JOIN "
        + dr
        + " ON "
        + on
        + ") ANTI JOIN (SELECT "
        + r
        + " FROM "
        + partners
        + ") ON "
        + on;
  }

  private Set<String> own(Set<String> columns) {
    Set<String> own = new LinkedHashSet<>(columns);
    own.retainAll(needed);
    return own;
  }

  /** The rows of a slice that the delta does not take back. */
  private static String without(String slice, String delta, Set<String> columns, Node side) {
    return "(SELECT "
        + Sql.list(columns)
        + " FROM "
        + slice
        + " AS s ANTI JOIN (SELECT "
        + Sql.list(side.identity())
        + " FROM "
        + delta
        + " WHERE _w < 0) AS d ON "
        + Sql.same("s", "d", side.identity())
        + ")";
  }

  private void store(
      StateTable state,
      String delta,
      String slice,
      Set<String> columns,
      List<String> keys,
      boolean retracts,
      Node side) {
    if (retracts) {
      program.remove(
          state,
          "SELECT s._n FROM "
              + slice
              + " AS s SEMI JOIN (SELECT "
              + Sql.list(side.identity())
              + " FROM "
              + delta
              + " WHERE _w < 0) AS d ON "
              + Sql.same("s", "d", side.identity()));
    }
    Set<String> notNull = new LinkedHashSet<>(keys);
    // A comparison with a null time is never true: such a row has no partner either.
    join.distances().forEach(d -> notNull.addAll(List.of(d.left(), d.right())));
    notNull.retainAll(columns);
    List<String> conditions = new ArrayList<>(List.of(Sql.notNull(notNull)));
    if (retracts) {
      conditions.add("_w > 0");
    }
    program.append(state, "SELECT " + Sql.list(columns) + " FROM " + delta + Sql.where(conditions));
  }
}
