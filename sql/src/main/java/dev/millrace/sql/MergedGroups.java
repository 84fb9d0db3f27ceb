package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Groups.Value;
import dev.millrace.sql.Partials.Partial;
import dev.millrace.sql.Partials.Result;
import dev.millrace.sql.Partials.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Groups whose partial results follow from their changes alone: counts and exact sums add up, an
 * aggregate over distinct values follows from the values that appear and disappear, an extreme from
 * the values that come unless one goes.
 */
final class MergedGroups {
  private static final String MAIN = "c";

  private final Groups groups;
  private final ProgramBuilder program;
  private final boolean retracts;
  private final Partials partials;
  private final List<Result> results = new ArrayList<>();
  private final Map<String, DistinctValues> distinct = new LinkedHashMap<>();
  private final Map<String, Extremes> extremes = new LinkedHashMap<>();
  private final Delta input;

  MergedGroups(Groups groups, Delta input, Set<String> columns) {
    this.groups = groups;
    this.program = groups.program();
    this.retracts = groups.retracts();
    this.partials = new Partials(program.compilation().names());
    boolean several =
        groups.calls().stream()
            .anyMatch(call -> isExtreme(call) ? groups.loses(call.refs()) : call.distinct());
    this.input = several ? program.table(input, "changes", columns) : input;
  }

  private static boolean isExtreme(AggregateCall call) {
    return call.function().equals("min") || call.function().equals("max");
  }

  Delta plan() {
    Source main = new Source(MAIN, retracts ? "_w" : null, null);
    String rows = partials.count(main, "_rows", null);
    for (AggregateCall call : groups.calls()) {
      results.add(new Result(call.result(), template(call, main)));
    }
    List<Field> stateFields = new ArrayList<>(groups.aggregate().groups());
    for (Partial partial : partials.all()) {
      stateFields.add(new Field(partial.column(), partial.type(), Set.of()));
    }
    String changes = changes();
    StateTable state =
        groups.state("groups", stateFields, groups.keys(), "partial results of every open group");
    String old = program.slice(state, "groups_before", changes, groups.keys());
    distinct.values().forEach(values -> values.plan(input));
    extremes.values().forEach(values -> values.plan(input));
    String merged = merge(changes, old);
    distinct.values().forEach(DistinctValues::store);
    extremes.values().forEach(Extremes::store);
    String alive =
        groups.aggregate().global() || !retracts ? "true" : Identifier.quote(rows) + " > 0";
    List<Value> values = new ArrayList<>();
    for (Result result : results) {
      values.add(
          new Value(result.field(), result.sql(partials, true), result.sql(partials, false)));
    }
    return groups.store(state, merged, AggregateRule.names(stateFields), values, alive);
  }

  private String changes() {
    StringBuilder select = new StringBuilder("SELECT ").append(groups.leadingKeys());
    List<String> columns = new ArrayList<>();
    for (Partial partial : partials.from(MAIN)) {
      columns.add(partial.change() + " AS " + Identifier.quote(partial.column()));
    }
    select.append(String.join(", ", columns)).append(" FROM ").append(input.from());
    return program.make("group_changes", select.append(groups.groupBy()).toString(), input.blame());
  }

  private String merge(String changes, String old) {
    StringBuilder select = new StringBuilder("SELECT " + Sql.prefixed("c", groups.keys()));
    for (Partial partial : partials.all()) {
      select.append(partial.merged()).append(" AS ").append(Identifier.quote(partial.column()));
      select.append(", o.").append(Identifier.quote(partial.column())).append(" AS ");
      select.append(Identifier.quote(partial.before())).append(", ");
    }
    select.append("o._n AS _n FROM ").append(changes).append(" AS c LEFT JOIN ").append(old);
    select.append(" AS o ON ").append(Sql.same("o", "c", groups.keys()));
    distinct.values().forEach(values -> join(select, values.alias(), values.changes(partials)));
    extremes.values().forEach(values -> join(select, values.alias(), values.changes(partials)));
    return groups.make("groups_merged", select.toString());
  }

