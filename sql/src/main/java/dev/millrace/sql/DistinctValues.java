package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Partials.Partial;
import dev.millrace.sql.Partials.Source;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The distinct values of a group, among all its rows or among those of each of several FILTERs. A
 * batch's changes are summed by value first, so that an update that leaves the value alone costs
 * nothing here; then a value appears when its count rises from 0 and disappears when it falls to 0.
 * Where no value is ever lost, a filter's count is 1 once one of its rows has had the value: it is
 * enough to remember which values there are.
 */
final class DistinctValues {
  private final Groups groups;
  private final ProgramBuilder program;
  private final AggregateCall call;
  private final String alias;
  private final String column;
  private final boolean counted;
  private final List<Filter> filters = new ArrayList<>();
  private @Nullable StateTable state;
  private String merged = "";

  /**
   * Rows whose values are meant.
   *
   * @param condition null for all rows
   * @param count the column of how many of them have a value
   * @param before the same before the batch
   */
  private record Filter(@Nullable String condition, Field count, Field before) {
    String isTrue() {
      return condition == null ? "true" : "(" + condition + ") IS TRUE";
    }

    String appears() {
      return "(" + count.sql() + " > 0 AND " + before.sql() + " = 0)";
    }

    /** 1 for a value that appears, -1 for one that disappears. */
    String weight() {
      String now = "CAST(" + count.sql() + " > 0 AS TINYINT)";
      return "(" + now + " - CAST(" + before.sql() + " > 0 AS TINYINT))";
    }
  }

  /** The values of a call's argument; {@link #among} says of which rows. */
  DistinctValues(Groups groups, AggregateCall call, String alias) {
    this.groups = groups;
    this.program = groups.program();
    this.call = call;
    this.alias = alias;
    column = program.compilation().names().fresh("value");
    counted = isCounted(groups, call);
  }

  /** True if a value may disappear. */
  static boolean isCounted(Groups groups, AggregateCall call) {
    return groups.loses(call.refs());
  }

  String alias() {
    return alias;
  }

  /** The value's column, quoted. */
  String column() {
    return Identifier.quote(column);
  }

  /** The values that appear and disappear among the rows that fulfil a condition. */
  Source among(@Nullable String condition) {
    Filter filter =
        filters.stream()
            .filter(known -> Objects.equals(known.condition, condition))
            .findFirst()
            .orElseGet(() -> add(condition));
    return counted
        ? new Source(alias, filter.weight(), null)
        : new Source(alias, null, filter.appears());
  }

  private Filter add(@Nullable String condition) {
    Names names = program.compilation().names();
    String type = counted ? "BIGINT" : "UTINYINT";
    Field count = new Field(names.fresh("_count"), type, Set.of());
    Filter filter = new Filter(condition, count, new Field(names.fresh("_before"), type, Set.of()));
    filters.add(filter);
    return filter;
  }

  /** True if a value that is there never changes. */
  private boolean remembersOnly() {
    return !counted && filters.size() == 1;
  }

  private List<String> key() {
    List<String> key = new ArrayList<>(groups.keys());
    key.add(column);
    return key;
  }

  /** SQL for each filter. */
  private String each(String separator, Function<Filter, String> sql) {
    return filters.stream().map(sql).collect(Collectors.joining(separator));
  }

  /** Makes the table of values that appear, or whose count changes. */
  void plan(Delta input) {
    String changes = program.make("values_changed", changes(input.from()), input.blame());
    List<Field> fields = new ArrayList<>(groups.aggregate().groups());
    fields.add(new Field(column, call.argumentTypes().get(0), Set.of()));
    if (!remembersOnly()) {
      filters.forEach(filter -> fields.add(filter.count));
    }
    String text = filters.size() == 1 ? call.sql() : call.arguments().get(0).text();
    state = groups.state("values", fields, key(), "the values of " + text + " in each group");
    String old = program.slice(state, "values_before", changes, key());
    String select = remembersOnly() ? news(changes, old) : counts(changes, old);
    merged = program.make("values_merged", select, Blame.STATE);
  }

