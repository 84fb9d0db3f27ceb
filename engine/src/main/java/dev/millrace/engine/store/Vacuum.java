package dev.millrace.engine.store;

/**
 * How much DuckDB tidies up when it makes a checkpoint. It then puts neighbouring groups of rows
 * together that fit into fewer, so that deleted rows leave the file and small commits do not leave
 * many small groups; for that it writes all the rows of those groups anew. A commit of many rows
 * leaves groups that are more than half full: putting them together costs a third of the work of a
 * backlog and gains little, so it waits, as long as few rows are deleted, and is then done in small
 * steps, so that no commit behind the backlog takes long. For the flow's thread.
 */
final class Vacuum {
  /** DuckDB's own setting. */
  static final int ALL = 100;

  /** So many groups, of 122,880 rows at most, in a table and a checkpoint: half a second. */
  static final int SOME = 8;

  /** A group of rows. */
  static final long GROUP = 122_880;

  /** The share of deleted rows is that of about so many. */
  private static final long RECENT = 1_000_000;

  private long appended;
  private long deleted;

  /**
   * A batch appended and deleted so many rows in the tables of a flow.
   *
   * @return how many tasks of that kind a checkpoint may do
   */
  int tasks(long appendedNow, long deletedNow) {
    appended += appendedNow;
    deleted += deletedNow;
    int tasks = SOME;
    if (deleted > appended / 4) {
      tasks = ALL;
    } else if (appendedNow >= GROUP) {
      tasks = 0;
    }
    if (appended + deleted > RECENT) {
      appended /= 2;
      deleted /= 2;
    }
    return tasks;
  }
}
