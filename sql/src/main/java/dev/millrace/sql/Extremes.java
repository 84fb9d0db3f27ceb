package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Partials.Partial;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The values of a group among which min and max choose, where rows can be taken back. A batch's
 * changes are summed by value first. Values that come are appended without looking at the others;
 * only in a group that loses a value are all of them read, counted and written anew.
 */
final class Extremes {
  private final Groups groups;
  private final ProgramBuilder program;
  private final AggregateCall call;
  private final @Nullable String filter;
  private final String alias;
  private final String column;
  private final String count;
  private final String anew;
  private @Nullable StateTable state;
  private String net = "";
  private String losing = "";
  private String old = "";
  private String rest = "";

  Extremes(Groups groups, AggregateCall call, @Nullable String filter, String alias) {
    this.groups = groups;
    this.program = groups.program();
    this.call = call;
    this.filter = filter;
    this.alias = alias;
    Names names = program.compilation().names();
    column = names.fresh("value");
    count = names.fresh("_count");
    anew = Identifier.quote(names.fresh("_anew"));
  }

  String alias() {
    return alias;
  }

  /** Column of {@link #changes}, quoted: true for a group whose values were all read. */
  String anew() {
    return anew;
  }

  /** The value's column, quoted. */
  String column() {
    return Identifier.quote(column);
  }

  private List<String> columns() {
    List<String> columns = new ArrayList<>(groups.keys());
    columns.add(column);
    columns.add(count);
    return columns;
  }

  void plan(Delta input) {
    String n = Identifier.quote(count);
    String value = call.arguments().get(0).sql();
    StringBuilder select =
        new StringBuilder("SELECT " + Sql.leading(groups.keys()) + value + " AS " + column());
    select.append(", CAST(sum(_w) AS BIGINT) AS ").append(n).append(" FROM ");
    select.append(input.from()).append(" WHERE (").append(value).append(") IS NOT NULL");
    select.append(filter == null ? "" : " AND (" + filter + ")").append(" GROUP BY ALL");
    select.append(" HAVING sum(_w) <> 0");
    net = program.make("extremes_changed", select.toString(), input.blame());
    losing =
        program.make(
            "extremes_losing",
            "SELECT DISTINCT " + Sql.list(groups.keys()) + " FROM " + net + " WHERE " + n + " < 0",
            Blame.STATE);
    List<Field> fields = new ArrayList<>(groups.aggregate().groups());
    fields.add(new Field(column, call.argumentTypes().get(0), Set.of()));
    fields.add(new Field(count, "BIGINT", Set.of()));
    state =
        groups.state(
            "extremes", fields, groups.keys(), "the values among which " + call.sql() + " chooses");
    old = program.slice(state, "extremes_before", losing, groups.keys());
    String own = Sql.list(columns());
    rest =
        program.make(
            "extremes_rest",
            "SELECT "
                + Sql.leading(groups.keys())
                + column()
                + ", CAST(sum("
                + n
                + ") AS BIGINT) AS "
                + n
                + " FROM (SELECT "
                + own
                + " FROM "
                + old
                + " UNION ALL SELECT "
                + own
                + " FROM "
                + net
                + ") AS v SEMI JOIN "
                + losing
                + " AS l ON "
                + Sql.same("v", "l", groups.keys())
                + " GROUP BY "
                + Sql.leading(groups.keys())
                + column()
                + " HAVING sum("
                + n
                + ") > 0",
            Blame.STATE);
  }

  void store() {
    if (state == null) {
      throw new IllegalStateException("plan comes first");
    }
    program.remove(
        state,
        "SELECT v._n FROM "
            + old
            + " AS v SEMI JOIN "
            + losing
            + " AS l ON "
            + Sql.same("v", "l", groups.keys()));
    String own = Sql.list(columns());
    program.append(state, "SELECT " + own + " FROM " + rest + " UNION ALL " + gaining());
  }

  /** The changes in groups that lose nothing. */
  private String gaining() {
    return "SELECT "
        + Sql.list(columns())
        + " FROM "
        + net
        + " AS v ANTI JOIN "
        + losing
        + " AS l ON "
        + Sql.same("v", "l", groups.keys());
  }

  /** The extremes by group: among all values of a group that lost one, else among the new ones. */
  String changes(Partials partials) {
    StringBuilder picks = new StringBuilder();
    for (Partial partial : partials.from(alias)) {
      picks.append(", ").append(partial.change()).append(" AS ");
      picks.append(Identifier.quote(partial.column()));
    }
    String keys = Sql.list(groups.keys());
    String none = "CAST(NULL AS " + call.argumentTypes().get(0) + ")";
    String by = Sql.groupBy(groups.keys());
    return "(SELECT "
        + keys
        + ", true AS "
        + anew
        + picks
        + " FROM (SELECT "
        + keys
        + ", "
        + column()
        + " FROM "
        + rest
        + " UNION ALL SELECT "
        + keys
        + ", "
        + none
        + " FROM "
        + losing
        + ")"
        + by
        + " UNION ALL SELECT "
        + keys
        + ", false AS "
        + anew
        + picks
        + " FROM ("
        + gaining()
        + ")"
        + by
        + ")";
  }
}
