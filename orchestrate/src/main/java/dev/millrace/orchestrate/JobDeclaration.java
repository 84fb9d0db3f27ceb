package dev.millrace.orchestrate;

import dev.millrace.project.JobSpec;
import dev.millrace.project.Schedule;

/** How jobs.yml has a job, as far as what is due depends on it, in a text that events keep. */
final class JobDeclaration {
  static final String PAUSED = "paused, ";

  private JobDeclaration() {}

  static String of(JobSpec job) {
    return (job.paused() ? PAUSED : "") + job.schedule().map(Schedule::text).orElse("by hand");
  }
}
