package dev.millrace.connect.clickhouse;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong between a sink and ClickHouse. */
public enum ClickHouseError implements ErrorCode {
  /** The address of the server is none. */
  DATABASE_URL(Blame.USER),
  /** The server cannot be reached, is overloaded, cannot be written to now, or is stopping. */
  DATABASE_AWAY(Blame.EXTERNAL),
  /** The server refuses the user, or what the user wants to do. */
  DATABASE_ACCESS(Blame.USER),
  /** The sink's block says something that cannot be. */
  SINK_OPTION(Blame.USER),
  /** The target table cannot take the stream: a column is missing or has another type. */
  SINK_TABLE_UNFIT(Blame.USER),
  /** The target table was dropped after changes were delivered to it. */
  SINK_TABLE_LOST(Blame.USER),
  /** The server lacks what makes a delivery exactly once. */
  SERVER_TOO_OLD(Blame.USER),
  /** The server refuses a value or a statement. */
  SINK_REFUSED(Blame.USER),
  /** A value that the target's type cannot hold. */
  SINK_VALUE(Blame.USER),
  /** The files that the table is to be filled from cannot be read, or are others now. */
  SINK_FILL(Blame.USER),
  /** Another process has delivered to the target meanwhile. */
  SINK_POSITION_MOVED(Blame.EXTERNAL),
  /** A chunk that was begun comes again with fewer rows, or is there in part. */
  SINK_CHUNK_CHANGED(Blame.INTERNAL);

  private final Blame blame;

  ClickHouseError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
