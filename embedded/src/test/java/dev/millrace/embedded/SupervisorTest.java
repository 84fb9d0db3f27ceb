package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Supervises real child processes: {@code sleep}. */
class SupervisorTest {
  @TempDir Path folder;
  private final List<String> stops = new CopyOnWriteArrayList<>();

  @Test
  void deadChildIsStartedAgainWithItsReason() {
    Sleeper sleeper = new Sleeper("a");
    try (Supervisor supervisor = new Supervisor(List.of(sleeper))) {
      assertThat(supervisor.start()).containsEntry("a", Map.of("url", "a"));
      for (int round = 1; round <= 2; round++) {
        int restarts = round;
        ProcessHandle.of(sleeper.pid()).orElseThrow().destroyForcibly();
        await()
            .atMost(Duration.ofSeconds(10))
            .untilAsserted(
                () -> {
                  assertThat(supervisor.status().get(0).restarts()).isEqualTo(restarts);
                  assertThat(supervisor.status().get(0).state())
                      .isEqualTo(Supervisor.State.RUNNING);
                });
        assertThat(supervisor.status().get(0).error().orElseThrow()).contains("signal 9");
      }
    }
    assertThat(sleeper.failure()).isPresent();
  }

  @Test
  void childIsOutOfReachOfTheTerminalsInterrupt() throws IOException {
    Sleeper sleeper = new Sleeper("a");
    sleeper.start();
    try {
      // Ctrl-C signals the process group of the terminal's session.
      Process ps =
          new ProcessBuilder("ps", "-o", "sid=", "-p", Long.toString(sleeper.pid())).start();
      assertThat(new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip())
          .isEqualTo(Long.toString(sleeper.pid()));
    } finally {
      sleeper.stop();
    }
  }

  @Test
  void longLogIsRotatedUnderTheRunningChild() throws IOException {
    Path log = folder.resolve("a.log");
    Sleeper sleeper = new Sleeper("a");
    sleeper.start();
    try {
      Files.write(log, new byte[(int) ChildProcess.LOG_LIMIT_BYTES + 1]);
      assertThat(sleeper.failure()).isEmpty();
      assertThat(log).isEmptyFile();
      assertThat(folder.resolve("a.log.1")).hasSize(ChildProcess.LOG_LIMIT_BYTES + 1);
    } finally {
      sleeper.stop();
    }
  }

  @Test
  void systemsStopInReverseOrder() {
    Supervisor supervisor =
        new Supervisor(List.of(new Sleeper("a"), new Sleeper("b"), new Sleeper("c")));
    supervisor.start();
    supervisor.close();
    supervisor.close();
    assertThat(stops).containsExactly("c", "b", "a");
    assertThat(supervisor.status())
        .allSatisfy(s -> assertThat(s.state()).isEqualTo(Supervisor.State.STOPPED));
  }

  @Test
  void allProblemsOfFirstStartAreToldAndTheOthersStopped() {
    Sleeper fine = new Sleeper("fine");
    Supervisor supervisor =
        new Supervisor(List.of(fine, new Unstartable("x"), new Unstartable("y")));
    assertThatThrownBy(supervisor::start)
        .isInstanceOf(StopException.class)
        .hasMessageContaining("x is away")
        .hasMessageContaining("y is away");
    assertThat(fine.failure()).isPresent();
  }

  @Test
  void pidFileOfAnEarlierRunEndsItsProcessOnly() {
    Sleeper earlier = new Sleeper("a");
    earlier.start();
    Path pidFile = folder.resolve("a.pid");
    assertThat(ChildProcess.endStale(pidFile, "another marker", "TERM", Duration.ofSeconds(5)))
        .isFalse();
    assertThat(earlier.failure()).isEmpty();
    earlier.stop();

    earlier.start();
    assertThat(ChildProcess.endStale(pidFile, "sleep 61", "TERM", Duration.ofSeconds(5))).isTrue();
    assertThat(earlier.failure()).isPresent();
    assertThat(pidFile).doesNotExist();
  }

  /** Ends after a minute in any case. */
  private final class Sleeper implements EmbeddedSystem {
    private final String name;
    private volatile @Nullable ChildProcess process;

    Sleeper(String name) {
      this.name = name;
    }

    long pid() {
      return Objects.requireNonNull(process).pid();
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Map<String, Object> start() {
      process =
          ChildProcess.start(
              new ChildProcess.Command(
                  name,
                  List.of("sleep", "61"),
                  Map.of(),
                  folder,
                  Optional.of(folder.resolve(name + ".pid")),
                  folder.resolve(name + ".log")));
      return Map.of("url", name);
    }

    @Override
    public Optional<String> failure() {
      return Objects.requireNonNull(process).failure();
    }

    @Override
    public void stop() {
      ChildProcess current = process;
      if (current != null) {
        stops.add(name);
        current.stop("TERM", Duration.ofSeconds(5));
      }
    }
  }

  private record Unstartable(String name) implements EmbeddedSystem {
    @Override
    public Map<String, Object> start() {
      throw new RetryException(
          Problem.error(EmbeddedError.EMBEDDED_START, null, name + " is away", null), null);
    }

    @Override
    public Optional<String> failure() {
      return Optional.of("away");
    }

    @Override
    public void stop() {}
  }
}
