package dev.millrace.orchestrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.engine.job.JobTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.orchestrate.JobRunner.Result;
import dev.millrace.project.CronSchedule;
import dev.millrace.project.JobSpec;
import dev.millrace.project.JobSpec.CatchUp;
import dev.millrace.project.JobSpec.Overlap;
import dev.millrace.project.Schedule;
import dev.millrace.testing.ManualClock;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs over a clock that a test moves and a log in a real store; work is done when a test says. */
class JobsTest {
  private static final Instant START = Instant.parse("2026-11-27T05:00:30Z");
  private static final Schedule HOURLY = CronSchedule.parse("0 * * * *", ZoneOffset.UTC);
  private static final Schedule DAILY = CronSchedule.parse("0 6 * * *", ZoneOffset.UTC);
  private static final SourceLocation PLACE = SourceLocation.ofFile("jobs.yml");

  @TempDir Path folder;
  private final ManualClock clock = new ManualClock(START);

  /** Work that began and is not done. */
  private final Deque<Runnable> working = new ArrayDeque<>();

  private final List<String> tries = new ArrayList<>();
  private Result result = new Result(true, "PASS=1");
  private Store store;

  @SuppressWarnings("NullAway.Init")
  private Jobs jobs;

  @BeforeEach
  void open() {
    store = Store.open(new StoreOptions(folder.resolve("store"), ZoneOffset.UTC, 64 << 20, 1));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static JobSpec job(
      Schedule schedule,
      Overlap overlap,
      CatchUp catchUp,
      int retries,
      Optional<JobSpec.Webhook> webhook) {
    return new JobSpec(
        "marts",
        "",
        Optional.of(schedule),
        JobSpec.Command.BUILD,
        List.of(),
        List.of(),
        false,
        Map.of(),
        new JobSpec.Retries(retries, Duration.ofSeconds(10), 2, Duration.ofSeconds(15)),
        Optional.of(Duration.ofHours(1)),
        overlap,
        catchUp,
        false,
        webhook,
        PLACE,
        PLACE);
  }

  private static JobSpec job(Schedule schedule, Overlap overlap, CatchUp catchUp) {
    return job(schedule, overlap, catchUp, 0, Optional.empty());
  }

  private static JobSpec job(Schedule schedule) {
    return job(schedule, Overlap.SKIP, CatchUp.ONCE);
  }

  static JobSpec hourly() {
    return job(HOURLY);
  }

  private void jobs(JobSpec... specs) {
    JobRunner runner =
        (spec, run, attempt) ->
            new JobRunner.Try() {
              private boolean cancelled;

              @Override
              public Result run() {
                tries.add(run + "/" + attempt);
                return cancelled ? new Result(false, "ended") : result;
              }

              @Override
              public void cancel() {
                cancelled = true;
              }
            };
    jobs =
        new Jobs(
            List.of(specs),
            JobTables.prepare(store),
            new JobWork(runner, working::add),
            new Alerts("music", Runnable::run),
            clock);
  }

  private void at(String time) {
    clock.set(Instant.parse("2026-11-27T" + time + "Z"));
    jobs.advance();
  }

  /** The work that began is done. */
  private void done() {
    working.remove().run();
    jobs.advance();
  }

  /** As after kill -9: nobody notes anything, and the store is opened anew. */
  private void kill() {
    working.clear();
    store.close();
    open();
  }

  private List<String> runs() throws Exception {
    List<String> runs = new ArrayList<>();
    try (Connection connection = store.connect();
        ResultSet rows =
            connection
                .createStatement()
                .executeQuery(
                    "SELECT run, strftime(due_at, '%H:%M'), \"trigger\", state, attempts FROM"
                        + " progress.job_runs ORDER BY run")) {
      while (rows.next()) {
        runs.add(
            String.join(
                " ",
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5)));
      }
    }
    return runs;
  }

  @Test
  void runsOnceForEachTick() throws Exception {
    jobs(hourly());
    at("05:59:59");
    assertThat(working).isEmpty();
    at("06:00:00");
    done();
    at("06:00:01");
    at("06:59:59");
    assertThat(working).isEmpty();
    assertThat(jobs.status().get(0).nextDue()).contains(Instant.parse("2026-11-27T07:00:00Z"));
    at("07:00:10");
    done();
    assertThat(runs())
        .containsExactly("1 06:00 schedule succeeded 1", "2 07:00 schedule succeeded 1");
    assertThat(jobs.status().get(0).succeeded()).isEqualTo(2);
  }

