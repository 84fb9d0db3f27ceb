package dev.millrace.orchestrate;

import dev.millrace.api.job.JobEvent;
import dev.millrace.api.job.JobEvent.Kind;
import dev.millrace.api.job.JobEvent.Trigger;
import dev.millrace.project.JobSpec;
import dev.millrace.project.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is due when, by the schedules of jobs and by what became of them so far. Immutable. */
final class Timetable {
  /** What is later than that was missed. */
  private static final Duration ON_TIME = Duration.ofMinutes(1);

  private final List<JobSpec> specs;
  private final Instant startedAt;

  /**
   * The schedules of a project.
   *
   * @param startedAt what was due before was missed
   */
  Timetable(List<JobSpec> specs, Instant startedAt) {
    this.specs = List.copyOf(specs);
    this.startedAt = startedAt;
  }

  /** What is to be noted of jobs that are new, or that jobs.yml now has otherwise. */
  List<JobEvent> declarations(JobHistory history, Instant now) {
    List<JobEvent> events = new ArrayList<>();
    for (JobSpec spec : specs) {
      String how = JobDeclaration.of(spec);
      if (history.of(spec.name()).declared().filter(how::equals).isEmpty()) {
        events.add(JobEvent.of(now, spec.name(), Kind.DECLARED, how));
      }
    }
    return events;
  }

  /** The first run that is due and not in the history: it is queued, or skipped. */
  Optional<JobEvent> due(JobHistory history, Instant now) {
    for (JobSpec spec : specs) {
      JobHistory.JobFacts facts = history.of(spec.name());
      if (spec.schedule().isEmpty() || facts.paused()) {
        continue;
      }
      Schedule schedule = spec.schedule().get();
      Optional<Instant> due =
          facts.isNew() && schedule instanceof Schedule.Every
              ? Optional.of(now)
              : schedule.newest(facts.since(), now);
      if (due.isPresent()) {
        return Optional.of(queued(spec, history, due.get(), now));
      }
    }
    return Optional.empty();
  }

  private JobEvent queued(JobSpec spec, JobHistory history, Instant due, Instant now) {
    boolean missed = due.isBefore(startedAt) || due.isBefore(now.minus(ON_TIME));
    Trigger trigger = missed ? Trigger.CATCH_UP : Trigger.SCHEDULE;
    JobRun run = JobRun.queued(history.nextRun(), spec.name(), trigger, due, "");
    List<JobRun> open = history.open(spec.name());
    if (missed && spec.catchUp() == JobSpec.CatchUp.NONE) {
      return RunEvents.skipped(now, run, "missed");
    }
    if (!open.isEmpty() && spec.overlap() == JobSpec.Overlap.SKIP) {
      return RunEvents.skipped(now, run, "run " + open.get(0).number() + " was not done");
    }
    return history
        .waiting(spec.name())
        .map(w -> RunEvents.skipped(now, run, "run " + w.number() + " waits already"))
        .orElseGet(() -> RunEvents.queued(now, run));
  }

  /** When a job is due next; empty if it waits for somebody. */
  static Optional<Instant> next(JobSpec spec, JobHistory history, Instant now) {
    return history.of(spec.name()).paused()
        ? Optional.empty()
        : spec.schedule().flatMap(s -> s.next(now));
  }
}
