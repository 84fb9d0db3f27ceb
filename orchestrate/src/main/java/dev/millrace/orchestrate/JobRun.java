package dev.millrace.orchestrate;

import dev.millrace.api.job.JobEvent.Trigger;
import java.time.Instant;
import java.util.Optional;

/**
 * A run of a job.
 *
 * @param number from 1, never twice
 * @param job its job's name
 * @param trigger why it is there
 * @param due when it was due
 * @param state how it is
 * @param attempts how many tries began
 * @param failures how many of them failed
 * @param cutOffs how many of them the end of a process cut off
 * @param startedAt of the first try
 * @param endedAt of the last try
 * @param retryAt when it is tried again
 * @param message what the last try said
 */
public record JobRun(
    long number,
    String job,
    Trigger trigger,
    Instant due,
    State state,
    int attempts,
    int failures,
    int cutOffs,
    Optional<Instant> startedAt,
    Optional<Instant> endedAt,
    Optional<Instant> retryAt,
    String message) {

  /** How a run is. */
  public enum State {
    /** It waits for its first try. */
    QUEUED,
    /** A try runs. */
    RUNNING,
    /** A try failed; the next one waits for its time. */
    RETRYING,
    /** A try was cut off; the next one begins soon. */
    CUT_OFF,
    /** It was left out. */
    SKIPPED,
    /** It is done. */
    SUCCEEDED,
    /** It has failed for good. */
    FAILED;

    /** Whether nothing more happens to it. */
    public boolean isDone() {
      return this == SKIPPED || this == SUCCEEDED || this == FAILED;
    }
  }

  static JobRun queued(long number, String job, Trigger trigger, Instant due, String message) {
    return new JobRun(
        number,
        job,
        trigger,
        due,
        State.QUEUED,
        0,
        0,
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        message);
  }

  JobRun skipped(String why) {
    return with(State.SKIPPED, attempts, failures, cutOffs, endedAt, Optional.empty(), why);
  }

  JobRun started(Instant at, int attempt) {
    JobRun next = with(State.RUNNING, attempt, failures, cutOffs, endedAt, Optional.empty(), "");
    return startedAt.isPresent() ? next : next.withStart(at);
  }

  JobRun succeeded(Instant at, String said) {
    return with(
        State.SUCCEEDED, attempts, failures, cutOffs, Optional.of(at), Optional.empty(), said);
  }

  JobRun failed(Instant at, Optional<Instant> again, String said) {
    State next = again.isPresent() ? State.RETRYING : State.FAILED;
    return with(next, attempts, failures + 1, cutOffs, Optional.of(at), again, said);
  }

  JobRun cutOff(Instant at, String said) {
    return with(
        State.CUT_OFF, attempts, failures, cutOffs + 1, Optional.of(at), Optional.empty(), said);
  }

  private JobRun with(
      State next,
      int attempt,
      int failed,
      int cut,
      Optional<Instant> ended,
      Optional<Instant> again,
      String said) {
    return new JobRun(
        number, job, trigger, due, next, attempt, failed, cut, startedAt, ended, again, said);
  }

  private JobRun withStart(Instant at) {
    return new JobRun(
        number,
        job,
        trigger,
        due,
        state,
        attempts,
        failures,
        cutOffs,
        Optional.of(at),
        endedAt,
        retryAt,
        message);
  }
}