  @Test
  void aRunThatWasCutOffIsDoneAgainAndNothingElseTwice() throws Exception {
    jobs(hourly());
    at("06:00:00");
    done();
    at("07:00:00");
    assertThat(working).hasSize(1);
    kill();
    clock.set(Instant.parse("2026-11-27T07:05:00Z"));
    jobs(hourly());
    jobs.advance();
    done();
    kill();
    jobs(hourly());
    jobs.advance();
    assertThat(working).isEmpty();
    assertThat(tries).containsExactly("1/1", "2/2");
    assertThat(runs())
        .containsExactly("1 06:00 schedule succeeded 1", "2 07:00 schedule succeeded 2");
  }

  @Test
  void whatEndsTheProcessAgainAndAgainFails() throws Exception {
    jobs(hourly());
    at("06:00:00");
    for (int i = 0; i < 3; i++) {
      kill();
      jobs(hourly());
      jobs.advance();
    }
    assertThat(working).isEmpty();
    assertThat(runs()).containsExactly("1 06:00 schedule failed 3");
  }

  @Test
  void oneRunStandsForThoseThatWereMissed() throws Exception {
    jobs(hourly());
    at("06:00:00");
    done();
    kill();
    clock.set(Instant.parse("2026-11-27T11:30:00Z"));
    jobs(hourly());
    jobs.advance();
    done();
    assertThat(working).isEmpty();
    assertThat(runs())
        .containsExactly("1 06:00 schedule succeeded 1", "2 11:00 catch up succeeded 1");
  }

  @Test
  void missedRunsCanBeLeftOut() throws Exception {
    JobSpec spec = job(HOURLY, Overlap.SKIP, CatchUp.NONE);
    jobs(spec);
    kill();
    clock.set(Instant.parse("2026-11-27T11:30:00Z"));
    jobs(spec);
    jobs.advance();
    assertThat(working).isEmpty();
    at("12:00:00");
    done();
    assertThat(runs())
        .containsExactly("1 11:00 catch up skipped 0", "2 12:00 schedule succeeded 1");
  }

  @Test
  void whatIsDueWhileItRunsIsLeftOut() throws Exception {
    jobs(job(HOURLY, Overlap.SKIP, CatchUp.ONCE));
    at("06:00:00");
    at("07:00:00");
    at("08:00:00");
    assertThat(runs())
        .containsExactly(
            "1 06:00 schedule running 1",
            "2 07:00 schedule skipped 0",
            "3 08:00 schedule skipped 0");
  }

  @Test
  void whatIsDueWhileItRunsCanBeQueuedAndOneWaits() throws Exception {
    jobs(job(HOURLY, Overlap.QUEUE, CatchUp.ONCE));
    at("06:00:00");
    at("07:00:00");
    at("08:00:00");
    assertThat(working).hasSize(1);
    assertThat(runs())
        .containsExactly(
            "1 06:00 schedule running 1",
            "2 07:00 schedule queued 0",
            "3 08:00 schedule skipped 0");
  }

  @Test
  void whatIsStoppedIsDoneAgainAndHasNotFailed() throws Exception {
    jobs(hourly());
    at("06:00:00");
    for (int i = 1; i < 5; i++) {
      jobs.close();
      result = new Result(false, "ended");
      done();
      assertThat(runs()).containsExactly("1 06:00 schedule cut off " + i);
      kill();
      jobs(hourly());
      jobs.advance();
    }
    result = new Result(true, "PASS=1");
    done();
    assertThat(runs()).containsExactly("1 06:00 schedule succeeded 5");
  }

  @Test
  void runsOfAJobThatIsGoneAreLeftOut() throws Exception {
    jobs(hourly());
    at("06:00:00");
    kill();
    jobs();
    jobs.advance();
    assertThat(runs()).containsExactly("1 06:00 schedule skipped 1");
    kill();
    jobs(hourly());
    jobs.advance();
    assertThat(working).isEmpty();
    assertThat(jobs.status().get(0).last())
        .hasValueSatisfying(r -> assertThat(r.state()).isEqualTo(JobRun.State.SKIPPED));
  }

