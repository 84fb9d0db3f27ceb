package dev.millrace.engine.lake;

import dev.millrace.api.error.Blame;
import dev.millrace.api.error.ErrorCode;

/** Why an earlier version of a table is not read. */
public enum LakeVersionError implements ErrorCode {
  /** The lake has no such table, and others have no versions. */
  LAKE_TABLE_UNKNOWN,
  /** The version is no constant. */
  LAKE_VERSION_INVALID,
  /** A view would be over files that go when their version expires. */
  LAKE_VERSION_IN_VIEW;

  @Override
  public Blame blame() {
    return Blame.USER;
  }
}
