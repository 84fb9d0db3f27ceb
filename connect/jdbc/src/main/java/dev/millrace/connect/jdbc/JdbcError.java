package dev.millrace.connect.jdbc;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong between a sink and its database. */
public enum JdbcError implements ErrorCode {
  /** The address of the database is none. */
  DATABASE_URL(Blame.USER),
  /** The database cannot be reached, is overloaded, or is shutting down. */
  DATABASE_AWAY(Blame.EXTERNAL),
  /** The database refuses the user, or what the user wants to do. */
  DATABASE_ACCESS(Blame.USER),
  /** The target table cannot take the stream: a column is missing or has another type. */
  SINK_TABLE_UNFIT(Blame.USER),
  /** The target table was dropped after changes were delivered to it. */
  SINK_TABLE_LOST(Blame.USER),
  /** The database refuses a value or a statement. */
  SINK_REFUSED(Blame.USER),
  /** A value that the target's type cannot hold. */
  SINK_VALUE(Blame.USER),
  /** Another process has delivered to the target meanwhile. */
  SINK_POSITION_MOVED(Blame.EXTERNAL);

  private final Blame blame;

  JdbcError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
