package dev.millrace.project;

import dev.millrace.api.error.SourceLocation;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A job: what is built, and when.
 *
 * @param name unique
 * @param description in Markdown; may be empty
 * @param schedule when it is due; empty: only when somebody asks
 * @param command what is done
 * @param select in dbt's selection syntax; everything if empty
 * @param exclude in the same syntax
 * @param fullRefresh whether incremental models and seeds are made anew
 * @param vars values of variables in place of, or besides, the project's
 * @param retries what happens after a failure
 * @param timeout after which a run is ended and has failed
 * @param overlap what happens when it is due while it runs
 * @param catchUp what happens to runs that were missed
 * @param paused whether it waits until somebody resumes it
 * @param webhook gets word of a failure; a secret
 * @param where the job is
 * @param selectAt where {@code select} is, else the job
 */
public record JobSpec(
    String name,
    String description,
    Optional<Schedule> schedule,
    Command command,
    List<String> select,
    List<String> exclude,
    boolean fullRefresh,
    Map<String, Object> vars,
    Retries retries,
    Optional<Duration> timeout,
    Overlap overlap,
    CatchUp catchUp,
    boolean paused,
    Optional<Webhook> webhook,
    SourceLocation where,
    SourceLocation selectAt) {
  /** Copies the collections. */
  public JobSpec {
    select = List.copyOf(select);
    exclude = List.copyOf(exclude);
    vars = Map.copyOf(vars);
  }

  /** What a job does, as dbt's commands of these names. */
  public enum Command {
    /** Seeds, models, snapshots, and the tests between them. */
    BUILD("build"),
    /** Seeds alone. */
    SEED("seed"),
    /** Snapshots alone. */
    SNAPSHOT("snapshot"),
    /** Tests alone. */
    TEST("test"),
    /** Whether sources are fresh. */
    FRESHNESS("source freshness");

    private final String text;

    Command(String text) {
      this.text = text;
    }

    /** As jobs.yml has it. */
    public String text() {
      return text;
    }
  }

  /** What happens when a job is due while it runs. */
  public enum Overlap {
    /** It is left out. */
    SKIP,
    /** It runs afterwards; one waits at most. */
    QUEUE
  }

  /** What happens to runs that were missed while nothing ran. */
  public enum CatchUp {
    /** One run stands for all of them. */
    ONCE,
    /** They are left out. */
    NONE
  }

  /**
   * Tries after a failed one.
   *
   * @param times how many more tries
   * @param delay before the first of them
   * @param backoff by which the delay grows from one to the next, at least 1
   * @param maxDelay what it grows to
   */
  public record Retries(int times, Duration delay, double backoff, Duration maxDelay) {
    /** The delay after so many failed tries, from 1. */
    public Duration after(int failed) {
      double millis = delay.toMillis() * Math.pow(backoff, failed - 1.0);
      return Duration.ofMillis((long) Math.min(millis, maxDelay.toMillis()));
    }
  }

  /**
   * An address that may be a secret as a whole.
   *
   * @param address never shown
   */
  public record Webhook(URI address) {
    @Override
    public String toString() {
      return "***";
    }
  }
}
