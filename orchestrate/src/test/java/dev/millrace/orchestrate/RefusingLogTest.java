package dev.millrace.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.job.JobEvent;
import dev.millrace.api.job.JobListing;
import dev.millrace.api.job.JobLog;
import dev.millrace.engine.job.JobTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs whose log cannot be written for a while, as on a disk that is full. */
class RefusingLogTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;

  /** A log that refuses to note that a run has succeeded. */
  private static final class Refusing implements JobLog {
    private final JobLog log;
    private final AtomicBoolean full = new AtomicBoolean(true);
    private final AtomicInteger refused = new AtomicInteger();

    Refusing(JobLog log) {
      this.log = log;
    }

    @Override
    public List<JobEvent> read() {
      return log.read();
    }

    @Override
    public void append(List<JobEvent> events, List<JobListing> listings) {
      if (full.get() && events.stream().anyMatch(e -> e.kind() == JobEvent.Kind.SUCCEEDED)) {
        refused.incrementAndGet();
        throw new RetryException(
            Problem.error(OrchestrateError.JOB_FAILED, null, "the disk is full", null), null);
      }
      log.append(events, listings);
    }
  }

  private static final class Done implements JobRunner.Try {
    @Override
    public JobRunner.Result run() {
      return new JobRunner.Result(true, "PASS=1");
    }

    @Override
    public void cancel() {}
  }

  @Test
  void theEndOfARunIsNotedOnceThatCanBeDone() {
    try (Store store =
        Store.open(new StoreOptions(folder.resolve("store"), ZoneOffset.UTC, 64 << 20, 1))) {
      Refusing log = new Refusing(JobTables.prepare(store));
      try (Jobs jobs =
          new Jobs(
              List.of(JobsTest.hourly()),
              log,
              new JobWork((spec, run, attempt) -> new Done(), Runnable::run),
              new Alerts("music", Runnable::run),
              Clock.systemUTC())) {
        JobRun asked = jobs.request("marts");
        long begun = System.nanoTime();
        jobs.start();
        Awaitility.await().atMost(PATIENCE).until(() -> log.refused.get() >= 3);
        double seconds = (System.nanoTime() - begun) / 1e9;
        assertThat((double) log.refused.get())
            .as("tries in %s s, one a second", seconds)
            .isLessThanOrEqualTo(seconds + 2);
        log.full.set(false);
        Awaitility.await()
            .atMost(PATIENCE)
            .until(
                () ->
                    log.read().stream()
                        .anyMatch(
                            e -> e.run() == asked.number() && e.kind() == JobEvent.Kind.SUCCEEDED));
      }
    }
  }
}
