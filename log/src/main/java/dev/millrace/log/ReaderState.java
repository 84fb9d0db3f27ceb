package dev.millrace.log;

import java.util.List;
import java.util.Optional;

/**
 * What a reader is doing, as of its last poll.
 *
 * @param connected false while no broker answers
 * @param lastError what was wrong last; empty while all is well
 * @param records read since it was opened
 * @param bytes of their keys and values
 * @param lag by partition
 */
public record ReaderState(
    boolean connected,
    Optional<String> lastError,
    long records,
    long bytes,
    List<PartitionLag> lag) {
  /** Copies the list. */
  public ReaderState {
    lag = List.copyOf(lag);
  }
}
