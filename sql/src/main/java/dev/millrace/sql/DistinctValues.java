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
 * appears when its count rises from 0 and disappears when it falls to 0.
 */
final class DistinctValues {
  private final Groups groups;
  private final ProgramBuilder program;
  private final AggregateCall call;
  private final @Nullable String filter;
  private final String alias;
  private final String column;
  private final String count;
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

  /** Makes the table of values whose count changes. */
  void plan(Delta input) {
    String n = Identifier.quote(count);
    String value = call.arguments().get(0).sql();
    StringBuilder net =
        new StringBuilder("SELECT " + Sql.leading(groups.keys()) + value + " AS " + column());
    net.append(", CAST(sum(_w) AS BIGINT) AS ").append(n).append(" FROM ").append(input.from());
    net.append(" WHERE (").append(value).append(") IS NOT NULL");
    net.append(filter == null ? "" : " AND (" + filter + ")").append(" GROUP BY ALL");
    net.append(" HAVING sum(_w) <> 0");
    String changes = program.make("values_changed", net.toString(), input.blame());
    List<Field> fields = new ArrayList<>(groups.aggregate().groups());
    fields.add(new Field(column, call.argumentTypes().get(0), Set.of()));
    fields.add(new Field(count, "BIGINT", Set.of()));
    state =
        groups.state(
            "values",
            fields,
            key(),
            "how often each value of " + call.sql() + " occurs in its group");
    String old = program.slice(state, "values_before", changes, key());
    merged =
        program.make(
            "values_merged",
            "SELECT "
                + Sql.prefixed("c", key())
                + "coalesce(o."
                + n
                + ", 0) AS before, coalesce(o."
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
                + Sql.same("o", "c", key()),
            Blame.STATE);
  }

  void store() {
    if (state == null) {
      throw new IllegalStateException("plan comes first");
    }
    String n = Identifier.quote(count);
    List<String> columns = key();
    columns.add(count);
    program.remove(state, "SELECT _n FROM " + merged + " WHERE _n IS NOT NULL");
    program.append(
        state, "SELECT " + Sql.list(columns) + " FROM " + merged + " WHERE " + n + " > 0");
  }

  /** The partials' changes by group, over the values that appeared and disappeared. */
  String changes(Partials partials) {
    String n = Identifier.quote(count);
    StringBuilder select = new StringBuilder("(SELECT " + Sql.list(groups.keys()));
    for (Partial partial : partials.from(alias)) {
      select.append(", ").append(partial.change()).append(" AS ");
      select.append(Identifier.quote(partial.column()));
    }
    String weight = "CAST(" + n + " > 0 AS TINYINT) - CAST(before > 0 AS TINYINT)";
    select.append(" FROM (SELECT ").append(Sql.leading(key())).append(weight);
    select.append(" AS _w FROM ").append(merged).append(") WHERE _w <> 0");
    return select.append(Sql.groupBy(groups.keys())).append(')').toString();
  }
}
