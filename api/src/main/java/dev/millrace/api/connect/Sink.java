package dev.millrace.api.connect;

import dev.millrace.api.type.Batch;
import java.util.Optional;

/**
 * An open sink, used by one thread. After any exception the caller closes it, opens another and
 * reads the position again, since the outcome of the last call is unknown.
 */
public interface Sink extends AutoCloseable {
  /**
   * The position that the target holds for this project and sink, whatever its epoch; empty if it
   * has none.
   */
  Optional<SinkPosition> position();

  /** How changes are gathered for the next {@link #deliver}. */
  default SinkPace pace() {
    return SinkPace.AT_ONCE;
  }

  /**
   * Applies the changes in order and stores (epoch, {@code sequence}) atomically with them.
   *
   * @param changes in append mode rows, all +1; in upsert mode at most one change for a key, +1 to
   *     write the row, -1 to delete it by its key; in Debezium mode -1 for the whole row that a key
   *     had, +1 for the one that it has from then on, in this order
   * @param sequence of the last change in the batch
   * @throws dev.millrace.api.error.RetryException if the target is away
   * @throws dev.millrace.api.error.StopException if a person has to act
   */
  void deliver(Batch changes, long sequence);

  /**
   * Replaces a position of another epoch, after a person has said so, and empties the target table.
   */
  void adopt();

  /** Frees everything; never throws. */
  @Override
  void close();
}
