package dev.millrace.orchestrate;

import dev.millrace.project.JobSpec;

/** Does what jobs say. */
@FunctionalInterface
public interface JobRunner {
  /**
   * One try of a run, which has not begun.
   *
   * @param run its number
   * @param attempt from 1
   */
  Try prepare(JobSpec job, long run, int attempt);

  /** A try. */
  interface Try {
    /** Does it, on the caller's thread. What it throws counts as a failure. */
    Result run();

    /** Ends it soon; what it did not finish is rolled back. From any thread, at any time. */
    void cancel();
  }

  /**
   * What a try came to.
   *
   * @param success whether all is well
   * @param message one line for people: a summary, or why not
   */
  record Result(boolean success, String message) {}
}
