package dev.millrace.sql.gate;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** Why a query was not run, or not to its end. */
public enum GateError implements ErrorCode {
  /** DuckDB's parser does not accept the text. */
  QUERY_SYNTAX,
  /** A statement that is no SELECT. */
  QUERY_NOT_A_SELECT,
  /** More than one statement. */
  QUERY_SEVERAL_STATEMENTS,
  /** SELECT syntax that is not on the list of what is known to be harmless. */
  QUERY_SYNTAX_REFUSED,
  /** A function that is not on the list of what is known to be harmless. */
  QUERY_FUNCTION_REFUSED,
  /** A table function that is not on the list. */
  QUERY_TABLE_FUNCTION_REFUSED,
  /** A function is asked to make a value whose size is not bounded by the query's text. */
  QUERY_SIZE_REFUSED,
  /** A name in FROM that is no table or view of the store. */
  QUERY_UNKNOWN_TABLE,
  /** An earlier version is asked for where no table has any. */
  QUERY_NO_VERSIONS,
  /** A parameter that the caller does not offer, or one without a name. */
  QUERY_PARAMETER,
  /** The database refused the query or failed in it. */
  QUERY_FAILED,
  /** The time limit was reached. */
  QUERY_TIMEOUT;

  @Override
  public Blame blame() {
    return Blame.USER;
  }
}
