package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Keeps a join up to date: finds the rows of both sides that the changes of the other may concern,
 * lets {@link JoinChanges} say what follows, and keeps the rows that later changes may concern.
 */
final class JoinRule {
  private static final String CURE =
      "nothing bounds how much older than its partner a row may be; bound the times in ON";
  private static final String CROSS_CURE =
      "nothing bounds how much older than its partner a row may be, and without an equality every"
          + " row is read for every change; bound the times in ON, or add an equality";

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

  JoinRule(Planner planner, Join join, Set<String> needed) {
    this.planner = planner;
    this.program = planner.program();
    this.join = join;
    this.needed = needed;
    leftKeys = join.keys().stream().map(Join.Key::left).toList();
    rightKeys = join.keys().stream().map(Join.Key::right).toList();
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
  }

  Delta plan() {
    if (join.isBesideConstants()) {
      return beside(join.left(), leftColumns, join.right());
    }
    if (join.kind() == Join.Kind.INNER && Values.isConstant(join.left())) {
      return beside(join.right(), rightColumns, join.left());
    }
    Delta left = ProgramBuilder.consolidate(planner.plan(join.left(), leftColumns), leftColumns);
    Delta right =
        ProgramBuilder.consolidate(planner.plan(join.right(), rightColumns), rightColumns);
    if (join.isAsOfProcessing()) {
      return asOfProcessing(left, right);
    }
    boolean leftTable = !left.cheap();
    boolean rightTable = !right.cheap();
    boolean leftNeedsKey = join.kind() == Join.Kind.INNER || join.kind() == Join.Kind.SEMI;
    boolean rightNeedsKey = join.kind() != Join.Kind.FULL;
    String dl = delta(left, "left_changes", leftColumns, leftNeedsKey, leftKeys);
    String dr = delta(right, "right_changes", rightColumns, rightNeedsKey, rightKeys);
    StateTable leftState =
        state(
            "left",
            join.left(),
            leftColumns,
            leftKeys,
            JoinTimes.leftState(join),
            cure(join.right()));
    Optional<String> nearest = JoinTimes.nearest(join);
    StateTable rightState =
        state(
            "right",
            join.right(),
            rightColumns,
            rightKeys,
            JoinTimes.rightState(join),
            nearest.map(JoinRule::nearestCure).orElseGet(() -> cure(join.left())));
    List<String> fromLeft = List.of(keys(dl, leftKeys));
    List<String> fromRight = List.of(keys(dr, rightKeys));
    List<String> both = List.of(fromLeft.get(0), fromRight.get(0));
    // A side's own changes concern its state only if they may take rows back, or if rows without
    // partner matter: then all partners of a row that the other side touches are asked for.
    boolean leftOwn = leftRetracts || join.kind() == Join.Kind.FULL;
    boolean rightOwn = rightRetracts || join.kind() != Join.Kind.INNER || nearest.isPresent();
    String leftProbe = rightTable && rightNeedsKey ? dr : "";
    String rightProbe = leftTable && leftNeedsKey ? dl : "";
    String sl = slice(leftState, "left", leftOwn ? both : fromRight, leftProbe, rightKeys);
    String sr = slice(rightState, "right", rightOwn ? both : fromLeft, rightProbe, leftKeys);
    JoinChanges changes =
        new JoinChanges(
            join,
            needed,
            new JoinChanges.Side(join.left(), leftColumns, dl, sl),
            new JoinChanges.Side(join.right(), rightColumns, dr, sr));
    store(leftState, dl, sl, leftColumns, leftKeys, leftRetracts, join.left());
    store(rightState, dr, sr, rightColumns, rightKeys, rightRetracts, join.right());
    nearest.ifPresent(bound -> program.remove(rightState, passed(sr, bound)));
    boolean stateful = left.stateful() || right.stateful();
    return new Delta("(" + changes.sql() + ")", false, false, isConsolidated(), stateful);
  }

  private StateTable state(
      String label,
      Node side,
      Set<String> columns,
      List<String> keys,
      Optional<JoinTimes.Bound> bound,
      String cure) {
    return program.within(
        Planner.isOfTables(side),
        () ->
            program.state(
                label,
                fields(side, columns),
                keys,
                label + " rows of the join, for partners that may still come",
                bound,
                cure));
  }

  /** A join with constant rows: each change has its partners at hand, and no partner ever comes. */
  private Delta beside(Node side, Set<String> columns, Node constants) {
    Delta delta = planner.plan(side, columns);
    String select = JoinChanges.beside(join, needed, delta.from(), Values.sql(constants));
    boolean whole = side.appendOnly() || needed.containsAll(columns);
    return new Delta(
        "(" + select + ")", false, false, delta.consolidated() && whole, delta.stateful());
  }

