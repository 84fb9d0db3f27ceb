package dev.millrace.orchestrate;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.job.JobEvent;
import dev.millrace.api.job.JobEvent.Kind;
import dev.millrace.api.job.JobEvent.Trigger;
import dev.millrace.api.job.JobListing;
import dev.millrace.api.job.JobLog;
import dev.millrace.project.JobSpec;
import dev.millrace.project.Project;
import dev.millrace.project.Schedule;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs of a project: queues runs that are due and does one after the other, as builds share the
 * store. Every step is noted in the log before it is taken, and what is true follows from the log:
 * so a process that is killed at any point leaves nothing behind but a run that is cut off, which
 * the next one does again. Nothing else is done twice. Thread-safe.
 */
public final class Jobs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);

  /** Clocks jump and machines sleep, so nobody sleeps for longer. */
  private static final Duration NAP = Duration.ofSeconds(1);

  /** A run that takes the process down with it should not do so for ever. */
  private static final int CUT_OFFS = 3;

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final List<JobSpec> specs;
  private final JobLog log;
  private final Clock clock;
  private final JobWork work;
  private final Alerts alerts;
  private final Timetable timetable;
  private final List<Consumer<JobRun>> listeners = new CopyOnWriteArrayList<>();
  private JobHistory history;
  private boolean stale;
  private boolean finishing;
  private boolean closing;
  private OptionalLong only = OptionalLong.empty();
  private @Nullable Thread thread;

  /**
   * Jobs that nobody drives yet.
   *
   * @param work does runs
   * @param alerts tells of failures
   */
  Jobs(List<JobSpec> specs, JobLog log, JobWork work, Alerts alerts, Clock clock) {
    this.specs = List.copyOf(specs);
    this.log = log;
    this.work = work;
    this.alerts = alerts;
    this.clock = clock;
    this.timetable = new Timetable(specs, now());
    this.history = new JobHistory(log.read());
    note(timetable.declarations(history, now()));
  }

  /**
   * The jobs of a project; {@link #start} sets them going.
   *
   * @throws dev.millrace.api.error.RetryException if the log cannot be read or written
   */
  public static Jobs open(Project project, JobLog log, JobRunner runner, Clock clock) {
    return new Jobs(project.jobs(), log, new JobWork(runner), new Alerts(project.name()), clock);
  }

  /** From now on runs are done when they are due. Called once. */
  public synchronized void start() {
    if (thread == null && !closing) {
      Thread loop = new Thread(this::loop, "millrace-jobs");
      loop.setDaemon(true);
      thread = loop;
      loop.start();
    }
  }

  private void loop() {
    while (true) {
      Duration rest = NAP;
      boolean failed = false;
      try {
        Duration until = Duration.between(now(), advance());
        rest = until.compareTo(NAP) < 0 ? until : NAP;
      } catch (RuntimeException e) {
        // What could not be noted is tried again, after a while and not at once.
        failed = true;
        LOG.error("jobs wait: {}", e.toString());
      }
      synchronized (this) {
        if (closing && (failed || !work.isBusy())) {
          return;
        }
        try {
          if (failed || !work.isReady() && rest.toMillis() > 0) {
            wait(rest.toMillis());
          }
        } catch (InterruptedException e) {
          return;
        }
      }
    }
  }

  private synchronized void wake() {
    notifyAll();
  }

  private Instant now() {
    // As precise as the log.
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /**
   * Does everything that is to be done now.
   *
   * @return when there will be more, unless something happens before
   * @throws dev.millrace.api.error.RetryException if the log cannot be written; the next call goes
   *     on where this one stopped
   */
  synchronized Instant advance() {
    refresh();
    Instant now = now();
    boolean more = true;
    while (more) {
      more = settle(now) || recover(now) || (!finishing && !closing && due(now)) || begin(now);
    }
    alerts.tell(history.alerts(), this::spec, now, this::wake);
    return next(now);
  }

  /** What is true follows from the log, also after it could not be written. */
  private void refresh() {
    if (stale) {
      history = new JobHistory(log.read());
      stale = false;
    }
  }

  /** Notes what became of the try that ran, and ends one that takes too long. */
  private boolean settle(Instant now) {
    Optional<JobEvent> told = alerts.answered(now());
    if (told.isPresent()) {
      note(List.of(told.get()));
      alerts.noted();
      return true;
    }
    Optional<JobWork.Attempt> ran = work.current();
    if (ran.isEmpty()) {
      return false;
    }
    JobWork.Attempt attempt = ran.get();
    Optional<JobRunner.Result> result = attempt.result();
    if (result.isEmpty()) {
      attempt.cancelAfter(attempt.spec().timeout(), now);
      return false;
    }
    note(ended(attempt, result.get(), now));
    work.noted();
    return true;
  }

  private List<JobEvent> ended(JobWork.Attempt attempt, JobRunner.Result result, Instant now) {
    String job = attempt.spec().name();
    long run = attempt.run();
    if (result.success()) {
      return List.of(
          JobEvent.of(now, job, run, Kind.SUCCEEDED, attempt.number(), result.message()));
    }
    if (closing && !attempt.timedOut()) {
      return List.of(
          JobEvent.of(now, job, run, Kind.CUT_OFF, attempt.number(), "Millrace was stopped"));
    }
    String why =
        attempt.timedOut()
            ? "took longer than " + RunEvents.words(attempt.spec().timeout().orElseThrow())
            : result.message();
    int failed = history.openRun(run).map(JobRun::failures).orElse(0) + 1;
    JobSpec.Retries retries = attempt.spec().retries();
    Optional<Instant> again =
        failed > retries.times() ? Optional.empty() : Optional.of(now.plus(retries.after(failed)));
    return RunEvents.failed(attempt.spec(), run, attempt.number(), again, why, now);
  }

  /** Runs that an earlier process left in the middle, or whose job is gone. */
  private boolean recover(Instant now) {
    for (JobRun run : history.open()) {
      Optional<JobSpec> spec = spec(run.job());
      boolean running = run.state() == JobRun.State.RUNNING;
      if (running && work.current().filter(a -> a.run() == run.number()).isPresent()) {
        continue;
      }
      if (spec.isEmpty()) {
        note(List.of(RunEvents.skipped(now, run, "there is no such job any longer")));
        return true;
      }
      if (running && run.cutOffs() + 1 >= CUT_OFFS) {
        String why = "cut off " + CUT_OFFS + " times; the process may not survive it";
        note(
            RunEvents.failed(spec.get(), run.number(), run.attempts(), Optional.empty(), why, now));
        return true;
      }
      if (running) {
        String why = "Millrace ended in the middle of it";
        note(List.of(JobEvent.of(now, run.job(), run.number(), Kind.CUT_OFF, run.attempts(), why)));
        return true;
      }
    }
    return false;
  }

  /** Queues what is due, or notes why not. */
  private boolean due(Instant now) {
    Optional<JobEvent> due = timetable.due(history, now);
    due.ifPresent(event -> note(List.of(event)));
    return due.isPresent();
  }

  /** Begins the run that was due first, if none is being done. */
  private boolean begin(Instant now) {
    if (work.isBusy() || closing) {
      return false;
    }
    for (JobRun run : history.open()) {
      Optional<JobSpec> spec = spec(run.job());
      if (only.isPresent() && only.getAsLong() != run.number()) {
        continue;
      }
      if (spec.isPresent() && run.retryAt().filter(at -> at.isAfter(now)).isEmpty()) {
        int attempt = run.attempts() + 1;
        note(List.of(JobEvent.of(now, run.job(), run.number(), Kind.STARTED, attempt, "")));
        work.begin(spec.get(), run.number(), attempt, now, this::wake);
        return true;
      }
    }
    return false;
  }

  private void note(List<JobEvent> events) {
    events.forEach(history::add);
    try {
      log.append(events, listings());
      events.stream()
          .filter(e -> e.kind() == Kind.FAILED && e.retryAt().isEmpty())
          .forEach(e -> LOG.error("job {} failed: {}", e.job(), e.text()));
    } catch (MillraceException e) {
      stale = true;
      throw e;
    }
    for (JobEvent event : events) {
      history
          .openRun(event.run())
          .or(() -> history.of(event.job()).lastEnded(event.run()))
          .ifPresent(run -> listeners.forEach(l -> l.accept(run)));
    }
  }

  private List<JobListing> listings() {
    return status().stream()
        .map(
            s ->
                new JobListing(
                    s.spec().name(),
                    s.spec().description(),
                    s.spec().schedule().map(Schedule::text).orElse(""),
                    s.spec().command().text(),
                    s.paused(),
                    s.nextDue()))
        .toList();
  }

  private Instant next(Instant now) {
    Instant next = now.plus(Duration.ofMinutes(1));
    List<Optional<Instant>> candidates = new ArrayList<>();
    specs.forEach(s -> candidates.add(nextDue(s, now)));
    history.open().forEach(r -> candidates.add(r.retryAt()));
    work.current().ifPresent(a -> candidates.add(a.endsAt()));
    for (Optional<Instant> candidate : candidates) {
      if (candidate.isPresent() && candidate.get().isBefore(next)) {
        next = candidate.get();
      }
    }
    return next;
  }

  private Optional<Instant> nextDue(JobSpec spec, Instant now) {
    return finishing ? Optional.empty() : Timetable.next(spec, history, now);
  }

  private Optional<JobSpec> spec(String job) {
    return specs.stream().filter(s -> s.name().equals(job)).findFirst();
  }

  /** How every job is, in the order of jobs.yml. */
  public synchronized List<JobStatus> status() {
    Instant now = now();
    List<JobStatus> all = new ArrayList<>();
    for (JobSpec spec : specs) {
      JobHistory.JobFacts facts = history.of(spec.name());
      all.add(
          new JobStatus(
              spec,
              facts.paused(),
              nextDue(spec, now),
              facts.last(),
              facts.recent(),
              facts.lastSuccess(),
              facts.succeeded(),
              facts.failed(),
              facts.took()));
    }
    return all;
  }

  /**
   * Has a job run as soon as it can, paused or not. If a run of it waits for its turn, that is it.
   *
   * @throws StopException if there is no such job, or this ends
   */
  public synchronized JobRun request(String job) {
    JobSpec spec = require(job);
    refresh();
    Optional<JobRun> waits = history.waiting(spec.name());
    if (waits.isPresent()) {
      return waits.get();
    }
    JobRun run = JobRun.queued(history.nextRun(), spec.name(), Trigger.MANUAL, now(), "");
    note(List.of(RunEvents.queued(now(), run)));
    notifyAll();
    return run;
  }

  /**
   * Lets a job wait until it is resumed; a run that has begun goes on.
   *
   * @throws StopException if there is no such job
   */
  public synchronized void pause(String job) {
    refresh();
    note(List.of(JobEvent.of(now(), require(job).name(), Kind.PAUSED, "")));
    notifyAll();
  }

  /**
   * Lets a job be due again from now on; what it missed is not made up for.
   *
   * @throws StopException if there is no such job
   */
  public synchronized void resume(String job) {
    refresh();
    note(List.of(JobEvent.of(now(), require(job).name(), Kind.RESUMED, "")));
    notifyAll();
  }

  private JobSpec require(String job) {
    if (closing) {
      throw OrchestrateError.ending();
    }
    return spec(job)
        .orElseThrow(
            () -> OrchestrateError.unknown(job, specs.stream().map(JobSpec::name).toList()));
  }

  /**
   * Has this job run and nothing else happen, for somebody who asks while no instance runs.
   *
   * @throws StopException if there is no such job
   */
  public synchronized JobRun requestAlone(String job) {
    finishing = true;
    JobRun run = request(job);
    only = OptionalLong.of(run.number());
    return run;
  }

  /**
   * Lets no job be due any longer, and has each that has a schedule and is not paused run once
   * more, so that all that has come is in what jobs make. May be called again.
   */
  public synchronized void finish() {
    if (finishing) {
      return;
    }
    refresh();
    finishing = true;
    for (JobSpec spec : specs) {
      boolean waits = history.waiting(spec.name()).isPresent();
      if (spec.schedule().isPresent() && !history.of(spec.name()).paused() && !waits) {
        JobRun run = JobRun.queued(history.nextRun(), spec.name(), Trigger.END, now(), "");
        note(List.of(RunEvents.queued(now(), run)));
      }
    }
    notifyAll();
  }

  /** Whether every run is done since {@link #finish}. */
  public synchronized boolean isFinished() {
    return finishing && history.open().isEmpty();
  }

  /** Jobs whose newest run has failed. */
  public synchronized List<Problem> problems() {
    List<Problem> failed = new ArrayList<>();
    for (JobSpec spec : specs) {
      history
          .of(spec.name())
          .last()
          .filter(run -> run.state() == JobRun.State.FAILED)
          .ifPresent(
              run ->
                  failed.add(
                      Problem.error(
                          OrchestrateError.JOB_FAILED,
                          spec.where(),
                          "job `" + spec.name() + "` failed: " + run.message(),
                          "what it printed is in .millrace/jobs/" + run.number() + ".log")));
    }
    return failed;
  }

  /** Calls {@code listener} whenever something happens to a run; it must return at once. */
  public void onChange(Consumer<JobRun> listener) {
    listeners.add(listener);
  }

  /** Ends a try that runs, which the next process does again, and everything else. */
  @Override
  public void close() {
    Thread loop;
    synchronized (this) {
      closing = true;
      work.current().ifPresent(JobWork.Attempt::cancel);
      loop = thread;
      notifyAll();
    }
    try {
      if (loop != null) {
        loop.join(PATIENCE.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    work.close();
    alerts.close();
  }
}
