package dev.millrace.sql;

import java.util.List;

/**
 * What keeps one stream up to date. The engine creates the states, then for every batch makes the
 * deltas of {@link #inputs()}, sets the variables {@code wm_<source>.<stream>} to the watermarks
 * after the batch, and runs the steps, one of which makes the delta of {@link #output()}. Steps
 * that read state come before those that change it.
 *
 * @param inputs the relations it reads
 * @param output the relation it makes
 * @param states the tables it keeps
 * @param steps the steps of a batch; without input and with an unchanged watermark they change
 *     nothing, but for the first batch: a query over one group without keys has a row from then on
 * @param batchSql the same query over complete tables with the inputs' visible columns, as plain
 *     DuckDB SQL: the oracle of law 1. With {@code emit='on_close'} it reads the watermarks'
 *     variables and returns closed windows only.
 * @param plan the query for people
 */
public record StreamProgram(
    List<Relation> inputs,
    Relation output,
    List<StateTable> states,
    List<Step> steps,
    String batchSql,
    QueryPlan plan) {
  /** Copies the lists. */
  public StreamProgram {
    inputs = List.copyOf(inputs);
    states = List.copyOf(states);
    steps = List.copyOf(steps);
  }
}
