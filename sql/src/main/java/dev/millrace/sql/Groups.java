package dev.millrace.sql;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What both ways to keep groups up to date share.
 *
 * @param calls the aggregates that are needed
 * @param bound when a group cannot change any more; empty if nobody knows
 */
record Groups(
    ProgramBuilder program,
    Node.Aggregate aggregate,
    List<AggregateCall> calls,
    Optional<JoinTimes.Bound> bound) {
  static final String NO_BOUND =
      "no watermark says when a group is complete; group by a window of the event time";

  List<String> keys() {
    return AggregateRule.names(aggregate.groups());
  }

  /** True if a value of these fields that a group has had may be gone from it. */
  boolean loses(Set<String> fields) {
    Set<String> all = new HashSet<>(fields);
    all.addAll(keys());
    return retracts() && !aggregate.input().lasting().containsAll(all);
  }

  boolean retracts() {
    return !aggregate.input().appendOnly();
  }

  /** Groups of a SELECT; the one group of a whole input needs no GROUP BY and always has a row. */
  String groupBy() {
    return aggregate.global() ? "" : Sql.groupBy(keys());
  }

  /** The group's columns at the head of a SELECT with {@link #groupBy}. */
  String leadingKeys() {
    return aggregate.global() ? "0 AS " + Sql.list(keys()) + ", " : Sql.leading(keys());
  }

  StateTable state(String label, List<Field> fields, List<String> key, String text) {
    return program.state(label, fields, key, text, bound, NO_BOUND);
  }

  /** A value as one of a group's results, before and after a batch. */
  record Value(Field field, String before, String after) {}

  /**
   * The delta from a table of groups that changed: their keys, {@code _n} of the old state, values
   * before and after.
   *
   * @param alive true for a group that has rows after the batch
   */
  private Delta delta(String merged, List<Value> values, String alive) {
    StringBuilder before = new StringBuilder("SELECT " + Sql.leading(keys()));
    StringBuilder after = new StringBuilder(before);
    List<String> changed = new ArrayList<>();
    for (Value value : values) {
      String name = Identifier.quote(value.field.name());
      before.append(value.before).append(" AS ").append(name).append(", ");
      after.append(value.after).append(" AS ").append(name).append(", ");
      changed.add("(" + value.before + ") IS DISTINCT FROM (" + value.after + ")");
    }
    String differs = changed.isEmpty() ? "false" : "(" + String.join(" OR ", changed) + ")";
    before.append("CAST(-1 AS TINYINT) AS _w FROM ").append(merged);
    before.append(" WHERE _n IS NOT NULL AND (NOT (").append(alive).append(") OR ");
    before.append(differs).append(')');
    after.append("CAST(1 AS TINYINT) AS _w FROM ").append(merged);
    after.append(" WHERE (").append(alive).append(") AND (_n IS NULL OR ").append(differs);
    after.append(')');
    String from = "(" + Sql.unionAll(List.of(before.toString(), after.toString())) + ")";
    return new Delta(from, false, false, true, true);
  }

  /**
   * Keeps the results of groups: those that changed replace what was there. With {@code
   * emit='on_close'} a group whose window the watermark has passed leaves the state for the output.
   *
   * @param merged a table of groups that changed: keys, values, {@code _n} of the old state
   * @param columns the state's
   * @param alive true for a group that has rows after the batch
   */
  Delta store(
      StateTable state, String merged, List<String> columns, List<Value> values, String alive) {
    String list = Sql.list(columns);
    String old = "SELECT _n FROM " + merged + " WHERE _n IS NOT NULL";
    String stays = "SELECT " + list + " FROM " + merged + " WHERE " + alive;
    if (!aggregate.onClose()) {
      program.remove(state, old);
      program.append(state, stays);
      return delta(merged, values, alive);
    }
    String passed = program.take(state, "groups_passed", bound.orElseThrow());
    String closes =
        "coalesce("
            + Identifier.quote(bound.orElseThrow().column())
            + " < "
            + bound.orElseThrow().before()
            + ", false)";
    program.remove(state, old + " UNION SELECT _n FROM " + passed);
    program.append(state, stays + " AND NOT " + closes);
    StringBuilder last = new StringBuilder("SELECT " + Sql.leading(keys()));
    for (Value value : values) {
      last.append(value.after).append(" AS ").append(Identifier.quote(value.field.name()));
      last.append(", ");
    }
    last.append("CAST(1 AS TINYINT) AS _w FROM ");
    String untouched =
        "(SELECT p.* FROM "
            + passed
            + " AS p ANTI JOIN "
            + merged
            + " AS m ON "
            + Sql.same("p", "m", keys())
            + ")";
    String from =
        "("
            + Sql.unionAll(
                List.of(last + merged + " WHERE " + alive + " AND " + closes, last + untouched))
            + ")";
    return new Delta(from, false, false, true, true);
  }

  String make(String label, String select) {
    return program.make(label, select, Blame.STATE);
  }
}
