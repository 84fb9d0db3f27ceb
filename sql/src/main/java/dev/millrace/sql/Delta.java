package dev.millrace.sql;

/**
 * The changes of an operator within a batch, as something to put behind FROM: its needed fields and
 * {@code _w}.
 *
 * @param from a table's name or a subquery in parentheses
 * @param table true if it is a relation that a step has made, so that reading it twice costs little
 * @param consolidated true if no identity appears twice with equal rows
 * @param cheap true if it is a few expressions over such a relation: reading it twice is better
 *     than writing it down once
 * @param stateful true if it was computed from state, so that an error in it is no row's fault
 */
record Delta(String from, boolean table, boolean cheap, boolean consolidated, boolean stateful) {
  Step.Blame blame() {
    return stateful ? Step.Blame.STATE : Step.Blame.ROW;
  }
}
