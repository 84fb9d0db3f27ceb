package dev.millrace.api.job;

import java.time.Instant;
import java.util.Optional;

/**
 * Something that happened to a job. Events are only ever added; what is true now follows from them.
 *
 * @param at when
 * @param job its name
 * @param run the number of the run, from 1 and never twice; 0 if it concerns the job as a whole
 * @param kind what happened
 * @param attempt which try of the run, from 1; 0 before the first
 * @param trigger why the run is there, for {@link Kind#QUEUED} and {@link Kind#SKIPPED}
 * @param due when the run was due, for {@link Kind#QUEUED} and {@link Kind#SKIPPED}
 * @param retryAt when it is tried again, for {@link Kind#FAILED}; empty if it is not
 * @param text what people read, or for {@link Kind#DECLARED} how the job was declared; may be empty
 */
public record JobEvent(
    Instant at,
    String job,
    long run,
    Kind kind,
    int attempt,
    Optional<Trigger> trigger,
    Optional<Instant> due,
    Optional<Instant> retryAt,
    String text) {

  /** Something about a job as a whole. */
  public static JobEvent of(Instant at, String job, Kind kind, String text) {
    return of(at, job, 0, kind, 0, text);
  }

  /** Something about a run. */
  public static JobEvent of(Instant at, String job, long run, Kind kind, int attempt, String text) {
    return new JobEvent(
        at, job, run, kind, attempt, Optional.empty(), Optional.empty(), Optional.empty(), text);
  }

  /** What happened. */
  public enum Kind {
    /** The project has the job, new or with another schedule: it is due from now on. */
    DECLARED,
    /** It is not due from now on. */
    PAUSED,
    /** It is due again from now on. */
    RESUMED,
    /** A run is to be done. */
    QUEUED,
    /** A run that was due is not done. */
    SKIPPED,
    /** A try began. */
    STARTED,
    /** A try did its work; the run is done. */
    SUCCEEDED,
    /** A try did not; without a time to try again the run has failed. */
    FAILED,
    /** The process ended in the middle of a try; it is done again. */
    CUT_OFF,
    /** Somebody is to hear of a run that failed. */
    ALERT_DUE,
    /** They were told. */
    ALERTED,
    /** They could not be told. */
    ALERT_FAILED
  }

  /** Why there is a run. */
  public enum Trigger {
    /** It was time. */
    SCHEDULE,
    /** It was time while nothing ran. */
    CATCH_UP,
    /** Somebody asked. */
    MANUAL,
    /** The instance is to end once all is done. */
    END
  }
}