  @Test
  void failuresAreTriedAgainAfterGrowingDelays() throws Exception {
    jobs(job(DAILY, Overlap.SKIP, CatchUp.ONCE, 2, Optional.empty()));
    result = new Result(false, "ERROR=1");
    at("06:00:00");
    done();
    assertThat(runs()).containsExactly("1 06:00 schedule retrying 1");
    at("06:00:09");
    assertThat(working).isEmpty();
    at("06:00:10");
    done();
    at("06:00:24");
    // 20 seconds, but for the cap of 15.
    assertThat(working).isEmpty();
    at("06:00:25");
    done();
    assertThat(runs()).containsExactly("1 06:00 schedule failed 3");
    assertThat(jobs.problems()).singleElement().asString().contains("ERROR=1");
    assertThat(tries).containsExactly("1/1", "1/2", "1/3");
  }

  @Test
  void whatTakesTooLongIsEndedAndHasFailed() throws Exception {
    jobs(hourly());
    at("06:00:00");
    at("07:00:00");
    done();
    assertThat(runs()).contains("1 06:00 schedule failed 1");
    assertThat(jobs.problems()).singleElement().asString().contains("took longer than 1h");
  }

  @Test
  void pausedJobsWaitAndForgetWhatTheyMissed() throws Exception {
    jobs(hourly());
    jobs.pause("marts");
    at("06:00:00");
    kill();
    jobs(hourly());
    at("07:00:00");
    assertThat(working).isEmpty();
    clock.set(Instant.parse("2026-11-27T07:30:00Z"));
    jobs.resume("marts");
    jobs.advance();
    assertThat(working).isEmpty();
    at("08:00:00");
    done();
    assertThat(runs()).containsExactly("1 08:00 schedule succeeded 1");
  }

  @Test
  void anotherScheduleIsDueFromNowOn() {
    jobs(hourly());
    kill();
    clock.set(Instant.parse("2026-11-28T12:30:00Z"));
    jobs(job(DAILY));
    jobs.advance();
    assertThat(working).isEmpty();
  }

  @Test
  void aPeriodBeginsAtOnceAndRunsCanBeAskedFor() throws Exception {
    jobs(job(new Schedule.Every(Duration.ofMinutes(10), "10 minutes")));
    jobs.advance();
    done();
    assertThat(jobs.request("marts").number()).isEqualTo(jobs.request("marts").number());
    jobs.advance();
    done();
    at("05:10:00");
    done();
    jobs.finish();
    jobs.advance();
    assertThat(jobs.isFinished()).isFalse();
    done();
    assertThat(jobs.isFinished()).isTrue();
    assertThat(runs())
        .containsExactly(
            "1 05:00 schedule succeeded 1",
            "2 05:00 manual succeeded 1",
            "3 05:10 schedule succeeded 1",
            "4 05:10 end succeeded 1");
    assertThatThrownBy(() -> jobs.request("mart"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("did you mean `marts`?");
  }

  @Test
  void somebodyHearsOfFailuresOnceAlsoAfterAKill() throws Exception {
    List<String> heard = new ArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/secret",
        exchange -> {
          heard.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.sendResponseHeaders(heard.size() == 1 ? 500 : 204, -1);
          exchange.close();
        });
    server.start();
    try {
      URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/secret");
      JobSpec spec =
          job(HOURLY, Overlap.SKIP, CatchUp.ONCE, 0, Optional.of(new JobSpec.Webhook(address)));
      assertThat(spec.toString()).doesNotContain("secret");
      result = new Result(false, "a \"bad\" day");
      jobs(spec);
      at("06:00:00");
      done();
      jobs.advance();
      assertThat(heard).hasSize(1);
      kill();
      jobs(spec);
      at("06:00:20");
      assertThat(heard).hasSize(1);
      at("06:00:31");
      at("06:05:00");
      assertThat(heard).hasSize(2);
      assertThat(heard.get(1))
          .contains("\"text\":\"Job marts of music failed: a \\\"bad\\\" day\"")
          .contains("\"run\":1");
    } finally {
      server.stop(0);
    }
  }
}