  /** The batch's changes by value. */
  private String changes(String from) {
    String value = call.arguments().get(0).sql();
    StringBuilder select = new StringBuilder("SELECT ").append(remembersOnly() ? "DISTINCT " : "");
    select.append(Sql.leading(groups.keys())).append(value).append(" AS ").append(column());
    String where = " FROM " + from + " WHERE (" + value + ") IS NOT NULL";
    if (filters.stream().allMatch(filter -> filter.condition != null)) {
      where += " AND (" + each(" OR ", Filter::isTrue) + ")";
    }
    if (remembersOnly()) {
      return select.append(where).toString();
    }
    for (Filter filter : filters) {
      String number =
          counted
              ? "coalesce(sum(_w) FILTER (WHERE " + filter.isTrue() + "), 0)"
              : "max(CASE WHEN " + filter.isTrue() + " THEN 1 ELSE 0 END)";
      select.append(", CAST(").append(number).append(" AS ").append(filter.count.type());
      select.append(") AS ").append(filter.count.sql());
    }
    String any = counted ? " HAVING " + each(" OR ", filter -> filter.count.sql() + " <> 0") : "";
    return select.append(where).append(" GROUP BY ALL").append(any).toString();
  }

  /** The values that are new. */
  private String news(String changes, String old) {
    String select = "SELECT " + Sql.prefixed("c", key());
    for (Filter filter : filters) {
      select += "CAST(1 AS UTINYINT) AS " + filter.count.sql();
      select += ", CAST(0 AS UTINYINT) AS " + filter.before.sql();
    }
    String on = Sql.same("o", "c", key());
    return select + " FROM " + changes + " AS c ANTI JOIN " + old + " AS o ON " + on;
  }

  /** The values whose counts change, with these. */
  private String counts(String changes, String old) {
    StringBuilder select = new StringBuilder("SELECT ").append(Sql.prefixed("c", key()));
    for (Filter filter : filters) {
      String before = "coalesce(o." + filter.count.sql() + ", 0)";
      String change = "c." + filter.count.sql();
      String now = counted ? before + " + " + change : "greatest(" + before + ", " + change + ")";
      String type = filter.count.type();
      select.append("CAST(").append(before).append(" AS ").append(type).append(") AS ");
      select.append(filter.before.sql()).append(", CAST(").append(now).append(" AS ").append(type);
      select.append(") AS ").append(filter.count.sql()).append(", ");
    }
    select.append("o._n AS _n FROM ").append(changes).append(" AS c LEFT JOIN ").append(old);
    select.append(" AS o ON ").append(Sql.same("o", "c", key()));
    if (!counted) {
      Function<Filter, String> more = f -> "c." + f.count.sql() + " > coalesce(o." + f.count.sql();
      select.append(" WHERE ").append(each(" OR ", f -> more.apply(f) + ", 0)"));
    }
    return select.toString();
  }

  void store() {
    if (state == null) {
      throw new IllegalStateException("plan comes first");
    }
    String own = "SELECT " + Sql.list(key());
    if (remembersOnly()) {
      program.append(state, own + " FROM " + merged);
      return;
    }
    program.remove(state, "SELECT _n FROM " + merged + " WHERE _n IS NOT NULL");
    String counts = each("", filter -> ", " + filter.count.sql());
    String any = each(" OR ", filter -> filter.count.sql() + " > 0");
    program.append(state, own + counts + " FROM " + merged + " WHERE " + any);
  }

  /** The partials' changes by group, over the values that appeared and disappeared. */
  String changes(Partials partials) {
    StringBuilder select = new StringBuilder("(SELECT " + Sql.list(groups.keys()));
    for (Partial partial : partials.from(alias)) {
      select.append(", ").append(partial.change()).append(" AS ");
      select.append(Identifier.quote(partial.column()));
    }
    select.append(" FROM ").append(merged);
    if (counted) {
      select.append(" WHERE ").append(each(" OR ", filter -> filter.weight() + " <> 0"));
    }
    return select.append(Sql.groupBy(groups.keys())).append(')').toString();
  }
}
