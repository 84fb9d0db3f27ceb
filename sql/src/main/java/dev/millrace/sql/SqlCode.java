package dev.millrace.sql;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can be wrong with a stream's SELECT. */
public enum SqlCode implements ErrorCode {
  /** The text is not SQL. */
  SQL_SYNTAX,
  /** It is SQL, but not one SELECT. */
  SQL_NOT_A_SELECT,
  /** A name in FROM that is no input and no common table expression. */
  SQL_UNKNOWN_RELATION,
  /** A column that no relation in scope has. */
  SQL_UNKNOWN_COLUMN,
  /** A column that several relations in scope have. */
  SQL_AMBIGUOUS_COLUMN,
  /** A function that DuckDB does not have. */
  SQL_UNKNOWN_FUNCTION,
  /** The result has two columns of one name, or a name that Millrace keeps for itself. */
  SQL_COLUMN_NAME,
  /** Types that do not fit, or another error that DuckDB finds when it binds the query. */
  SQL_INVALID,
  /** A function whose value changes from one call or moment to the next. */
  SQL_VOLATILE,
  /** A result that would depend on the order in which rows come. */
  SQL_ORDER_DEPENDENT,
  /** Valid SQL that cannot be kept up to date yet. */
  SQL_UNSUPPORTED,
  /** {@code emit='on_close'} without a window that a watermark closes. */
  SQL_NO_WINDOW,
  /** A column's type that streams cannot hold. */
  SQL_TYPE,
  /** A query that is right, of which Millrace makes SQL that is not. */
  SQL_INTERNAL;

  @Override
  public Blame blame() {
    return this == SQL_INTERNAL ? Blame.INTERNAL : Blame.USER;
  }
}
