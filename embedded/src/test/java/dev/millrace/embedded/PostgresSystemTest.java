package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server: its start, its restarts, and what an abrupt end of it or of its parent leaves. */
class PostgresSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir static Path folder;
  private static final AtomicInteger PROJECTS = new AtomicInteger();

  private final Path project = folder.resolve("project-" + PROJECTS.incrementAndGet());
  private @Nullable PostgresSystem running;

  private static Path shared() {
    return folder.resolve("unpacked");
  }

  @BeforeAll
  static void unpack() throws IOException {
    Files.createDirectories(shared());
    PostgresBinaries.unpack(shared());
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.stop();
      assertThat(running.pid()).isEmpty();
    }
  }

  @Test
  void dataFolderIsMadeOnceAndKeepsPortAndPassword() throws IOException {
    PostgresSystem first = system();
    Map<String, Object> options = first.start();
    assertThat(first.failure()).isEmpty();
    assertThat(options).containsEntry("user", "millrace").containsKeys("url", "password");
    assertThat(options.get("url")).asString().matches("jdbc:postgresql://127\\.0\\.0\\.1:\\d+/ads");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(serverFolder().resolve("password"))))
        .isEqualTo("rw-------");
    first.stop();
    assertThat(first.failure()).isPresent();

    long begin = System.nanoTime();
    PostgresSystem second = system();
    assertThat(second.start()).isEqualTo(options);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
  }

  @Test
  void takenPortIsReplacedAndRemembered() throws IOException {
    DataFolder data = DataFolder.open(project);
    int wanted = new Ports(data).port("postgres");
    try (ServerSocket other = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
      assertThat(other.isBound()).isTrue();
      PostgresSystem first = system();
      Object url = first.start().get("url");
      assertThat(url).asString().doesNotContain(":" + wanted + "/");
      first.stop();
      assertThat(system().start()).containsEntry("url", String.valueOf(url));
    }
  }

  @Test
  void serverLeftByKilledParentIsEnded() throws IOException {
    long stale;
    try (ChildJvm parent =
        ChildJvm.start(Parent.class, Map.of(), project.toString(), shared().toString())) {
      parent.awaitOutput("started ", PATIENCE);
      stale = pidIn(parent.output());
      parent.kill();
    }
    assertThat(ProcessHandle.of(stale)).as("the server outlives its parent").isPresent();

    PostgresSystem next = system();
    next.start();
    assertThat(ProcessHandle.of(stale)).isEmpty();
    assertThat(next.pid()).isPresent().get().isNotEqualTo(stale);
  }

  @Test
  void supervisorStartsKilledServerAgainAndStopsItOnExit() throws IOException {
    try (ChildJvm parent =
        ChildJvm.start(
            Parent.class, Map.of("supervise", "true"), project.toString(), shared().toString())) {
      parent.awaitOutput("started ", PATIENCE);
      long first = pidIn(parent.output());
      ProcessHandle.of(first).orElseThrow().destroyForcibly();
      parent.awaitOutput("again ", PATIENCE);
      long second = Long.parseLong(parent.output().replaceAll("(?s).*again (\\d+)\\s.*", "$1"));
      assertThat(second).isNotEqualTo(first);
      assertThat(ProcessHandle.of(second)).isPresent();
      parent.terminate();
      parent.awaitExit(PATIENCE);
      assertThat(ProcessHandle.of(second)).as("ended with its parent").isEmpty();
    }
  }

  @Test
  void strangersProcessUnderOldNumberIsLeftAlone() throws IOException {
    PostgresSystem first = system();
    first.start();
    first.stop();
    long self = ProcessHandle.current().pid();
    Files.writeString(serverFolder().resolve("data/postmaster.pid"), self + "\n/elsewhere\n0\n");
    PostgresSystem next = system();
    next.start();
    assertThat(next.failure()).isEmpty();
  }

  @Test
  void otherMajorVersionIsRefused() throws IOException {
    Path data = Files.createDirectories(serverFolder().resolve("data"));
    Files.writeString(data.resolve("PG_VERSION"), "16\n");
    assertThatThrownBy(() -> system().start())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("PostgreSQL 16")
        .hasMessageContaining("[DATA_FOLDER_VERSION]");
  }

  @Test
  void interruptedInitializationLeavesNothingBehind() throws IOException {
    Path unfinished = Files.createDirectories(serverFolder().resolve("data.new-1/base"));
    Files.writeString(unfinished.resolve("junk"), "junk");
    PostgresSystem next = system();
    next.start();
    assertThat(next.failure()).isEmpty();
    assertThat(serverFolder().resolve("data.new-1")).doesNotExist();
  }

  private PostgresSystem system() throws IOException {
    PostgresSystem system = Parent.create(project, shared());
    running = system;
    return system;
  }

  private Path serverFolder() {
    return project.resolve(".millrace/postgres");
  }

  private static long pidIn(String output) {
    return Long.parseLong(output.replaceAll("(?s).*started (\\d+)\\s.*", "$1"));
  }
}
