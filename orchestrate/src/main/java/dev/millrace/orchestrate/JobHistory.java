package dev.millrace.orchestrate;

import dev.millrace.api.job.JobEvent;
import dev.millrace.api.job.JobEvent.Kind;
import dev.millrace.api.job.JobEvent.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is true of jobs, which follows from their events and from nothing else. For one thread. */
final class JobHistory {
  /** So many runs of a job are kept to be shown. */
  private static final int RECENT = 24;

  /** So often somebody is tried to be told of a failure. */
  private static final int ALERT_TRIES = 3;

  /** Runs that are not done, by number. */
  private final Map<Long, JobRun> open = new TreeMap<>();

  private final Map<String, JobFacts> jobs = new HashMap<>();

  /** How often somebody was to be told of a run, and was not; by the run's number. */
  private final Map<Long, Alert> alerts = new TreeMap<>();

  private long newest;

  /**
   * Somebody who is to be told.
   *
   * @param run that failed
   * @param failures of telling them
   * @param last when that was tried
   */
  record Alert(JobRun run, int failures, Optional<Instant> last) {}

  JobHistory(List<JobEvent> events) {
    events.forEach(this::add);
  }

  void add(JobEvent event) {
    newest = Math.max(newest, event.run());
    JobFacts facts = jobs.computeIfAbsent(event.job(), j -> new JobFacts());
    switch (event.kind()) {
      case DECLARED -> facts.declare(event.at(), event.text());
      case PAUSED -> facts.paused = true;
      case RESUMED -> facts.resume(event.at());
      case QUEUED, SKIPPED -> queue(event, facts);
      case STARTED, SUCCEEDED, FAILED, CUT_OFF -> go(event, facts);
      case ALERT_DUE ->
          facts.lastEnded.ifPresent(
              run -> alerts.put(event.run(), new Alert(run, 0, Optional.empty())));
      case ALERTED -> alerts.remove(event.run());
      case ALERT_FAILED ->
          alerts.computeIfPresent(
              event.run(),
              (n, a) ->
                  a.failures() + 1 == ALERT_TRIES
                      ? null
                      : new Alert(a.run(), a.failures() + 1, Optional.of(event.at())));
    }
  }

  private void queue(JobEvent event, JobFacts facts) {
    Trigger trigger = event.trigger().orElse(Trigger.MANUAL);
    Instant due = event.due().orElse(event.at());
    if (trigger == Trigger.SCHEDULE || trigger == Trigger.CATCH_UP) {
      facts.done(due);
    }
    JobRun known = open.get(event.run());
    JobRun run =
        known != null ? known : JobRun.queued(event.run(), event.job(), trigger, due, event.text());
    facts.runs++;
    if (event.kind() == Kind.QUEUED) {
      open.put(event.run(), run);
      facts.show(run);
    } else if (open.remove(event.run()) != null) {
      facts.show(run.skipped(event.text()));
    }
  }

  private void go(JobEvent event, JobFacts facts) {
    JobRun run = open.get(event.run());
    if (run == null) {
      return;
    }
    JobRun next =
        switch (event.kind()) {
          case STARTED -> run.started(event.at(), event.attempt());
          case SUCCEEDED -> run.succeeded(event.at(), event.text());
          case FAILED -> run.failed(event.at(), event.retryAt(), event.text());
          default -> run.cutOff(event.at(), event.text());
        };
    facts.show(next);
    if (next.state().isDone()) {
      open.remove(event.run());
      facts.end(next);
    } else {
      open.put(event.run(), next);
    }
  }

  JobFacts of(String job) {
    return jobs.getOrDefault(job, new JobFacts());
  }

  /** Runs that are not done, first those that were due first. */
  List<JobRun> open() {
    List<JobRun> sorted = new ArrayList<>(open.values());
    sorted.sort(Comparator.comparing(JobRun::due).thenComparing(JobRun::number));
    return sorted;
  }

  List<JobRun> open(String job) {
    return open().stream().filter(r -> r.job().equals(job)).toList();
  }

  /** The job's run whose first try has not begun. */
  Optional<JobRun> waiting(String job) {
    return open(job).stream().filter(r -> r.state() == JobRun.State.QUEUED).findFirst();
  }

  Optional<JobRun> openRun(long number) {
    return Optional.ofNullable(open.get(number));
  }

  List<Alert> alerts() {
    return List.copyOf(alerts.values());
  }

  long nextRun() {
    return newest + 1;
  }

  /** What is true of one job. */
  static final class JobFacts {
    private @Nullable String declared;
    private boolean paused;
    private Instant since = Instant.MIN;
    private int runs;
    private long succeeded;
    private long failed;
    private Duration took = Duration.ZERO;
    private final List<JobRun> recent = new ArrayList<>();
    private Optional<JobRun> lastEnded = Optional.empty();
    private Optional<Instant> lastSuccess = Optional.empty();

    private void declare(Instant at, String how) {
      declared = how;
      paused = how.startsWith(JobDeclaration.PAUSED);
      since = at;
    }

    private void resume(Instant at) {
      paused = false;
      since = at;
    }

    /** The run as it is now; runs that were older than all that are shown stay away. */
    private void show(JobRun run) {
      for (int i = recent.size() - 1; i >= 0; i--) {
        if (recent.get(i).number() == run.number()) {
          recent.set(i, run);
          return;
        }
      }
      if (recent.isEmpty() || recent.get(recent.size() - 1).number() < run.number()) {
        recent.add(run);
        if (recent.size() > RECENT) {
          recent.remove(0);
        }
      }
    }

    private void done(Instant due) {
      since = since.isAfter(due) ? since : due;
    }

    private void end(JobRun run) {
      lastEnded = Optional.of(run);
      boolean success = run.state() == JobRun.State.SUCCEEDED;
      succeeded += success ? 1 : 0;
      failed += success ? 0 : 1;
      if (success) {
        lastSuccess = run.endedAt();
      }
      if (run.startedAt().isPresent() && run.endedAt().isPresent()) {
        took = took.plus(Duration.between(run.startedAt().get(), run.endedAt().get()));
      }
    }

    /** How it was declared last; empty if it is new. */
    Optional<String> declared() {
      return Optional.ofNullable(declared);
    }

    boolean paused() {
      return paused;
    }

    /** Whatever was due up to then is dealt with. */
    Instant since() {
      return since;
    }

    /** Whether it was ever to run. */
    boolean isNew() {
      return runs == 0;
    }

    long succeeded() {
      return succeeded;
    }

    long failed() {
      return failed;
    }

    /** How long all runs that ended took together, with what they waited for. */
    Duration took() {
      return took;
    }

    /** The newest run that was not skipped at once. */
    Optional<JobRun> last() {
      return recent.isEmpty() ? Optional.empty() : Optional.of(recent.get(recent.size() - 1));
    }

    /** The newest runs that were not skipped at once, the newest at the end. */
    List<JobRun> recent() {
      return List.copyOf(recent);
    }

    /** The run that ended last, if it has that number. */
    Optional<JobRun> lastEnded(long number) {
      return lastEnded.filter(r -> r.number() == number);
    }

    Optional<Instant> lastSuccess() {
      return lastSuccess;
    }
  }
}
