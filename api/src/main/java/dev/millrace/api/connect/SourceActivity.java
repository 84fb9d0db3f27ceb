package dev.millrace.api.connect;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a source that reads one thing after the other, such as files, is doing.
 *
 * @param reading what it reads now; empty if it waits
 * @param fraction how much of that is read, from 0 to 1; empty if that cannot be told
 * @param waiting how many things are there that will be read
 * @param oldestWaiting the time of the oldest of them, as its system has it; empty if none waits
 * @param failed how many could not be read, and were neither tried again nor forgotten
 * @param refused how many could not be deleted, moved or renamed when they had been read
 * @param refusal why not the last one of these
 * @param idleAsOf when it last looked and found nothing more to read, with all that it had read
 *     committed, by {@link System#nanoTime}; empty if there was something
 * @param tally what it has read since it was opened
 */
public record SourceActivity(
    Optional<String> reading,
    OptionalDouble fraction,
    long waiting,
    Optional<Instant> oldestWaiting,
    long failed,
    long refused,
    Optional<String> refusal,
    OptionalLong idleAsOf,
    SourceTally tally) {
  /** The same with another tally. */
  public SourceActivity with(SourceTally other) {
    return new SourceActivity(
        reading, fraction, waiting, oldestWaiting, failed, refused, refusal, idleAsOf, other);
  }
}
