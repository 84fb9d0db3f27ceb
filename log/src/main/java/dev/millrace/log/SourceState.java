package dev.millrace.log;

import dev.millrace.api.connect.SourceActivity;
import dev.millrace.api.error.Problem;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a source is doing.
 *
 * @param status in one word
 * @param records committed since the runner started
 * @param bytes of their keys and values
 * @param transactions committed since the runner started
 * @param retries failed attempts since the last commit
 * @param problems what is wrong; empty while all is well
 * @param activity what the source itself tells
 * @param idleAsOf when it last found nothing more to read, by {@link System#nanoTime}
 */
public record SourceState(
    Status status,
    long records,
    long bytes,
    long transactions,
    int retries,
    List<Problem> problems,
    Optional<SourceActivity> activity,
    OptionalLong idleAsOf) {
  /** Copies the list. */
  public SourceState {
    problems = List.copyOf(problems);
  }

  /**
   * The life of a source: {@code STARTING → RUNNING}, from each of them to {@code RETRYING} and
   * back to {@code STARTING}, and at the end one of the last three.
   */
  public enum Status {
    /** Finding out where to go on. */
    STARTING,
    /** Reading and writing. */
    RUNNING,
    /** Waiting after a passing fault. */
    RETRYING,
    /** The source is bounded, and all of it is committed. */
    ENDED,
    /** A person has to act. */
    FAILED,
    /** Closed before the end; the next runner goes on from here. */
    STOPPED
  }
}
