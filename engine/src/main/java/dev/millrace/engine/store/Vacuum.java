package dev.millrace.engine.store;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

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

  /** What was long ago counts less: once there were so many rows, all counts are halved. */
  private static final long RECENT = 1_000_000;

  private final Map<String, Counts> tables = new HashMap<>();

  private static final class Counts {
    private long appended;
    private long deleted;
  }

  /**
   * What the batch in hand did to the tables of a flow. Dead rows are worth a vacuum where they are
   * a good part of a table's, and of all that the flow writes.
   *
   * @return how many tasks of that kind a checkpoint may do
   */
  int tasks(Collection<KeptTable> flow) {
    boolean large = false;
    long all = 0;
    long both = 0;
    for (KeptTable table : flow) {
      Counts counts = tables.computeIfAbsent(table.name(), k -> new Counts());
      counts.appended += table.appendedInBatch();
      counts.deleted += table.deletedInBatch();
      large |= table.appendedInBatch() >= GROUP;
      all += counts.appended;
      both += counts.appended + counts.deleted;
    }
    long written = all;
    boolean dead =
        tables.values().stream()
            .anyMatch(t -> t.deleted > t.appended / 4 && t.deleted > written / 16);
    if (both > RECENT) {
      tables.values().forEach(Vacuum::halve);
    }
    return dead ? ALL : large ? 0 : SOME;
  }

  private static void halve(Counts counts) {
    counts.appended /= 2;
    counts.deleted /= 2;
  }
}
