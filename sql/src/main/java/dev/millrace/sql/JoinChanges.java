package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What follows for a join from the changes of its sides. With L and R as they were before the
 * batch, L- and L+ the rows that left and came, and "kept" those of L that did not leave, the pairs
 * that go are {@code L- x R} and {@code kept L x R-}, those that come are {@code L+ x new R} and
 * {@code kept L x R+}: no pair is named that was not there before or is not there afterwards.
 *
 * <p>Where a row without partner matters, L- and L+ are joined with R and new R accordingly, and a
 * kept left row that R's changes touch is one of two kinds: without partner before (then it has one
 * now), or without partner afterwards (then it had one).
 */
final class JoinChanges {
  /**
   * One side of the join.
   *
   * @param changes its consolidated changes: a relation or a subquery
   * @param before at least those of its rows before the batch that its own changes take back, that
   *     the other side's changes touch and, where rows without partner matter, that are partners of
   *     such rows of the other side
   */
  record Side(Node node, Set<String> columns, String changes, String before) {
    boolean retracts() {
      return !node.appendOnly();
    }

    /** The rows that stay. */
    String kept() {
      if (!retracts()) {
        return before;
      }
      return "(SELECT "
          + Sql.list(columns)
          + " FROM "
          + before
          + Sql.taken("ANTI", "s", changes, node.identity())
          + ")";
    }

    /** The rows after the batch. */
    String after() {
      return "(SELECT "
          + Sql.list(columns)
          + " FROM "
          + kept()
          + " UNION ALL SELECT "
          + Sql.list(columns)
          + " FROM "
          + changes
          + (retracts() ? " WHERE _w > 0)" : ")");
    }

    /** The rows that leave or come. */
    String rows(int weight) {
      String where = weight < 0 ? " WHERE _w < 0)" : retracts() ? " WHERE _w > 0)" : ")";
      return "(SELECT " + Sql.list(columns) + " FROM " + changes + where;
    }

    private String columnsOf(String relation) {
      return "(SELECT " + Sql.list(columns) + " FROM " + relation + ")";
    }
  }

  private final Join join;
  private final Set<String> needed;
  private final Side left;
  private final Side right;
  private final String on;
  private final List<String> selects = new ArrayList<>();

  JoinChanges(Join join, Set<String> needed, Side left, Side right) {
    this.join = join;
    this.needed = needed;
    this.left = left;
    this.right = right;
    on = on(join);
  }

  private static String on(Join join) {
    String match = Sql.match(join.keys());
    return join.condition() == null
        ? match
        : (match.equals("true") ? "" : match + " AND ") + "(" + join.condition().sql() + ")";
  }

  /** The SELECT of the changes of a join with rows that never change. */
  static String beside(Join join, Set<String> needed, String changes, String rows) {
    Set<String> own = Planner.own(join, needed);
    Field flag = join.flag();
    if (flag != null) {
      own.remove(flag.name());
    }
    List<String> ways =
        switch (join.kind()) {
          case INNER, FULL -> List.of(" JOIN ");
          case LEFT -> List.of(" LEFT JOIN ");
          case SEMI -> List.of(" SEMI JOIN ");
          case ANTI -> List.of(" ANTI JOIN ");
          case MARK -> List.of(" SEMI JOIN ", " ANTI JOIN ");
        };
    List<String> selects = new ArrayList<>();
    for (String way : ways) {
      String mark =
          flag == null || !needed.contains(flag.name())
              ? ""
              : way.equals(" SEMI JOIN ") + " AS " + flag.sql() + ", ";
      selects.add(
          "SELECT "
              + Sql.leading(own)
              + mark
              + "_w FROM "
              + changes
              + way
              + rows
              + " ON "
              + on(join));
    }
    return Sql.unionAll(selects);
  }

