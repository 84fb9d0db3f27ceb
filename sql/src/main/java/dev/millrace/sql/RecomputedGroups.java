package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Groups.Value;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Groups that are computed anew from their rows whenever one of them changes: for aggregates whose
 * state cannot be merged or from which a row cannot be taken back exactly. Keeps the columns that
 * the aggregates read, of every row of an open group.
 */
final class RecomputedGroups {
  private final Groups groups;
  private final ProgramBuilder program;
  private final boolean retracts;
  private final Set<String> columns;
  private final Delta input;

  /** Columns of groups: how many rows one has, and its results before the batch. */
  private final String count;

  private final Map<String, String> befores = new LinkedHashMap<>();

  RecomputedGroups(Groups groups, Delta input, Set<String> columns) {
    this.groups = groups;
    this.program = groups.program();
    this.retracts = groups.retracts();
    this.columns = new LinkedHashSet<>(columns);
    this.columns.addAll(groups.keys());
    this.input = program.table(ProgramBuilder.consolidate(input, columns), "changes", columns);
    Names names = program.compilation().names();
    count = Identifier.quote(names.fresh("_rows"));
    for (AggregateCall call : groups.calls()) {
      befores.put(call.result().name(), names.fresh(call.result().name() + "_before"));
    }
  }

  private String before(AggregateCall call) {
    return Identifier.quote(befores.getOrDefault(call.result().name(), ""));
  }

  Delta plan() {
    String delta = input.from();
    String touched =
        program.make(
            "groups_touched",
            groups.aggregate().global()
                ? "SELECT 0 AS " + Sql.list(groups.keys())
                : "SELECT DISTINCT " + Sql.list(groups.keys()) + " FROM " + delta,
            Blame.STATE);
    List<Field> rowFields =
        groups.aggregate().input().fields().stream()
            .filter(f -> columns.contains(f.name()))
            .toList();
    StateTable rows =
        groups.state("rows", rowFields, groups.keys(), "the rows of every open group");
    String before = program.slice(rows, "rows_before", touched, groups.keys());
    String after = program.make("rows_after", rowsAfter(before, delta, touched), Blame.STATE);
    List<Field> stateFields = new ArrayList<>(groups.aggregate().groups());
    groups.calls().forEach(call -> stateFields.add(call.result()));
    StateTable results =
        groups.state("groups", stateFields, groups.keys(), "the results of every open group");
    String old = program.slice(results, "groups_before", touched, groups.keys());
    String merged = merge(touched, old, after);
    String alive = groups.aggregate().global() ? "true" : count + " > 0";
    if (retracts) {
      program.remove(rows, retracted(before, delta));
    }
    program.append(
        rows,
        "SELECT "
            + Sql.list(AggregateRule.names(rowFields))
            + " FROM "
            + delta
            + (retracts ? " WHERE _w > 0" : ""));
    List<Value> values = new ArrayList<>();
    for (AggregateCall call : groups.calls()) {
      values.add(new Value(call.result(), before(call), call.result().sql()));
    }
    return groups.store(results, merged, AggregateRule.names(stateFields), values, alive);
  }

  private String retracted(String before, String delta) {
    List<String> identity = groups.aggregate().input().identity();
    return "SELECT s._n FROM " + before + Sql.taken("SEMI", "s", delta, identity);
  }

  private String rowsAfter(String before, String delta, String touched) {
    String own = Sql.list(columns);
    String kept =
        "SELECT "
            + own
            + " FROM "
            + before
            + " AS s SEMI JOIN "
            + touched
            + " AS t ON "
            + Sql.same("s", "t", groups.keys());
    if (retracts) {
      List<String> identity = groups.aggregate().input().identity();
      kept = "SELECT " + own + " FROM (" + kept + ")" + Sql.taken("ANTI", "s", delta, identity);
    }
    return kept + " UNION ALL SELECT " + own + " FROM " + delta + (retracts ? " WHERE _w > 0" : "");
  }

  private String merge(String touched, String old, String after) {
    StringBuilder select = new StringBuilder("SELECT " + Sql.prefixed("t", groups.keys()));
    StringBuilder anew =
        new StringBuilder("(SELECT " + groups.leadingKeys() + "count(*) AS " + count);
    for (AggregateCall call : groups.calls()) {
      String name = call.result().sql();
      select.append("a.").append(name).append(", o.").append(name).append(" AS ");
      select.append(before(call));
      select.append(", ");
      anew.append(", ").append(call.whole().sql()).append(" AS ").append(name);
    }
    anew.append(" FROM ").append(after).append(groups.groupBy()).append(')');
    select.append("coalesce(a.").append(count).append(", 0) AS ").append(count);
    select.append(", o._n AS _n FROM ").append(touched);
    select.append(" AS t LEFT JOIN ").append(anew).append(" AS a ON ");
    select.append(Sql.same("a", "t", groups.keys())).append(" LEFT JOIN ").append(old);
    select.append(" AS o ON ").append(Sql.same("o", "t", groups.keys()));
    return groups.make("groups_merged", select.toString());
  }
}
