package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Partials.Partial;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The distinct values of a group, each with how many rows have it. A batch's changes are summed by
 * value first, so that an update that leaves the value alone costs nothing here; then a value
 * appears when its count rises from 0 and disappears when it falls to 0. Where no value is ever
 * lost, it is enough to remember which there are.
 */
final class DistinctValues {
  private final Groups groups;
  private final ProgramBuilder program;
  private final AggregateCall call;
  private final @Nullable String filter;
  private final String alias;
  private final String column;
  private final String count;
  private final String before;
  private final boolean counted;
  private @Nullable StateTable state;
  private String merged = "";

  DistinctValues(Groups groups, AggregateCall call, @Nullable String filter, String alias) {
    this.groups = groups;
    this.program = groups.program();
    this.call = call;
    this.filter = filter;
    this.alias = alias;
    Names names = program.compilation().names();
    column = names.fresh("value");
    count = names.fresh("_count");
    before = Identifier.quote(names.fresh("_before"));
    counted = groups.loses(call.refs());
  }

  /** True if a value may disappear. */
  boolean isCounted() {
    return counted;
  }

  String alias() {
    return alias;
  }

  /** The value's column, quoted. */
  String column() {
    return Identifier.quote(column);
  }

  private List<String> key() {
    List<String> key = new ArrayList<>(groups.keys());
    key.add(column);
    return key;
  }

  /** Makes the table of values that appear, or whose count changes. */
  void plan(Delta input) {
    String n = Identifier.quote(count);
    String value = call.arguments().get(0).sql();
    StringBuilder net = new StringBuilder("SELECT ").append(counted ? "" : "DISTINCT ");
    net.append(Sql.leading(groups.keys())).append(value).append(" AS ").append(column());
    net.append(counted ? ", CAST(sum(_w) AS BIGINT) AS " + n : "");
    net.append(" FROM ").append(input.from()).append(" WHERE (").append(value);
    net.append(") IS NOT NULL").append(filter == null ? "" : " AND (" + filter + ")");
    net.append(counted ? " GROUP BY ALL HAVING sum(_w) <> 0" : "");
    String changes = program.make("values_changed", net.toString(), input.blame());
    List<Field> fields = new ArrayList<>(groups.aggregate().groups());
    fields.add(new Field(column, call.argumentTypes().get(0), Set.of()));
    if (counted) {
      fields.add(new Field(count, "BIGINT", Set.of()));
    }
    state = groups.state("values", fields, key(), "the values of " + call.sql() + " in each group");
    String old = program.slice(state, "values_before", changes, key());
    String on = Sql.same("o", "c", key());
    String select =
        counted
            ? "SELECT "
                + Sql.prefixed("c", key())
                + "coalesce(o."
                + n
                + ", 0) AS "
                + before
                + ", coalesce(o."
                + n
                + ", 0) + c."
                + n
                + " AS "
                + n
                + ", o._n AS _n FROM "
                + changes
                + " AS c LEFT JOIN "
                + old
                + " AS o ON "
                + on
            : "SELECT "
                + Sql.list(key())
                + " FROM "
                + changes
                + " AS c ANTI JOIN "
                + old
                + " AS o ON "
                + on;
    merged = program.make("values_merged", select, Blame.STATE);
  }

  void store() {
    if (state == null) {
      throw new IllegalStateException("plan comes first");
    }
    String own = Sql.list(key());
    if (!counted) {
      program.append(state, "SELECT " + own + " FROM " + merged);
      return;
    }
    String n = Identifier.quote(count);
    program.remove(state, "SELECT _n FROM " + merged + " WHERE _n IS NOT NULL");
    program.append(state, "SELECT " + own + ", " + n + " FROM " + merged + " WHERE " + n + " > 0");
  }

  /** The partials' changes by group, over the values that appeared and disappeared. */
  String changes(Partials partials) {
    String n = Identifier.quote(count);
    StringBuilder select = new StringBuilder("(SELECT " + Sql.list(groups.keys()));
    for (Partial partial : partials.from(alias)) {
      select.append(", ").append(partial.change()).append(" AS ");
      select.append(Identifier.quote(partial.column()));
    }
    String weight = "CAST(" + n + " > 0 AS TINYINT) - CAST(" + before + " > 0 AS TINYINT)";
    String weighted =
        "(SELECT " + Sql.leading(key()) + weight + " AS _w FROM " + merged + ") WHERE _w <> 0";
    select.append(" FROM ").append(counted ? weighted : merged);
    return select.append(Sql.groupBy(groups.keys())).append(')').toString();
  }
}
