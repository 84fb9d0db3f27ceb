package dev.millrace.engine.batch;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** What can be wrong with a statement of a model. */
public enum BatchError implements ErrorCode {
  /** The statement would write what belongs to Millrace: a stream, its state, a system table. */
  NOT_YOURS,
  /** A setting that holds for the whole store would be changed. */
  SETTING_REFUSED,
  /** A value of a seed does not fit the type of its column. */
  SEED_VALUE,
  /** A column that a table of the lake cannot have. */
  LAKE_COLUMN,
  /** Another process has changed a table of the lake that a model adds to. */
  LAKE_TABLE_MOVED;

  @Override
  public Blame blame() {
    return Blame.USER;
  }
}
