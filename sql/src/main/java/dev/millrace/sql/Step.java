package dev.millrace.sql;

import java.util.List;

/**
 * One step of a program, in DuckDB's SQL, which reads relations that steps before it made by their
 * bare name. Reads of states see them as they were before the batch. The steps of a batch, and
 * those of other programs, run in one transaction: as one statement, in which every relation is a
 * common table expression, or one after the other over temporary tables.
 */
public sealed interface Step {

  /** Whose fault an error in a step is. */
  enum Blame {
    /** An expression over single input rows: the row that fails can be found and set aside. */
    ROW,
    /** State (an aggregate that overflows): the stream stops. */
    STATE
  }

  /** Makes the relation {@code table} from a SELECT. */
  record Make(String table, String select, Blame blame) implements Step {}

  /**
   * Appends the rows of a SELECT, whose columns are the state's without {@code _n}, in the order of
   * the SELECT.
   */
  record Append(String state, String select) implements Step {}

  /**
   * Makes the relation {@code table} with the state's columns and {@code _n}: at least every row of
   * the state whose key equals one of the keys in {@code probe}, perhaps more rows; so a program
   * still compares keys itself. How the rows are found (an index, a scan, the state itself as a
   * view) is the engine's choice by sizes.
   *
   * @param probeKey columns of the relation {@code probe}, one for each column of the state's key,
   *     of equal type; a null key finds the state's rows with null there
   */
  record Slice(String table, String state, String probe, List<String> probeKey) implements Step {
    /** Copies the list. */
    public Slice {
      probeKey = List.copyOf(probeKey);
    }
  }

  /** Deletes the state's rows whose {@code _n} the SELECT returns (one column). */
  record Remove(String state, String select) implements Step {}

  /**
   * Deletes the state's rows that no later change can need. Not running it, or running it later,
   * never changes a result.
   *
   * @param column a column of the state that grows with event time
   * @param before an SQL expression of an instant: rows with a smaller value are no longer needed
   */
  record Forget(String state, String column, String before) implements Step {}

  /**
   * Makes the relation {@code table} of the state's rows, as they were before the batch, whose
   * {@code column} is before an instant, with {@code _n}. Unlike {@link Forget} it must run in
   * every batch: a window that closes is published this way, and the program removes its rows.
   *
   * @param column a column of type TIMESTAMPTZ; rows that are appended have no value before the
   *     instant, which never goes back
   * @param before an SQL expression of an instant; while it is NULL there is no row
   */
  record Take(String table, String state, String column, String before) implements Step {}
}
