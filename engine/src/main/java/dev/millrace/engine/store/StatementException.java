package dev.millrace.engine.store;

import java.sql.SQLException;

/** A statement failed; {@link #sql()} is its text. */
public final class StatementException extends SQLException {
  private static final long serialVersionUID = 1L;

  private final String sql;

  StatementException(String sql, SQLException cause) {
    super(cause.getMessage(), cause.getSQLState(), cause);
    this.sql = sql;
  }

  /** The statement's text. */
  public String sql() {
    return sql;
  }

  @Override
  public String toString() {
    return getMessage() + "\nin: " + (sql.length() > 2000 ? sql.substring(0, 2000) + "..." : sql);
  }
}
