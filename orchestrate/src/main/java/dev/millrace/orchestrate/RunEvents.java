package dev.millrace.orchestrate;

import dev.millrace.api.job.JobEvent;
import dev.millrace.api.job.JobEvent.Kind;
import dev.millrace.project.JobSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Events of runs, in the log's words. */
final class RunEvents {
  private RunEvents() {}

  static JobEvent queued(Instant now, JobRun run) {
    return new JobEvent(
        now,
        run.job(),
        run.number(),
        Kind.QUEUED,
        0,
        Optional.of(run.trigger()),
        Optional.of(run.due()),
        Optional.empty(),
        run.message());
  }

  static JobEvent skipped(Instant now, JobRun run, String why) {
    return new JobEvent(
        now,
        run.job(),
        run.number(),
        Kind.SKIPPED,
        run.attempts(),
        Optional.of(run.trigger()),
        Optional.of(run.due()),
        Optional.empty(),
        why);
  }

  static List<JobEvent> failed(
      JobSpec spec, long run, int attempt, Optional<Instant> again, String why, Instant now) {
    List<JobEvent> events = new ArrayList<>();
    events.add(
        new JobEvent(
            now,
            spec.name(),
            run,
            Kind.FAILED,
            attempt,
            Optional.empty(),
            Optional.empty(),
            again,
            why));
    if (again.isEmpty() && spec.webhook().isPresent()) {
      events.add(JobEvent.of(now, spec.name(), run, Kind.ALERT_DUE, attempt, ""));
    }
    return events;
  }

  static String words(Duration duration) {
    return duration.toString().substring(2).toLowerCase(Locale.ROOT);
  }
}