  private void join(StringBuilder select, String alias, String from) {
    select.append(" LEFT JOIN ").append(from).append(" AS ").append(alias).append(" ON ");
    select.append(Sql.same(alias, "c", groups.keys()));
  }

  /** The SQL of a call's value, over partials that it adds. */
  private String template(AggregateCall call, Source main) {
    String filter = call.filter() == null ? null : call.filter().sql();
    if (call.function().equals("count_star")) {
      return "{" + partials.count(main, filter == null ? "_rows" : "rows", filter) + "}";
    }
    String value = call.arguments().get(0).sql();
    if (isExtreme(call)) {
      return extreme(call, value, filter);
    }
    if (!call.distinct()) {
      return sums(call, main, value, filter);
    }
    DistinctValues values =
        distinct.computeIfAbsent(
            value + "\n" + DistinctValues.isCounted(groups, call),
            key -> new DistinctValues(groups, call, "d" + distinct.size()));
    return sums(call, values.among(filter), values.column(), null);
  }

  private String sums(AggregateCall call, Source source, String value, @Nullable String filter) {
    String label = call.result().name();
    String present = Partials.and(filter, "(" + value + ") IS NOT NULL");
    switch (call.function()) {
      case "count" -> {
        return "{" + partials.count(source, "count_" + label, present) + "}";
      }
      case "count_if", "countif" -> {
        // NULL where no row has a value, as if it were a sum.
        String known = partials.count(source, "known_" + label, present);
        String yes = partials.count(source, label, Partials.and(filter, "(" + value + ")"));
        String type = call.result().type();
        return "CASE WHEN {" + known + "} > 0 THEN CAST({" + yes + "} AS " + type + ") END";
      }
      case "bool_and", "bool_or" -> {
        String known = partials.count(source, "known_" + label, present);
        String yes = partials.count(source, label, Partials.and(filter, "(" + value + ")"));
        String all = call.function().equals("bool_and") ? "= {" + known + "}" : "> 0";
        return "CASE WHEN {" + known + "} > 0 THEN {" + yes + "} " + all + " END";
      }
      default -> {
        boolean average = !call.function().equals("sum");
        String sumType = average ? sumType(call.argumentTypes().get(0)) : call.result().type();
        String known = partials.count(source, "known_" + label, present);
        String sum = partials.sum(source, "sum_" + label, value, sumType, filter);
        String total = average ? "{" + sum + "} / {" + known + "}" : "{" + sum + "}";
        return "CASE WHEN {"
            + known
            + "} > 0 THEN CAST("
            + total
            + " AS "
            + call.result().type()
            + ") END";
      }
    }
  }

  private String sumType(String type) {
    return program
        .compilation()
        .types(List.of(), List.of("sum(CAST(NULL AS " + type + "))"))
        .get(0);
  }

  private String extreme(AggregateCall call, String value, @Nullable String filter) {
    String function = call.function();
    String pick = function.equals("max") ? "greatest" : "least";
    String type = call.result().type();
    String label = call.result().name();
    String merged = pick + "({o}, {c})";
    if (!groups.loses(call.refs())) {
      // What goes equals something that stays, so the changes of both signs may be compared.
      String where = filter == null ? "" : " FILTER (WHERE " + filter + ")";
      return "{"
          + partials.add(label, type, MAIN, function + "(" + value + ")" + where, merged)
          + "}";
    }
    Extremes values =
        extremes.computeIfAbsent(
            value + "\n" + filter,
            key -> new Extremes(groups, call, filter, "m" + extremes.size()));
    String anew = values.alias() + "." + values.anew();
    String change = function + "(" + values.column() + ")";
    return "{"
        + partials.add(
            label,
            type,
            values.alias(),
            change,
            "CASE WHEN " + anew + " THEN {c} ELSE " + merged + " END")
        + "}";
  }
}
