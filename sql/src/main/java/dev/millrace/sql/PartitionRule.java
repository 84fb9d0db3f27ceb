package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Node.Item;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The delta of functions over partitions: window functions and sessions. The rows of a partition
 * are kept with the functions' results; the partitions that a delta touches are read, their
 * functions computed anew, and the rows whose results changed are replaced.
 *
 * <p>Where only the first rows of a partition matter ({@link RankLimit}), a rank beyond the limit
 * is as good as none, so that rows behind it do not change when others come before them; and if no
 * row is ever taken back they are not even kept, since a rank only grows.
 */
final class PartitionRule {
  private static final String NO_BOUND =
      "no watermark says when a partition is complete; partition by a window of the event time";

  /**
   * What is computed.
   *
   * @param results the fields that the functions make
   * @param refs the fields that they read
   * @param compute from the SQL of a partition's rows, that of the rows with results
   * @param cut true if rows without result in the limit's field need not be kept
   */
  private record Functions(
      Node node,
      List<Field> partition,
      List<Field> results,
      Set<String> refs,
      UnaryOperator<String> compute,
      Optional<RankLimit> limit,
      boolean cut) {}

  private final Planner planner;
  private final ProgramBuilder program;
  private final Functions functions;
  private final Node input;
  private final Set<String> needed;
  private final List<Field> results;

  /** The names under which rows have the results that they had, by those of the results. */
  private final Map<String, String> befores = new LinkedHashMap<>();

  private final boolean retracts;
  private final List<String> keys;
  private final List<String> identity;
  private final Set<String> columns;

  private PartitionRule(Planner planner, Functions functions, Set<String> needed) {
    this.planner = planner;
    this.program = planner.program();
    this.functions = functions;
    this.needed = needed;
    input = functions.node.inputs().get(0);
    results = functions.results;
    Names names = program.compilation().names();
    results.forEach(r -> befores.put(r.name(), names.fresh(r.name() + "_before")));
    retracts = !input.appendOnly();
    keys = AggregateRule.names(functions.partition);
    identity = input.identity();
    Set<String> below = new LinkedHashSet<>(needed);
    below.addAll(keys);
    below.addAll(identity);
    below.addAll(functions.refs);
    columns = Planner.own(input, below);
  }

  static PartitionRule of(
      Planner planner, Node.Window window, Set<String> needed, Optional<RankLimit> limit) {
    List<Item> calls = calls(window, needed);
    Set<String> refs = new LinkedHashSet<>();
    calls.forEach(call -> refs.addAll(call.expr().refs()));
    UnaryOperator<String> compute =
        rows -> {
          StringBuilder select = new StringBuilder("SELECT *");
          StringBuilder clipped = new StringBuilder("SELECT * REPLACE (");
          for (Item call : calls) {
            String name = call.field().sql();
            select.append(", ").append(call.expr().sql()).append(" AS ").append(name);
          }
          select.append(" FROM (").append(rows).append(')');
          if (limit.isEmpty()) {
            return select.toString();
          }
          return clipped.append(limit.get().clip()).append(") FROM (") + select.toString() + ")";
        };
    boolean cut = window.input().appendOnly() && limit.isPresent() && limit.get().decides(calls);
    List<Field> results = calls.stream().map(Item::field).toList();
    return new PartitionRule(
        planner,
        new Functions(window, window.partition(), results, refs, compute, limit, cut),
        needed);
  }

  private static List<Item> calls(Node.Window window, Set<String> needed) {
    return window.calls().stream().filter(c -> needed.contains(c.field().name())).toList();
  }

