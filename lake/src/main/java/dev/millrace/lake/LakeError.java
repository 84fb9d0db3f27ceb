package dev.millrace.lake;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can go wrong with tables of the lake. */
public enum LakeError implements ErrorCode {
  /** The address of the lake, or of its catalog, is none. */
  LAKE_ADDRESS(Blame.USER),
  /** The lake's files or its catalog cannot be reached, or the disk is full. */
  LAKE_AWAY(Blame.EXTERNAL),
  /** The catalog, or the folder, refuses what is to be done. */
  LAKE_ACCESS(Blame.USER),
  /** Others changed the table at the same time, again and again. */
  LAKE_CONFLICT(Blame.EXTERNAL),
  /** There is a table of that name already. */
  LAKE_TABLE_EXISTS(Blame.USER),
  /** A version of a table that has expired, or never was. */
  LAKE_VERSION_UNKNOWN(Blame.USER),
  /** A table has files that Millrace does not read, such as deletes of another engine. */
  LAKE_TABLE_UNREADABLE(Blame.USER),
  /** The columns of a table cannot be changed so. */
  LAKE_SCHEMA_CHANGE(Blame.USER),
  /** A partition that cannot be made from its column. */
  LAKE_PARTITION(Blame.USER),
  /** A value that the column's type cannot hold. */
  SINK_VALUE(Blame.USER),
  /** The sink's block says something that cannot be. */
  SINK_OPTION(Blame.USER),
  /** The target table cannot take the stream: a column is missing or has another type. */
  SINK_TABLE_UNFIT(Blame.USER),
  /** Another process has delivered to the target meanwhile. */
  SINK_POSITION_MOVED(Blame.EXTERNAL);

  private final Blame blame;

  LakeError(Blame blame) {
    this.blame = blame;
  }

  @Override
  public Blame blame() {
    return blame;
  }
}