  /** The SELECT of the changes: the join's needed fields and {@code _w}. */
  String sql() {
    switch (join.kind()) {
      case INNER -> pairs(" JOIN ");
      case LEFT -> {
        pairs(" LEFT JOIN ");
        lonely(left, right, own(left) + nulls(right), -1);
      }
      case FULL -> {
        pairs(" LEFT JOIN ");
        lonely(left, right, own(left) + nulls(right) + flag("0"), -1);
        String lonelyRight = nulls(left) + own(right) + flag("1");
        changed(right, left, " ANTI JOIN ", lonelyRight);
        lonely(right, left, lonelyRight, -1);
      }
      case SEMI -> {
        changed(left, right, " SEMI JOIN ", own(left));
        lonely(left, right, own(left), 1);
      }
      case ANTI -> {
        changed(left, right, " ANTI JOIN ", own(left));
        lonely(left, right, own(left), -1);
      }
      case MARK -> {
        changed(left, right, " SEMI JOIN ", own(left) + flag("true"));
        changed(left, right, " ANTI JOIN ", own(left) + flag("false"));
        lonely(left, right, own(left) + flag("true"), 1);
        lonely(left, right, own(left) + flag("false"), -1);
      }
    }
    return Sql.unionAll(selects);
  }

  /** The same where left rows only come, and keep the partners that they find. */
  String sqlAsOfProcessing() {
    String own = own(left);
    switch (join.kind()) {
      case INNER -> changed(left, right, " JOIN ", own + own(right));
      case LEFT -> changed(left, right, " LEFT JOIN ", own + own(right));
      case SEMI -> changed(left, right, " SEMI JOIN ", own);
      case ANTI -> changed(left, right, " ANTI JOIN ", own);
      case MARK -> {
        changed(left, right, " SEMI JOIN ", own + flag("true"));
        changed(left, right, " ANTI JOIN ", own + flag("false"));
      }
      case FULL -> throw new IllegalStateException("a full join is never as of processing");
    }
    return Sql.unionAll(selects);
  }

  private void pairs(String how) {
    String flag = join.kind() == Join.Kind.FULL ? flag("0") : "";
    String out = own(left) + own(right) + flag;
    if (left.retracts()) {
      add(out + weight(-1), left.rows(-1) + how + right.columnsOf(right.before));
    }
    add(out + weight(1), left.rows(1) + how + right.after());
    add(out + "_w", left.columnsOf(left.kept()) + " JOIN " + right.changes);
  }

  /** The side's own changes, of rows with or without partner. */
  private void changed(Side side, Side other, String how, String out) {
    if (side.retracts()) {
      add(out + weight(-1), side.rows(-1) + how + other.columnsOf(other.before));
    }
    add(out + weight(1), side.rows(1) + how + other.after());
  }

  /**
   * Kept rows that the other side's changes touch and that had no partner before, with that weight;
   * and those that have none now, with the opposite one.
   */
  private void lonely(Side side, Side other, String out, int before) {
    String touched =
        "(SELECT "
            + Sql.list(side.columns)
            + " FROM "
            + side.columnsOf(side.kept())
            + " SEMI JOIN "
            + other.changes
            + " ON "
            + on
            + ")";
    add(out + weight(before), touched + " ANTI JOIN " + other.columnsOf(other.before));
    if (other.retracts()) {
      add(out + weight(-before), touched + " ANTI JOIN " + other.after());
    }
  }

  private void add(String out, String from) {
    selects.add("SELECT " + out + " FROM " + from + " ON " + on);
  }

  private static String weight(int weight) {
    return "CAST(" + weight + " AS TINYINT) AS _w";
  }

  private String flag(String value) {
    Field flag = join.flag();
    if (flag == null || !needed.contains(flag.name())) {
      return "";
    }
    return "CAST(" + value + " AS " + flag.type() + ") AS " + flag.sql() + ", ";
  }

  private Set<String> ownNames(Side side) {
    Set<String> own = new LinkedHashSet<>(side.columns);
    own.retainAll(needed);
    return own;
  }

  private String own(Side side) {
    return Sql.leading(ownNames(side));
  }

  private String nulls(Side side) {
    Set<String> own = ownNames(side);
    StringBuilder nulls = new StringBuilder();
    for (Field field : side.node.fields()) {
      if (own.contains(field.name())) {
        nulls.append("CAST(NULL AS ").append(field.type()).append(") AS ");
        nulls.append(Identifier.quote(field.name())).append(", ");
      }
    }
    return nulls.toString();
  }
}