  /** Sessions: which row starts one follows from the row before it. */
  static PartitionRule of(Planner planner, Session session, Set<String> needed) {
    String by = "PARTITION BY " + Sql.list(AggregateRule.names(session.keys()));
    String time = session.time().sql();
    String order = by + " ORDER BY " + time;
    Names names = planner.program().compilation().names();
    String starts = Identifier.quote(names.fresh("_starts"));
    String number = Identifier.quote(names.fresh("_session"));
    String own = ") OVER (" + by + ", " + number + ")";
    String before = "lag(" + time + ") OVER (" + order + ") + (" + session.gap() + ")";
    String select = "SELECT * EXCLUDE (" + starts + ", " + number + "), min(" + time + own + " AS ";
    select += session.start().sql() + ", max(" + time + own + " + (" + session.gap() + ") AS ";
    select += session.end().sql() + " FROM (SELECT *, sum(" + starts + ") OVER (" + order + ") AS ";
    select += number + " FROM (SELECT *, CASE WHEN " + time + " <= " + before;
    String head = select + " THEN 0 ELSE 1 END AS " + starts + " FROM (";
    UnaryOperator<String> compute = rows -> head + rows + ")))";
    return new PartitionRule(
        planner,
        new Functions(
            session,
            session.keys(),
            List.of(session.start(), session.end()),
            Set.of(session.time().name()),
            compute,
            Optional.empty(),
            false),
        needed);
  }

  Delta plan() {
    Delta changes = ProgramBuilder.consolidate(planner.plan(input, columns), columns);
    String delta = program.table(changes, "rows_changed", columns).from();
    String touched =
        program.make(
            "partitions_touched",
            "SELECT DISTINCT " + Sql.list(keys) + " FROM " + delta,
            changes.blame());
    StateTable state = state();
    String slice = program.slice(state, "rows_before", touched, keys);
    String kept = program.make("rows_kept", kept(slice, touched), Blame.STATE);
    String left = retracts ? program.make("rows_left", left(kept, delta), Blame.STATE) : "";
    String after = program.make("rows_after", after(kept, near(kept, delta)), Blame.STATE);
    String gone = gone(left, after);
    String come = come(after);
    program.remove(state, "SELECT _n FROM (" + gone + ")");
    program.append(state, "SELECT " + Sql.list(stateColumns()) + " FROM (" + come + ")");
    String out = Sql.leading(own(needed));
    String from =
        "(SELECT "
            + out
            + "CAST(-1 AS TINYINT) AS _w FROM ("
            + gone
            + ") UNION ALL SELECT "
            + out
            + "CAST(1 AS TINYINT) AS _w FROM ("
            + come
            + "))";
    return new Delta(from, false, false, needed.containsAll(stateColumns()), true);
  }

  /** Window functions over partitions that come whole and never again: they need no state. */
  static Delta closed(Planner planner, Node.Window window, Set<String> needed) {
    List<Item> calls = calls(window, needed);
    Set<String> below = new LinkedHashSet<>(needed);
    below.addAll(AggregateRule.names(window.partition()));
    calls.forEach(call -> below.addAll(call.expr().refs()));
    Delta input = planner.plan(window.input(), Planner.own(window.input(), below));
    StringBuilder select = new StringBuilder("(SELECT ");
    select.append(Sql.leading(Planner.own(window.input(), needed)));
    for (Item call : calls) {
      select.append(call.expr().sql()).append(" AS ").append(call.field().sql()).append(", ");
    }
    select.append("_w FROM ").append(input.from()).append(')');
    return new Delta(select.toString(), false, false, input.consolidated(), true);
  }

  private StateTable state() {
    List<String> names = stateColumns();
    List<Field> fields =
        functions.node.fields().stream().filter(f -> names.contains(f.name())).toList();
    Optional<JoinTimes.Bound> bound =
        functions.node.watermarks().entrySet().stream()
            .map(mark -> new JoinTimes.Bound(mark.getKey(), mark.getValue()))
            .findFirst();
    if (functions.node instanceof Session) {
      String cure = "no watermark says when a session is over; use the event's time";
      return program.state("sessions", fields, keys, "the rows of open sessions", bound, cure);
    }
    if (functions.cut) {
      RankLimit limit = functions.limit.orElseThrow();
      String text = "of every partition " + limit.rows();
      String cure = NO_BOUND + " (" + limit.rows() + " of each)";
      return program.state("first_rows", fields, keys, text, bound, cure);
    }
    String text = "the rows of every partition, for window functions";
    return program.state("rows", fields, keys, text, bound, NO_BOUND);
  }

