package dev.millrace.dbt.adapter;

import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;

/**
 * Tables of the target's lake, as a session writes them. Each is a view in the store besides, over
 * the files that it has.
 */
public interface LakeSession {
  /** True if there is a table of the lake of that name, and the store has its view. */
  boolean has(Relation relation);

  /**
   * Changes a table, which is committed when this returns, and replaces its view as a part of the
   * session's transaction.
   *
   * @return how many rows were written
   * @throws StopException if a person has to change something
   * @throws RetryException if nothing was changed, and it may succeed later
   * @throws AdapterException if the query fails
   */
  long write(LakeWrite write);
}
