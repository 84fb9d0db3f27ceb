package dev.millrace.api.job;

import java.util.List;

/** Where events of jobs are kept. Thread-safe. */
public interface JobLog {
  /**
   * Everything that is kept, in order.
   *
   * @throws dev.millrace.api.error.RetryException if it cannot be read now
   */
  List<JobEvent> read();

  /**
   * Adds events, and says how jobs are now; both durably, or neither.
   *
   * @param listings all jobs of the project
   * @throws dev.millrace.api.error.RetryException if that cannot be done now, or perhaps was done:
   *     whoever goes on reads everything again
   */
  void append(List<JobEvent> events, List<JobListing> listings);
}
