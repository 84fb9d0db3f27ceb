package dev.millrace.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.millrace.embedded.clickhouse.ClickHouseServer;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real engine: its start, its restarts, its interface, and what ends it. */
@Tag("slow")
class ClickHouseSystemTest {
  /** A first start fetches the engine. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  @TempDir static Path folder;
  private static final AtomicInteger PROJECTS = new AtomicInteger();

  private final Path project = folder.resolve("project-" + PROJECTS.incrementAndGet());
  private @Nullable ClickHouseSystem running;

  @BeforeAll
  static void requireEngine() {
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
  }

  @AfterEach
  void stop() {
    if (running != null) {
      running.stop();
      assertThat(running.pid()).isEmpty();
    }
  }

  private ClickHouseSystem system() {
    DataFolder data = DataFolder.open(project);
    ClickHouseSystem system =
        new ClickHouseSystem("clickhouse", "ads", data.resolve("clickhouse"), new Ports(data));
    running = system;
    return system;
  }

  private Path serverFolder() {
    return project.resolve(".millrace/clickhouse");
  }

  /** The answer to a request, errors too. */
  private static String ask(Map<String, Object> options, String parameters, String body)
      throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create(options.get("url") + "/?" + parameters).toURL().openConnection();
    String user = options.get("user") + ":" + options.get("password");
    connection.setRequestProperty(
        "Authorization",
        "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
    connection.setDoOutput(true);
    connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    try (InputStream answer =
        connection.getResponseCode() < 400
            ? connection.getInputStream()
            : connection.getErrorStream()) {
      return new String(answer.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }

  private static String ask(Map<String, Object> options, String body) throws IOException {
    return ask(options, "database=ads", body);
  }

  @Test
  void dataPortAndPasswordOutliveARestart() throws IOException {
    ClickHouseSystem first = system();
    Map<String, Object> options = first.start();
    assertThat(first.failure()).isEmpty();
    assertThat(options).containsEntry("user", "default").containsEntry("database", "ads");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(serverFolder().resolve("password"))))
        .isEqualTo("rw-------");
    ask(options, "CREATE TABLE kept (a Int64) ENGINE = MergeTree ORDER BY a");
    ask(options, "INSERT INTO kept VALUES (1), (2)");
    first.stop();
    assertThat(first.failure()).isPresent();

    ClickHouseSystem second = system();
    assertThat(second.start()).isEqualTo(options);
    assertThat(ask(options, "SELECT sum(a) FROM kept")).isEqualTo("3");
  }

  @Test
  void onlyThePasswordOpensIt() throws IOException {
    Map<String, Object> options = system().start();
    assertThat(
            ask(Map.of("url", options.get("url"), "user", "default", "password", "x"), "SELECT 1"))
        .contains("516")
        .contains("AUTHENTICATION_FAILED");
    assertThat(ask(options, "compress=1", "SELECT 1")).contains("no compressed frames");
  }

