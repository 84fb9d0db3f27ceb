package dev.millrace.server.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.orchestrate.JobRun;
import dev.millrace.orchestrate.Jobs;
import dev.millrace.project.Project;
import dev.millrace.server.BuildTurn;
import dev.millrace.server.JobBuilds;
import dev.millrace.server.JobsJson;
import java.time.Clock;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** The jobs of a project that does not run; nobody can run it meanwhile. */
public final class StoppedJobs {
  private static final long MEMORY = 256L << 20;

  private StoppedJobs() {}

  /** What is done with jobs. */
  @FunctionalInterface
  private interface Work<T> {
    T with(Jobs jobs) throws InterruptedException;
  }

  /** All of them, as {@link JobsJson#of}. */
  public static ObjectNode list(Project project) {
    return with(project, OptionalLong.of(MEMORY), jobs -> JobsJson.of(jobs.status()));
  }

  /**
   * Pauses one, also for the next instance.
   *
   * @throws dev.millrace.api.error.StopException if there is no such job
   */
  public static ObjectNode pause(Project project, String job) {
    return with(
        project,
        OptionalLong.of(MEMORY),
        jobs -> {
          jobs.pause(job);
          return JobsJson.of(jobs.status());
        });
  }

  /**
   * Resumes one, also for the next instance.
   *
   * @throws dev.millrace.api.error.StopException if there is no such job
   */
  public static ObjectNode resume(Project project, String job) {
    return with(
        project,
        OptionalLong.of(MEMORY),
        jobs -> {
          jobs.resume(job);
          return JobsJson.of(jobs.status());
        });
  }

  /**
   * Runs one, with its retries, and returns when it is done or the thread is interrupted.
   *
   * @param memory cap of the store's memory in bytes; empty: DuckDB's own
   * @param started gets the run's number
   * @throws dev.millrace.api.error.StopException if there is no such job
   */
  public static JobRun run(
      Project project, String job, OptionalLong memory, Consumer<JobRun> started) {
    return with(
        project,
        memory,
        jobs -> {
          CountDownLatch done = new CountDownLatch(1);
          JobRun asked = jobs.requestAlone(job);
          AtomicReference<JobRun> last = new AtomicReference<>(asked);
          jobs.onChange(
              run -> {
                if (run.number() == asked.number()) {
                  last.set(run);
                  if (run.state().isDone()) {
                    done.countDown();
                  }
                }
              });
          started.accept(asked);
          jobs.start();
          done.await();
          return Objects.requireNonNull(last.get());
        });
  }

  private static <T> T with(Project project, OptionalLong memory, Work<T> work) {
    try (BuildStore store = new BuildStore(project.folder(), memory);
        Jobs jobs =
            Jobs.open(
                project,
                store.jobLog(project.timeZone()),
                new JobBuilds(project, store::adapter, new BuildTurn()),
                Clock.systemUTC())) {
      return work.with(jobs);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
