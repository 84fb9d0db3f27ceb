package dev.millrace.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real server: its start, its restarts, and what an abrupt end of it or of its parent leaves. */
class RedisSystemTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path project;
  private @Nullable RedisSystem running;

  @AfterEach
  void stop() {
    if (running != null) {
      running.stop();
      assertThat(running.pid()).isEmpty();
    }
  }

  private RedisSystem system() {
    DataFolder data = DataFolder.open(project);
    RedisSystem system = new RedisSystem("redis", data.resolve("redis"), new Ports(data));
    running = system;
    return system;
  }

  private Path serverFolder() {
    return project.resolve(".millrace/redis");
  }

  /** What the server answers to commands, one a line. */
  private static List<String> ask(Map<String, Object> options, String... commands)
      throws IOException {
    int port = URI.create(String.valueOf(options.get("url"))).getPort();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String text = String.join("\r\n", commands) + "\r\nQUIT\r\n";
      socket.getOutputStream().write(text.getBytes(UTF_8));
      return new String(socket.getInputStream().readAllBytes(), UTF_8).lines().toList();
    }
  }

  private static String logIn(Map<String, Object> options) {
    return "AUTH " + options.get("user") + " " + options.get("password");
  }

  @Test
  void restartKeepsDataPortAndPassword() throws IOException {
    RedisSystem first = system();
    Map<String, Object> options = first.start();
    assertThat(first.failure()).isEmpty();
    assertThat(ask(options, logIn(options), "HSET h f v")).contains("+OK", ":1");
    first.stop();
    assertThat(first.failure()).isPresent();

    assertThat(system().start()).isEqualTo(options);
    assertThat(ask(options, logIn(options), "HGET h f")).contains("v");
  }

  @Test
  void whatWasAnsweredSurvivesKillOfServer() throws IOException {
    RedisSystem server = system();
    Map<String, Object> options = server.start();
    assertThat(ask(options, logIn(options), "HSET h f v")).contains(":1");
    kill(server.pid().orElseThrow());
    Awaitility.await().atMost(PATIENCE).until(() -> server.failure().isPresent());
    assertThat(server.failure()).get().asString().contains("signal 9");
    assertThat(server.start()).isEqualTo(options);
    assertThat(ask(options, logIn(options), "HGET h f", "CONFIG GET appendfsync"))
        .contains("v", "always");
  }

  private static void kill(long pid) {
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
  }

  @Test
  void supervisorStartsKilledServerAgain() throws IOException {
    RedisSystem server = system();
    try (Supervisor supervisor = new Supervisor(List.of(server))) {
      Map<String, Object> options = Objects.requireNonNull(supervisor.start().get("redis"));
      kill(server.pid().orElseThrow());
      Awaitility.await()
          .atMost(PATIENCE)
          .until(
              () ->
                  supervisor.status().get(0).restarts() > 0
                      && supervisor.status().get(0).state() == Supervisor.State.RUNNING);
      assertThat(ask(options, logIn(options), "PING")).contains("+PONG");
    }
    assertThat(server.pid()).isEmpty();
  }

  @Test
  void nobodyGetsInWithoutPasswordOrFromElsewhere() throws IOException {
    RedisSystem server = system();
    Map<String, Object> options = server.start();
    assertThat(ask(options, "GET x").get(0)).startsWith("-NOAUTH");
    assertThat(ask(options, "AUTH default wrong").get(0)).startsWith("-WRONGPASS");
    for (String file : List.of("password", "redis.conf")) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(serverFolder().resolve(file))))
          .isEqualTo("rw-------");
    }
    String command =
        ProcessHandle.of(server.pid().orElseThrow()).orElseThrow().info().commandLine().get();
    assertThat(command).doesNotContain(String.valueOf(options.get("password")));
    int port = URI.create(String.valueOf(options.get("url"))).getPort();
    Optional<InetAddress> other =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .filter(a -> !a.isLoopbackAddress())
            .findFirst();
    other.ifPresent(
        a -> assertThatThrownBy(() -> new Socket(a, port).close()).isInstanceOf(IOException.class));
  }

  @Test
  void serverLeftByKilledParentIsEndedAndItsDataRead() throws IOException {
    long stale;
    Map<String, Object> options;
    try (ChildJvm parent = ChildJvm.start(RedisParent.class, Map.of(), project.toString())) {
      parent.awaitOutput("started ", PATIENCE);
      stale = Long.parseLong(parent.output().replaceAll("(?s).*started (\\d+)\\s.*", "$1"));
      String password = Files.readString(serverFolder().resolve("password")).strip();
      options =
          Map.of(
              "url", "redis://127.0.0.1:" + remembered(), "user", "default", "password", password);
      assertThat(ask(options, logIn(options), "HSET h f v")).contains(":1");
      parent.kill();
    }
    assertThat(ProcessHandle.of(stale)).as("the server outlives its parent").isPresent();

    RedisSystem next = system();
    assertThat(next.start()).isEqualTo(options);
    assertThat(ProcessHandle.of(stale)).isEmpty();
    assertThat(ask(options, logIn(options), "HGET h f")).contains("v");
  }

  private String remembered() throws IOException {
    return Files.readAllLines(project.resolve(".millrace/ports")).stream()
        .filter(l -> l.startsWith("redis="))
        .map(l -> l.substring("redis=".length()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void strangersProcessUnderOldNumberIsLeftAlone() throws IOException {
    RedisSystem first = system();
    first.start();
    first.stop();
    Files.writeString(serverFolder().resolve("redis.pid"), ProcessHandle.current().pid() + "\n");
    RedisSystem next = system();
    next.start();
    assertThat(next.failure()).isEmpty();
  }

  @Test
  void takenPortIsReplacedAndRemembered() throws IOException {
    DataFolder data = DataFolder.open(project);
    int wanted = new Ports(data).port("redis");
    try (ServerSocket other = new ServerSocket(wanted, 1, InetAddress.getLoopbackAddress())) {
      assertThat(other.isBound()).isTrue();
      RedisSystem first = system();
      Object url = first.start().get("url");
      assertThat(url).asString().doesNotEndWith(":" + wanted);
      first.stop();
      assertThat(system().start()).containsEntry("url", String.valueOf(url));
    }
  }

  @Test
  void damagedDataIsToldWithLastLineOfLog() throws IOException {
    Path data = Files.createDirectories(serverFolder().resolve("data"));
    Files.writeString(data.resolve("appendonly.aof"), "junk\n");
    assertThatThrownBy(() -> system().start())
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("Redis (`redis`) did not start")
        .hasMessageContaining("Bad file format");
  }

  @Test
  void everyPlatformOfArtifactIsKnown() {
    RedisBinary.RESOURCES.forEach(
        (platform, resource) ->
            assertThat(RedisBinary.class.getResource(resource)).as(platform).isNotNull());
  }

  @Test
  void otherPlatformIsRefused() {
    assertThatThrownBy(() -> RedisBinary.unpack(project, "linux-riscv64"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("no embedded Redis for this machine (linux-riscv64)")
        .hasMessageContaining("[EMBEDDED_UNAVAILABLE]");
  }

  @Test
  void programThatDoesNotRunHereIsRefusedAndNotKept() throws IOException {
    assertThatThrownBy(() -> RedisBinary.unpack(project, "darwin-arm_64"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("the embedded Redis does not run on this machine: ")
        .hasMessageContaining("[EMBEDDED_UNAVAILABLE]");
    try (var left = Files.list(project)) {
      assertThat(left).isEmpty();
    }
  }
}
