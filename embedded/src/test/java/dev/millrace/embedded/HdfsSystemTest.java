package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.api.error.RetryException;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real NameNode and DataNode: their start, their restarts, and what ends them. */
@Tag("long")
class HdfsSystemTest {
  /** A first start fetches the jars. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static final AtomicInteger PROJECTS = new AtomicInteger();

  @TempDir static Path folder;

  private final HttpClient client =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();
  private final Path project = folder.resolve("project-" + PROJECTS.incrementAndGet());
  private @Nullable HdfsSystem running;

  @BeforeAll
  static void requireJars() {
    assumeTrue(HdfsSystem.isAvailable(), "HDFS cannot be had here");
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.stop();
      assertThat(running.pid()).isEmpty();
    }
  }

  private HdfsSystem system() {
    DataFolder data = DataFolder.open(project);
    HdfsSystem system = new HdfsSystem("hdfs", data.resolve("hdfs"), new Ports(data));
    running = system;
    return system;
  }

  private Path home() {
    return project.resolve(".millrace/hdfs");
  }

  private String ask(Map<String, Object> options, String method, String request, String body)
      throws IOException, InterruptedException {
    URI uri =
        URI.create(
            ((List<?>) Objects.requireNonNull(options.get("namenode"))).get(0)
                + "/webhdfs/v1"
                + request
                + "&user.name="
                + options.get("user"));
    return client
        .send(
            HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString())
        .body();
  }

  @Test
  void filesAndPortsOutliveARestartAndAKill() throws IOException, InterruptedException {
    HdfsSystem first = system();
    Map<String, Object> options = first.start();
    assertThat(first.failure()).isEmpty();
    ask(options, "PUT", "/a/b?op=CREATE", "hello");
    assertThat(ask(options, "GET", "/a/b?op=OPEN", "")).isEqualTo("hello");
    first.stop();
    assertThat(first.failure()).isPresent();

    HdfsSystem second = system();
    assertThat(second.start()).isEqualTo(options);
    assertThat(ask(options, "GET", "/a/b?op=OPEN", "")).isEqualTo("hello");
    ask(options, "PUT", "/a/c?op=CREATE", "again");
    second.pid().flatMap(ProcessHandle::of).ifPresent(ProcessHandle::destroyForcibly);
    await().atMost(Duration.ofSeconds(10)).until(() -> second.failure().isPresent());

    assertThat(second.start()).isEqualTo(options);
    assertThat(ask(options, "GET", "/a/c?op=OPEN", "")).isEqualTo("again");
    assertThat(ask(options, "GET", "/a/nothing?op=OPEN", "")).contains("FileNotFoundException");
  }

  @Test
  void endsWithItsParentAndWhatIsLeftIsEndedByTheNextStart() throws Exception {
    long left;
    try (ChildJvm parent = ChildJvm.start(HdfsParent.class, Map.of(), project.toString())) {
      parent.awaitOutput("started ", PATIENCE);
      left = Long.parseLong(parent.output().replaceAll("(?s).*started (\\d+) .*", "$1"));
      assertThat(ProcessHandle.of(left)).isPresent();
      ProcessHandle.of(parent.pid()).ifPresent(ProcessHandle::destroyForcibly);
      // Perhaps while it is ending: the next start does not mind.
      system().start();
      assertThat(ProcessHandle.of(left).filter(ProcessHandle::isAlive)).isEmpty();
    }
  }

  @Test
  void listensOnTheLoopbackAddressOnly() throws IOException {
    HdfsSystem system = system();
    system.start();
    long pid = system.pid().orElseThrow();
    List<String> listening;
    try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/net/tcp"))) {
      listening = lines.filter(l -> l.matches(" *\\d+: \\S+ 00000000:0000 0A .*")).toList();
    }
    // 127.0.0.1 in the kernel's order of bytes; other processes listen, too.
    List<String> ours = sockets(pid, listening);
    assertThat(ours).hasSizeGreaterThanOrEqualTo(5).allMatch(l -> l.contains(": 0100007F:"));
  }

  /** Those lines of the kernel's list whose sockets the process has open. */
  private static List<String> sockets(long pid, List<String> lines) throws IOException {
    List<String> open;
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      open = files.map(HdfsSystemTest::target).filter(t -> t.startsWith("socket:")).toList();
    }
    return lines.stream()
        .filter(l -> open.contains("socket:[" + l.strip().split(" +")[9] + "]"))
        .toList();
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void whatAKilledFirstStartLeftIsNoObstacleAndBrokenDataIsTold() throws IOException {
    Files.createDirectories(home().resolve("name.new/current"));
    Files.writeString(home().resolve("name.new/current/VERSION"), "half of it");
    HdfsSystem system = system();
    system.start();
    system.stop();
    try (Stream<Path> files = Files.walk(home().resolve("name"))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        if (!file.equals(home().resolve("name"))) {
          Files.delete(file);
        }
      }
    }
    assertThatThrownBy(() -> system.start())
        .isInstanceOf(RetryException.class)
        .hasMessageContaining("HDFS (`hdfs`) did not start")
        .hasMessageContaining("hdfs.log");
  }
}