  private List<String> stateColumns() {
    List<String> names = new ArrayList<>(columns);
    names.addAll(AggregateRule.names(results));
    return names;
  }

  private Set<String> own(Set<String> names) {
    Set<String> own = new LinkedHashSet<>(stateColumns());
    own.retainAll(names);
    return own;
  }

  private String before(Field result) {
    return Identifier.quote(befores.getOrDefault(result.name(), ""));
  }

  /** The rows that were there, with their results under other names. */
  private String kept(String slice, String touched) {
    StringBuilder select = new StringBuilder("SELECT " + Sql.leading(columns));
    for (Field result : results) {
      select.append(result.sql()).append(" AS ").append(before(result)).append(", ");
    }
    select.append("_n FROM ").append(slice).append(" AS s SEMI JOIN ").append(touched);
    return select.append(" AS t ON ").append(Sql.same("s", "t", keys)).toString();
  }

  /** The rows that the input takes back. */
  private String left(String kept, String delta) {
    return "SELECT k.* FROM " + kept + Sql.taken("SEMI", "k", delta, identity);
  }

  /**
   * The changes without rows that are beyond the limit for certain: most are, where it is small.
   */
  private String near(String kept, String delta) {
    Optional<RankLimit.Edge> edge =
        functions.cut
            ? functions.limit.flatMap(limit -> limit.edge(input.fields()))
            : Optional.empty();
    if (edge.isEmpty()) {
      return delta;
    }
    Set<String> read = new LinkedHashSet<>(keys);
    read.add(edge.get().column().name());
    String rows = "SELECT " + Sql.list(read) + " FROM ";
    String own = Identifier.quote(program.compilation().names().fresh("_edge"));
    String last = "SELECT " + Sql.leading(keys) + edge.get().value() + " AS " + own + " FROM (";
    last += Sql.unionAll(List.of(rows + kept, rows + delta)) + ")" + Sql.groupBy(keys);
    String edges = program.make("edges", last, Blame.STATE);
    String select = "SELECT d.* FROM " + delta + " AS d LEFT JOIN " + edges + " AS e ON ";
    select += Sql.same("d", "e", keys) + " WHERE " + edge.get().admits("d", "e." + own);
    return program.make("rows_near", select, Blame.STATE);
  }

  /** The rows of the touched partitions as they are now, with results now and before. */
  private String after(String kept, String delta) {
    StringBuilder old = new StringBuilder();
    StringBuilder none = new StringBuilder();
    for (Field result : results) {
      old.append(before(result)).append(", ");
      none.append("CAST(NULL AS ").append(result.type()).append("), ");
    }
    String rows =
        "SELECT "
            + Sql.leading(columns)
            + old
            + "_n FROM "
            + kept
            + (retracts ? Sql.taken("ANTI", "k", delta, identity) : "")
            + " UNION ALL SELECT "
            + Sql.leading(columns)
            + none
            + "CAST(NULL AS BIGINT) FROM "
            + delta
            + (retracts ? " WHERE _w > 0" : "");
    return functions.compute.apply(rows);
  }

  private String differs() {
    List<String> differences = new ArrayList<>();
    for (Field result : results) {
      differences.add(result.sql() + " IS DISTINCT FROM " + before(result));
    }
    return differences.isEmpty() ? "false" : String.join(" OR ", differences);
  }

  private String gone(String left, String after) {
    StringBuilder select = new StringBuilder("SELECT " + Sql.leading(columns));
    for (Field result : results) {
      select.append(before(result)).append(" AS ").append(result.sql()).append(", ");
    }
    select.append("_n FROM ");
    String changed = select + after + " WHERE _n IS NOT NULL AND (" + differs() + ")";
    return retracts ? Sql.unionAll(List.of(changed, select + left)) : changed;
  }

  private String come(String after) {
    String alive = functions.cut ? functions.limit.orElseThrow().field() + " IS NOT NULL AND " : "";
    return "SELECT "
        + Sql.list(stateColumns())
        + " FROM "
        + after
        + " WHERE "
        + alive
        + "(_n IS NULL OR "
        + differs()
        + ")";
  }
}