  /** The right rows of an ASOF JOIN that a later one of their key has taken the place of. */
  private String passed(String slice, String bound) {
    String time = Objects.requireNonNull(join.nearest()).sql();
    String newest = "max(" + time + ") FILTER (WHERE " + time + " < " + bound + ") OVER (";
    return "SELECT _n FROM (SELECT _n, "
        + (time + " < " + newest + "PARTITION BY " + Sql.list(rightKeys) + ") AS passed FROM ")
        + (slice + ") WHERE passed");
  }

  private static String nearestCure(String bound) {
    return "of each key the newest row "
        + Watermarks.describe(bound)
        + " and those after it; older ones until the key is next touched";
  }

  /** What would bound the state of a side's partners. */
  private String cure(Node other) {
    List<String> tables =
        Planner.inputs(other).stream().filter(Relation::isTable).map(Relation::name).toList();
    if (!tables.isEmpty()) {
      return "a later build of `"
          + tables.get(0)
          + "` may concern every row; where it need not, write `lookup={'"
          + tables.get(0)
          + "': 'as_of_processing'}`";
    }
    return join.isCross() ? CROSS_CURE : CURE;
  }

  /** Left rows find their partners when they come, and nothing of them is kept. */
  private Delta asOfProcessing(Delta left, Delta right) {
    boolean needsKey = join.kind() == Join.Kind.INNER || join.kind() == Join.Kind.SEMI;
    String dl = delta(left, "left_changes", leftColumns, needsKey, leftKeys);
    String dr = delta(right, "right_changes", rightColumns, true, rightKeys);
    StateTable state =
        state("right", join.right(), rightColumns, rightKeys, Optional.empty(), CURE);
    String slice =
        slice(state, "right", List.of(keys(dl, leftKeys), keys(dr, rightKeys)), "", leftKeys);
    JoinChanges changes =
        new JoinChanges(
            join,
            needed,
            new JoinChanges.Side(join.left(), leftColumns, dl, ""),
            new JoinChanges.Side(join.right(), rightColumns, dr, slice));
    store(state, dr, slice, rightColumns, rightKeys, rightRetracts, join.right());
    boolean stateful = left.stateful() || right.stateful();
    return new Delta("(" + changes.sqlAsOfProcessing() + ")", false, false, true, stateful);
  }

  private boolean isConsolidated() {
    boolean leftWhole = needed.containsAll(leftColumns);
    boolean rightWhole = needed.containsAll(rightColumns);
    if (!join.kind().hasPairs()) {
      // The right side moves a left row in or out once; only its own changes may cancel out.
      return !leftRetracts || leftWhole;
    }
    if (leftRetracts || rightRetracts) {
      return leftWhole && rightWhole;
    }
    // From append-only sides a pair comes once, and the row without partner goes once; where the
    // left side alone identifies rows, both look the same without the right side's columns.
    boolean bothIdentify = join.identity().containsAll(join.right().identity());
    return join.kind() == Join.Kind.INNER || bothIdentify || rightWhole;
  }

  private static List<Field> fields(Node node, Set<String> names) {
    return node.fields().stream().filter(f -> names.contains(f.name())).toList();
  }

  /** The side's changes; without those whose key is null if a row without partner is nothing. */
  private String delta(
      Delta delta, String label, Set<String> columns, boolean needsKey, List<String> keys) {
    List<String> conditions = needsKey ? notNull(keys) : List.of();
    String select =
        "SELECT " + Sql.leading(columns) + "_w FROM " + delta.from() + Sql.where(conditions);
    return delta.cheap() ? "(" + select + ")" : program.make(label, select, delta.blame());
  }

  /** True where no key is null that must not be. */
  private List<String> notNull(List<String> keys) {
    List<String> strict = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      if (join.keys().get(i).match() != Join.Match.SAME) {
        strict.add(keys.get(i));
      }
    }
    return strict.isEmpty() ? List.of() : List.of(Sql.notNull(strict));
  }

  private String keys(String delta, List<String> keys) {
    List<String> named = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      named.add(Identifier.quote(keys.get(i)) + " AS " + Identifier.quote(leftKeys.get(i)));
    }
    return "SELECT " + String.join(", ", named) + " FROM " + delta + Sql.where(notNull(keys));
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
          state, "SELECT s._n FROM " + slice + Sql.taken("SEMI", "s", delta, side.identity()));
    }
    // A comparison with a null time is never true: such a row has no partner either.
    Set<String> times =
        join.distances().stream()
            .flatMap(d -> List.of(d.left(), d.right()).stream())
            .filter(columns::contains)
            .collect(Collectors.toCollection(LinkedHashSet::new));
    List<String> conditions = new ArrayList<>(notNull(keys));
    if (!times.isEmpty()) {
      conditions.add(Sql.notNull(times));
    }
    if (retracts) {
      conditions.add("_w > 0");
    }
    program.append(state, "SELECT " + Sql.list(columns) + " FROM " + delta + Sql.where(conditions));
  }
}
