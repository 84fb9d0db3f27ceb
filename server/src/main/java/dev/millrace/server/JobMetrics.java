package dev.millrace.server;

import dev.millrace.orchestrate.JobRun;
import dev.millrace.orchestrate.JobStatus;
import dev.millrace.orchestrate.Jobs;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/** Jobs' runs in numbers; they come from the log of jobs, so a restart does not begin anew. */
final class JobMetrics implements MeterBinder {
  private static final double MILLIS = 1e3;

  private final Jobs jobs;

  JobMetrics(Jobs jobs) {
    this.jobs = jobs;
  }

  @Override
  public void bindTo(MeterRegistry registry) {
    for (JobStatus status : jobs.status()) {
      String job = status.spec().name();
      Tags tags = Tags.of("job_name", job);
      runs(registry, job, "succeeded", JobStatus::succeeded);
      runs(registry, job, "failed", JobStatus::failed);
      FunctionTimer.builder(
              "millrace.job.duration",
              jobs,
              j -> of(job).succeeded() + of(job).failed(),
              j -> of(job).took().toNanos(),
              TimeUnit.NANOSECONDS)
          .description("from a run's first try to its end")
          .tags(tags)
          .register(registry);
      gauge(registry, "millrace.job.paused", "1 if it is", tags, () -> of(job).paused() ? 1 : 0);
      gauge(
          registry,
          "millrace.job.last.failed",
          "1 if the newest run has failed",
          tags,
          () -> of(job).last().filter(r -> r.state() == JobRun.State.FAILED).isPresent() ? 1 : 0);
      gauge(
          registry,
          "millrace.job.last.success.time.seconds",
          "when a run last succeeded, since 1970",
          tags,
          () -> seconds(of(job).lastSuccess()));
    }
  }

  private void runs(
      MeterRegistry registry, String job, String state, ToDoubleFunction<JobStatus> count) {
    FunctionCounter.builder("millrace.job.runs", jobs, j -> count.applyAsDouble(of(job)))
        .description("runs that are done")
        .tags(Tags.of("job_name", job, "state", state))
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry,
      String name,
      String text,
      Tags tags,
      java.util.function.Supplier<Number> value) {
    Gauge.builder(name, value)
        .description(text)
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  private JobStatus of(String job) {
    return jobs.status().stream()
        .filter(s -> s.spec().name().equals(job))
        .findFirst()
        .orElseThrow();
  }

  private static double seconds(Optional<Instant> at) {
    return at.map(t -> t.toEpochMilli() / MILLIS).orElse(Double.NaN);
  }
}
