package dev.millrace.orchestrate;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.orchestrate.JobRunner.Result;
import dev.millrace.project.JobSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does one try at a time, on a thread of its own. What is not said otherwise, its owner locks. */
final class JobWork implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(JobWork.class);

  private final JobRunner runner;
  private final Executor executor;
  private @Nullable Attempt current;

  JobWork(JobRunner runner) {
    this(
        runner,
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "millrace-job");
              thread.setDaemon(true);
              return thread;
            }));
  }

  JobWork(JobRunner runner, Executor executor) {
    this.runner = runner;
    this.executor = executor;
  }

  /** The try that runs, or that ran and is not noted yet. */
  Optional<Attempt> current() {
    return Optional.ofNullable(current);
  }

  boolean isBusy() {
    return current != null;
  }

  /** Whether there is something to note. */
  boolean isReady() {
    return current().flatMap(Attempt::result).isPresent();
  }

  /** What became of the try is noted. */
  void noted() {
    current = null;
  }

  void begin(JobSpec spec, long run, int number, Instant now, Runnable ended) {
    Attempt attempt = new Attempt(spec, run, number, now, runner.prepare(spec, run, number));
    current = attempt;
    executor.execute(
        () -> {
          attempt.go();
          ended.run();
        });
  }

  @Override
  public void close() {
    if (executor instanceof ExecutorService service) {
      service.shutdownNow();
    }
  }

  /** A try. */
  static final class Attempt {
    private final JobSpec spec;
    private final long run;
    private final int number;
    private final Instant startedAt;
    private final JobRunner.Try attempt;
    private boolean timedOut;
    private volatile @Nullable Result result;

    Attempt(JobSpec spec, long run, int number, Instant startedAt, JobRunner.Try attempt) {
      this.spec = spec;
      this.run = run;
      this.number = number;
      this.startedAt = startedAt;
      this.attempt = attempt;
    }

    private void go() {
      FaultPoint.pass("job-started");
      Result said;
      try {
        said = attempt.run();
      } catch (RuntimeException e) {
        LOG.error("job {}", spec.name(), e);
        said = new Result(false, e.getMessage() == null ? e.toString() : e.getMessage());
      } catch (Error e) {
        result = new Result(false, e.toString());
        throw e;
      }
      FaultPoint.pass("job-done");
      result = said;
    }

    JobSpec spec() {
      return spec;
    }

    long run() {
      return run;
    }

    int number() {
      return number;
    }

    Optional<Result> result() {
      return Optional.ofNullable(result);
    }

    boolean timedOut() {
      return timedOut;
    }

    Optional<Instant> endsAt() {
      return timedOut ? Optional.empty() : spec.timeout().map(startedAt::plus);
    }

    void cancel() {
      attempt.cancel();
    }

    void cancelAfter(Optional<Duration> timeout, Instant now) {
      if (!timedOut && timeout.filter(t -> !now.isBefore(startedAt.plus(t))).isPresent()) {
        timedOut = true;
        attempt.cancel();
      }
    }
  }
}
