package dev.millrace.orchestrate;

import dev.millrace.api.job.JobEvent;
import dev.millrace.api.job.JobEvent.Kind;
import dev.millrace.project.JobSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of runs that failed, one at a time, on a thread of its own. Its owner locks. */
final class Alerts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Alerts.class);
  private static final Duration AGAIN = Duration.ofSeconds(30);

  private final Webhooks webhooks;
  private final Executor executor;
  private @Nullable Telling current;

  Alerts(String project) {
    this(
        project,
        Executors.newSingleThreadExecutor(
            work -> {
              Thread thread = new Thread(work, "millrace-alerts");
              thread.setDaemon(true);
              return thread;
            }));
  }

  Alerts(String project, Executor executor) {
    this.webhooks = new Webhooks(project);
    this.executor = executor;
  }

  /** Begins to tell the first of those who are to be told, unless somebody is being told. */
  void tell(
      List<JobHistory.Alert> due,
      Function<String, Optional<JobSpec>> specs,
      Instant now,
      Runnable answered) {
    for (JobHistory.Alert alert : due) {
      Optional<JobSpec.Webhook> webhook = specs.apply(alert.run().job()).flatMap(JobSpec::webhook);
      boolean waits =
          alert
              .last()
              .filter(at -> now.isBefore(at.plus(AGAIN.multipliedBy(alert.failures()))))
              .isPresent();
      if (current == null && webhook.isPresent() && !waits) {
        Telling telling = new Telling(alert.run());
        current = telling;
        executor.execute(
            () -> {
              telling.failure = webhooks.tell(webhook.get(), alert.run());
              telling.answered = true;
              answered.run();
            });
      }
    }
  }

  /** What is to be noted of somebody who was told, or was not. */
  Optional<JobEvent> answered(Instant now) {
    Telling telling = current;
    if (telling == null || !telling.answered) {
      return Optional.empty();
    }
    JobRun run = telling.run;
    Optional<String> failure = telling.failure;
    failure.ifPresent(why -> LOG.error("the webhook of job {}: {}", run.job(), why));
    Kind kind = failure.isPresent() ? Kind.ALERT_FAILED : Kind.ALERTED;
    return Optional.of(
        JobEvent.of(now, run.job(), run.number(), kind, run.attempts(), failure.orElse("")));
  }

  void noted() {
    current = null;
  }

  @Override
  public void close() {
    if (executor instanceof ExecutorService service) {
      service.shutdownNow();
    }
  }

  /** Somebody who is being told. */
  private static final class Telling {
    private final JobRun run;
    private Optional<String> failure = Optional.empty();
    private volatile boolean answered;

    private Telling(JobRun run) {
      this.run = run;
    }
  }
}
