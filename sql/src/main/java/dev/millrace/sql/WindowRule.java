package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Node.Item;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The delta of window functions. The rows of a partition are kept with the functions' results; the
 * partitions that a delta touches are read, their functions computed anew, and the rows whose
 * results changed are replaced.
 *
 * <p>Where only the first rows of a partition matter ({@link RankLimit}), a rank beyond the limit
 * is as good as none, so that rows behind it do not change when others come before them; and if no
 * row is ever taken back they are not even kept, since a rank only grows.
 */
final class WindowRule {
  private static final String NO_BOUND =
      "no watermark says when a partition is complete; partition by a window of the event time";

  private final Planner planner;
  private final ProgramBuilder program;
  private final Node.Window window;
  private final Set<String> needed;
  private final List<Item> calls;
  private final Optional<RankLimit> limit;
  private final boolean retracts;
  private final List<String> keys;
  private final List<String> identity;
  private final Set<String> columns;

  WindowRule(Planner planner, Node.Window window, Set<String> needed, Optional<RankLimit> limit) {
    this.planner = planner;
    this.program = planner.program();
    this.window = window;
    this.needed = needed;
    this.limit = limit;
    calls = window.calls().stream().filter(c -> needed.contains(c.field().name())).toList();
    retracts = !window.input().appendOnly();
    keys = AggregateRule.names(window.partition());
    identity = window.input().identity();
    Set<String> below = new LinkedHashSet<>(needed);
    below.addAll(keys);
    below.addAll(identity);
    calls.forEach(call -> below.addAll(call.expr().refs()));
    columns = Planner.own(window.input(), below);
  }

  Delta plan() {
    Delta input = planner.plan(window.input(), columns);
    if (window.appendOnly()) {
      return closed(input);
    }
    String delta =
        program.table(ProgramBuilder.consolidate(input, columns), "rows_changed", columns).from();
    String touched =
        program.make(
            "partitions_touched",
            "SELECT DISTINCT " + Sql.list(keys) + " FROM " + delta,
            input.blame());
    StateTable state = state();
    String slice = program.slice(state, "rows_before", touched, keys);
    String kept = program.make("rows_kept", kept(slice, touched), Blame.STATE);
    String left = retracts ? program.make("rows_left", left(kept, delta), Blame.STATE) : "";
    String after = program.make("rows_after", after(kept, delta), Blame.STATE);
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
    return new Delta(from, false, false, needed.containsAll(columns), true);
  }

  /** Partitions that come whole and never again need no state. */
  private Delta closed(Delta input) {
    StringBuilder select = new StringBuilder("(SELECT ");
    select.append(Sql.leading(Planner.own(window.input(), needed)));
    for (Item call : calls) {
      select.append(call.expr().sql()).append(" AS ").append(call.field().sql()).append(", ");
    }
    select.append("_w FROM ").append(input.from()).append(')');
    return new Delta(select.toString(), false, false, input.consolidated(), true);
  }

  private StateTable state() {
    List<Field> fields = new ArrayList<>();
    for (Field field : window.fields()) {
      if (stateColumns().contains(field.name())) {
        fields.add(field);
      }
    }
    Optional<JoinTimes.Bound> bound =
        window.watermarks().entrySet().stream()
            .map(mark -> new JoinTimes.Bound(mark.getKey(), mark.getValue()))
            .findFirst();
    if (isCut()) {
      long most = limit.orElseThrow().most();
      return program.state(
          "first_rows",
          fields,
          keys,
          "the first " + most + " rows of every partition",
          bound,
          NO_BOUND + " (" + most + " rows a partition)");
    }
    return program.state(
        "rows", fields, keys, "the rows of every partition, for window functions", bound, NO_BOUND);
  }

  /** True if rows behind the limit can be forgotten. */
  private boolean isCut() {
    return !retracts && limit.isPresent() && limit.get().decides(calls);
  }

  private List<String> stateColumns() {
    List<String> names = new ArrayList<>(columns);
    calls.forEach(call -> names.add(call.field().name()));
    return names;
  }

  private Set<String> own(Set<String> names) {
    Set<String> own = new LinkedHashSet<>(stateColumns());
    own.retainAll(names);
    return own;
  }

  private static String before(Item call) {
    return Identifier.quote(call.field().name() + "_before");
  }

  /** The rows that were there, with their results under other names. */
  private String kept(String slice, String touched) {
    StringBuilder select = new StringBuilder("SELECT " + Sql.leading(columns));
    for (Item call : calls) {
      select.append(call.field().sql()).append(" AS ").append(before(call)).append(", ");
    }
    select.append("_n FROM ").append(slice).append(" AS s SEMI JOIN ").append(touched);
    return select.append(" AS t ON ").append(Sql.same("s", "t", keys)).toString();
  }

  private String taken(String delta) {
    return "(SELECT "
        + Sql.list(identity)
        + " FROM "
        + delta
        + " WHERE _w < 0) AS d ON "
        + Sql.same("k", "d", identity);
  }

  /** The rows that the input takes back. */
  private String left(String kept, String delta) {
    return "SELECT k.* FROM " + kept + " AS k SEMI JOIN " + taken(delta);
  }

  /** The rows of the touched partitions as they are now, with results now and before. */
  private String after(String kept, String delta) {
    StringBuilder old = new StringBuilder();
    StringBuilder none = new StringBuilder();
    for (Item call : calls) {
      old.append(before(call)).append(", ");
      none.append("CAST(NULL AS ").append(call.field().type()).append("), ");
    }
    String rows =
        "SELECT "
            + Sql.leading(columns)
            + old
            + "_n FROM "
            + kept
            + (retracts ? " AS k ANTI JOIN " + taken(delta) : "")
            + " UNION ALL SELECT "
            + Sql.leading(columns)
            + none
            + "CAST(NULL AS BIGINT) FROM "
            + delta
            + (retracts ? " WHERE _w > 0" : "");
    StringBuilder computed = new StringBuilder("SELECT " + Sql.leading(columns) + old);
    StringBuilder clipped = new StringBuilder(computed);
    for (Item call : calls) {
      String name = call.field().sql();
      computed.append(call.expr().sql()).append(" AS ").append(name).append(", ");
      clipped.append(limit.map(l -> l.clip(call)).orElse(name));
      clipped.append(" AS ").append(name).append(", ");
    }
    computed.append("_n FROM (").append(rows).append(')');
    return limit.isEmpty() ? computed.toString() : clipped + "_n FROM (" + computed + ")";
  }

  private String differs() {
    List<String> differences = new ArrayList<>();
    for (Item call : calls) {
      differences.add(call.field().sql() + " IS DISTINCT FROM " + before(call));
    }
    return differences.isEmpty() ? "false" : String.join(" OR ", differences);
  }

  private String gone(String left, String after) {
    StringBuilder select = new StringBuilder("SELECT " + Sql.leading(columns));
    for (Item call : calls) {
      select.append(before(call)).append(" AS ").append(call.field().sql()).append(", ");
    }
    select.append("_n FROM ");
    String changed = select + after + " WHERE _n IS NOT NULL AND (" + differs() + ")";
    return retracts ? Sql.unionAll(List.of(changed, select + left)) : changed;
  }

  private String come(String after) {
    String alive = isCut() ? limit.orElseThrow().field() + " IS NOT NULL AND " : "";
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