  @Test
  void noPasswordIsNoServer() {
    assertThatThrownBy(() -> ClickHouseServer.main(new String[0]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(ClickHouseServer.PASSWORD);
  }

  @Test
  void interfaceTakesRowsSettingsAndParameters() throws IOException {
    Map<String, Object> options = system().start();
    ask(options, "CREATE TABLE texts (v String) ENGINE = MergeTree ORDER BY v");
    // An empty line, and one that looks like SQL.
    ask(options, "INSERT INTO texts FORMAT TSV\na\n\nFORMAT x\n");
    String insert = URLEncoder.encode("INSERT INTO texts FORMAT TSV", StandardCharsets.UTF_8);
    ask(options, "database=ads&query=" + insert, "b'\n\nc\n");
    assertThat(ask(options, "SELECT v FROM texts ORDER BY v FORMAT JSONEachRow"))
        .isEqualTo(
            "{\"v\":\"\"}\n{\"v\":\"\"}\n{\"v\":\"FORMAT x\"}\n{\"v\":\"a\"}\n{\"v\":\"b'\"}\n{\"v\":\"c\"}");
    assertThat(
            ask(
                options,
                "param_p=it's&max_threads=1",
                "SELECT {p:String}, getSetting('max_threads')"))
        .isEqualTo("it\\'s\t1");
    assertThat(ask(options, "SELECT getSetting('max_result_rows')")).isEqualTo("0");
    assertThat(ask(options, "max_result_rows=7", "SELECT getSetting('max_result_rows')"))
        .isEqualTo("7");
    IntStream.range(0, 8)
        .forEach(
            i ->
                assertThat(settingAfter(options))
                    .as("a setting of another request")
                    .isEqualTo("0"));
    assertThat(ask(options, "max_result_rows=7&no_such=1", "SELECT 1")).contains("Code: 115");
    assertThat(settingAfter(options)).isEqualTo("0");
    assertThat(ask(options, "database=missing", "SELECT 1")).contains("Code: 81");
    assertThat(ask(options, "SELECT currentDatabase()")).isEqualTo("ads");
    assertThat(ask(options, "SELECT * FROM missing")).contains("Code: 60");
    try (var rows = Files.list(serverFolder().resolve("rows"))) {
      assertThat(rows).isEmpty();
    }
  }

  @Test
  void whatARequestLeavesIsNotForOthers() throws IOException {
    Map<String, Object> options = system().start();
    ask(options, "SET max_result_rows = 5");
    ask(options, "CREATE TEMPORARY TABLE t AS SELECT 1 AS a");
    ask(options, "USE system");
    for (int i = 0; i < 8; i++) {
      assertThat(settingAfter(options)).isEqualTo("0");
      assertThat(ask(options, "SELECT * FROM t")).contains("Code: 60");
      assertThat(ask(options, "", "SELECT currentDatabase()")).isEqualTo("default");
    }
  }

  @Test
  void sessionsKeepWhatTheyHaveSet() throws IOException {
    Map<String, Object> options = system().start();
    String session = "session_id=one";
    assertThat(ask(options, session + "&session_check=1", "SELECT 1")).contains("Code: 372");
    ask(options, session, "SET max_result_rows = 5");
    ask(options, session, "CREATE TEMPORARY TABLE t AS SELECT 'it''s' AS a");
    ask(options, session, "USE system");
    String all = "SELECT a, getSetting('max_result_rows'), currentDatabase() FROM t";
    String kept = "it\\'s\t5\tsystem";
    assertThat(ask(options, session, all)).isEqualTo(kept);
    // Of one request alone.
    assertThat(ask(options, session + "&max_result_rows=7&database=ads&param_p=x", all))
        .isEqualTo("it\\'s\t7\tads");
    assertThat(ask(options, session + "&max_result_rows=7&no_such=1", all)).contains("Code: 115");
    assertThat(ask(options, session + "&log_comment=it%27s", "SELECT getSetting('log_comment')"))
        .isEqualTo("it\\'s");
    assertThat(ask(options, session + "&session_check=1", all)).isEqualTo(kept);
    assertThat(ask(options, "session_id=other", "SELECT * FROM t")).contains("Code: 60");
    assertThat(settingAfter(options)).isEqualTo("0");
    // A session that is given no time ends with its request.
    assertThat(ask(options, session + "&session_timeout=0", all)).isEqualTo(kept);
    assertThat(ask(options, session + "&session_check=1", all)).contains("Code: 372");
  }

  @Test
  void aSessionHasOneRequestAtATime() throws Exception {
    Map<String, Object> options = system().start();
    ask(options, "session_id=busy", "SELECT 1");
    AtomicReference<String> slow = new AtomicReference<>("");
    Thread thread =
        new Thread(
            () -> {
              try {
                slow.set(
                    ask(
                        options,
                        "session_id=busy&max_block_size=1&function_sleep_max_microseconds_per_block=0",
                        "SELECT count() FROM numbers(10) WHERE sleepEachRow(0.3) = 0"));
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    thread.start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> ask(options, "session_id=busy", "SELECT 1").contains("Code: 373"));
    assertThat(ask(options, "session_id=free", "SELECT 1")).isEqualTo("1");
    thread.join();
    assertThat(slow.get()).isEqualTo("10");
    assertThat(ask(options, "session_id=busy", "SELECT 1")).isEqualTo("1");
  }

  @Test
  void thereIsAlwaysRoomForAnotherSession() throws IOException {
    Map<String, Object> options = system().start();
    for (int i = 0; i < 40; i++) {
      assertThat(ask(options, "session_id=s" + i, "SELECT 1")).isEqualTo("1");
    }
    assertThat(ask(options, "session_id=s0&session_check=1", "SELECT 1")).contains("Code: 372");
    assertThat(ask(options, "session_id=s39&session_check=1", "SELECT 1")).isEqualTo("1");
  }

  /** A character lies across the byte at which the body's head ends. */
  @Test
  void longTextsKeepTheirCharacters() throws IOException {
    Map<String, Object> options = system().start();
    String text = "ä".repeat(40_000);
    assertThat(ask(options, "SELECT '" + text + "'")).isEqualTo(text);
    assertThat(ask(options, "SELECT  '" + text + "'")).isEqualTo(text);
  }

  @Test
  void engineTakesNoMoreMemoryThanIsSaid() throws IOException {
    Map<String, Object> options = system().start();
    assertThat(
            ask(
                options,
                "SELECT value FROM system.server_settings WHERE name = 'max_server_memory_usage'"))
        .isEqualTo("2147483648");
    assertThat(
            ask(
                options,
                "max_memory_usage=0",
                "SELECT length(groupArray(toString(number))) FROM numbers(100000000)"))
        .contains("Code: 241");
  }

  private static String settingAfter(Map<String, Object> options) {
    try {
      return ask(options, "SELECT getSetting('max_result_rows')");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void requestsRunSideBySide() throws Exception {
    Map<String, Object> options = system().start();
    ask(options, "CREATE TABLE n (a Int64) ENGINE = MergeTree ORDER BY a");
    List<Thread> writers =
        IntStream.range(0, 8)
            .mapToObj(
                i ->
                    new Thread(
                        () -> {
                          for (int round = 0; round < 10; round++) {
                            try {
                              ask(options, "INSERT INTO n VALUES (" + i + ")");
                            } catch (IOException e) {
                              throw new AssertionError(e);
                            }
                          }
                        }))
            .toList();
    writers.forEach(Thread::start);
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(ask(options, "SELECT count(), sum(a) FROM n")).isEqualTo("80\t280");
  }

  @Test
  void serverEndsWithItsParent() {
    long pid;
    try (ChildJvm parent = ChildJvm.start(ClickHouseParent.class, Map.of(), project.toString())) {
      parent.awaitOutput("started ", PATIENCE);
      pid = Long.parseLong(parent.output().replaceAll("(?s).*started (\\d+)\\s.*", "$1"));
      assertThat(ProcessHandle.of(pid)).isPresent();
      parent.kill();
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
  }

  @Test
  void serverThatWasLeftIsEnded() throws IOException {
    ClickHouseSystem first = system();
    Map<String, Object> options = first.start();
    long stale = first.pid().orElseThrow();
    // Another one in the same folder, as after a kill of the parent that the server has not
    // noticed.
    ClickHouseSystem next = system();
    assertThat(next.start().get("password")).isEqualTo(options.get("password"));
    assertThat(ProcessHandle.of(stale).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(next.pid()).isPresent().get().isNotEqualTo(stale);
    assertThat(next.failure()).isEmpty();
  }

  @Test
  void killedServerIsStartedAgain() {
    ClickHouseSystem system = system();
    try (Supervisor supervisor = new Supervisor(List.of(system))) {
      supervisor.start();
      long first = system.pid().orElseThrow();
      ProcessHandle.of(first).orElseThrow().destroyForcibly();
      Awaitility.await()
          .atMost(Duration.ofSeconds(30))
          .until(
              () ->
                  supervisor.status().get(0).restarts() > 0
                      && supervisor.status().get(0).state() == Supervisor.State.RUNNING);
      assertThat(system.pid()).isPresent().get().isNotEqualTo(first);
    }
  }
}
