package dev.millrace.server.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.connect.LedgerAction;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.engine.change.ChangePlan;
import dev.millrace.engine.change.ChangePlanner;
import dev.millrace.engine.change.LedgerScopes;
import dev.millrace.engine.change.Starts;
import dev.millrace.engine.change.StoredProject;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.LedgerLog;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.PartitionReader;
import dev.millrace.log.TopicAdmin;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.server.FileSelection;
import dev.millrace.server.StoreClient;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a source in {@code system.files}, and what people make of them, in real runs. */
class FilesTableTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final FileSelection ALL =
      new FileSelection(Optional.empty(), List.of(), List.of());

  @TempDir static Path kafka;
  private static EmbeddedBroker broker;

  @TempDir Path folder;
  private final Connectors connectors = new Connectors();
  private String name = "";

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(kafka, 0);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void writeProject() throws IOException {
    name = "p" + Math.abs(folder.hashCode());
    write(
        "millrace.yml",
        """
        name: %s
        default_target: dev
        targets:
          dev:
            kafka: {url: "%s"}
        """
            .formatted(name, broker.cluster().url()));
    write("sources/drops.yml", source("drops"));
    write(
        "models/items.sql",
        """
        {{ config(materialized='stream') }}
        SELECT id, name FROM {{ source('drops', 'rows') }}
        """);
  }

  private String source(String source) {
    return """
    sources:
      - name: %s
        connector: files
        folder: in
        quarantine: bad
        stable_for: 0 seconds
        poll: 20 ms
        poll_slowest: 100 ms
        streams:
          - name: rows
            topic: %s.rows
            files: ["**/*.csv"]
            event_time: sent_at
            allowed_lateness: 1 hour
            columns:
              - {name: sent_at, type: TIMESTAMPTZ, from: timestamp}
              - {name: id, type: BIGINT}
              - {name: name, type: VARCHAR}
    """
        .formatted(source, name);
  }

  private Path write(String file, String text) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.writeString(path, text);
  }

  private static String csv(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> i + ",x")
        .collect(Collectors.joining("\n", "id,name\n", "\n"));
  }

  private Project project() {
    return new ProjectLoader(connectors.all(), new DbtTemplates(), Map.of()).load(folder, null);
  }

  private JsonNode amend(LedgerAction action, FileSelection selection) {
    return client()
        .amendFiles(
            action, selection, () -> StoppedProject.amendFiles(project(), action, selection));
  }

  private RunningProject run() {
    return run(false);
  }

  private RunningProject run(boolean fresh) {
    Project project = project();
    RunningProject running =
        RunningProject.begin(
            new RunOptions(project, OptionalInt.empty(), fresh, false, 256L << 20), line -> {});
    try {
      running.open(SmallShop.compile(project, connectors), connectors, line -> {});
      return running;
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  private StoreClient client() {
    return StoreClient.of(folder);
  }

  private static FileSelection of(String... paths) {
    return new FileSelection(Optional.empty(), List.of(paths), List.of());
  }

  private List<String> files() {
    return states(client().query("SELECT path, state FROM system.files ORDER BY path, state"));
  }

  private static List<String> states(JsonNode answer) {
    return answer
        .path("rows")
        .valueStream()
        .map(r -> r.get(0).asText() + " " + r.get(1).asText())
        .toList();
  }

  private void awaitFiles(String... states) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(files()).containsExactly(states));
  }

  private void awaitRows(long count) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        client()
                            .query("SELECT count(*) FROM items")
                            .path("rows")
                            .get(0)
                            .get(0)
                            .asLong())
                    .isEqualTo(count));
  }

  /** The rows of {@code system.files} as JSON objects, by key. */
  private Map<String, String> table() throws IOException {
    Map<String, String> rows = new TreeMap<>();
    JsonNode answer =
        client()
            .query(
                "SELECT key, path, state, size, bytes, \"rows\", rejected, attempts, error FROM system.files");
    for (JsonNode row : answer.path("rows")) {
      rows.put(row.get(0).asText(), row.toString());
    }
    return rows;
  }

  /** What the ledger's topic has, in the form of {@link #table}. */
  private Map<String, String> ledger(String source) throws IOException {
    Map<String, String> rows = new TreeMap<>();
    String topic = LedgerLog.topic(name, source);
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster());
        PartitionReader reader = new PartitionReader(broker.cluster(), "test")) {
      for (PartitionRange range : admin.ranges(admin.describe(List.of(topic)).values())) {
        reader.read(
            range,
            LIMIT,
            record -> {
              String key = new String(record.key(), UTF_8);
              if (record.value() == null) {
                rows.remove(key);
              } else if (!key.equals(LedgerEntry.SCOPE)) {
                rows.put(key, row(key, new String(record.value(), UTF_8)));
              }
            });
      }
    }
    return rows;
  }

  private static String row(String key, String value) {
    try {
      JsonNode entry = MAPPER.readTree(value);
      var row = MAPPER.createArrayNode().add(key);
      for (String field :
          List.of("path", "state", "size", "bytes", "rows", "rejected", "attempts", "error")) {
        row.add(entry.has(field) ? entry.get(field) : MAPPER.nullNode());
      }
      return row.toString();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void everyFileIsInTheTableAndPeopleSteerIt() throws Exception {
    write("in/a.csv", csv(0, 5));
    write("in/sub/b.csv", "nothing\nat all\n");
    write("in/c.csv", csv(5, 9) + "9\n");
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "c.csv done", "sub/b.csv failed");
      awaitRows(9);
      assertThat(table()).isEqualTo(ledger("drops"));
      JsonNode failed =
          client().files(new FileSelection(Optional.of("drops"), List.of("**"), List.of("failed")));
      assertThat(failed.path("rows")).hasSize(1);
      assertThat(failed.path("rows").get(0).toString())
          .contains("sub/b.csv", "no name in the header");
      assertThat(running.engine().status().sources().get(0).activity().orElseThrow().failed())
          .isEqualTo(1);

      assertThatThrownBy(() -> amend(LedgerAction.RETRY, of("b.csv")))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("no file `b.csv` is known")
          .hasMessageContaining("did you mean `sub/b.csv`?");
      assertThatThrownBy(() -> client().files(of("c.cvs")))
          .hasMessageContaining("did you mean `c.csv`?");
      JsonNode done = amend(LedgerAction.RETRY, of("*.csv"));
      assertThat(done.path("amended").asLong()).isZero();
      assertThat(done.path("files")).hasSize(2);

      assertThat(amend(LedgerAction.RETRY, of("sub/*")).path("amended").asLong()).isEqualTo(1);
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () ->
                  table().values().stream()
                      .anyMatch(r -> r.matches(".*\"sub/b.csv\",\"failed\",.*,2,\"no name.*")));
      assertThat(folder.resolve("in/bad/sub/b.csv")).exists();
      amend(LedgerAction.SKIP, of("**/b.csv"));
      amend(LedgerAction.FORGET, of("{a,x}.csv"));
      awaitRows(14);
      awaitFiles("a.csv done", "c.csv done", "sub/b.csv skipped");
    }
    assertThat(table()).isEqualTo(ledger("drops"));
    assertThat(client().files(ALL).path("rows")).hasSize(3);
  }

  @Test
  void peopleSteerFilesWhileNothingRuns() throws Exception {
    assertThatThrownBy(() -> amend(LedgerAction.RETRY, of("**")))
        .hasMessageContaining("has not run yet");
    write("in/a.csv", csv(0, 5));
    write("in/b.csv", "nothing\nat all\n");
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv failed");
      awaitRows(5);
    }
    // As if the table had been left behind by a kill.
    change("DELETE FROM store.system.files");
    change("UPDATE progress.ledgers SET next_offset = 0");
    assertThat(amend(LedgerAction.FORGET, of("a.csv")).path("amended").asLong()).isEqualTo(1);
    assertThat(files()).containsExactly("b.csv failed");
    assertThat(amend(LedgerAction.RETRY, of("**")).path("amended").asLong()).isEqualTo(1);
    assertThat(files()).containsExactly("b.csv retry");
    assertThat(amend(LedgerAction.SKIP, of("b.csv")).path("amended").asLong()).isEqualTo(1);
    assertThat(amend(LedgerAction.SKIP, of("b.csv")).path("files").get(0).toString())
        .contains("b.csv", "skipped");
    assertThatThrownBy(() -> amend(LedgerAction.SKIP, of("c.csv")))
        .hasMessageContaining("no file `c.csv` is known");
    assertThat(table()).isEqualTo(ledger("drops"));
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv skipped");
      awaitRows(10);
    }
  }

  private ChangePlan plan() {
    Project project = project();
    StoredProject stored = client().stored();
    Map<String, StreamProgram> programs =
        Starts.apply(project, SmallShop.compile(project, connectors), stored, Instant.now());
    return ChangePlanner.plan(
        project, programs, stored, LedgerScopes.of(project, connectors.sources()));
  }

  /** Otherwise files would be taken for those of the old folder, or be read again. */
  @Test
  void anotherFolderIsRefusedUntilAPersonSaysWhatItIs() throws Exception {
    write("in/a.csv", csv(0, 5));
    write("in/b.csv", csv(5, 9));
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv done");
      awaitRows(9);
      assertThatThrownBy(() -> client().whileStopped(() -> 0)).hasMessageContaining("stop it");
    }
    assertThat(plan().problems()).isEmpty();
    Files.move(folder.resolve("in"), folder.resolve("other"));
    write("other/c.csv", csv(9, 10));
    write("sources/drops.yml", source("drops").replace("folder: in", "folder: other"));
    assertThat(plan().problems()).hasSize(1);
    assertThatThrownBy(this::run)
        .isInstanceOf(StopException.class)
        .hasMessageContaining("its `folder` was `in` and is `other`")
        .hasMessageContaining("2 files that were read, such as a.csv, b.csv")
        .hasMessageContaining("keep --source drops")
        .hasMessageContaining("forget");
    // A new store knows nothing of it, but the ledger does.
    try (RunningProject fresh = run(true)) {
      Awaitility.await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(fresh.engine().problems().toString())
                      .contains("its `folder` was `in` and is `other`", "2 files"));
    }
    assertThat(client().whileStopped(() -> StoppedProject.keepFiles(project(), "drops")))
        .isEqualTo(2);
    assertThat(plan().problems()).isEmpty();
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv done", "c.csv done");
      awaitRows(10);
    }
    write(
        "sources/drops.yml",
        source("drops").replace("folder: in", "folder: other\n    identity: path"));
    assertThat(plan().problems().toString()).contains("was `path_time_size` and is `path`");
    assertThat(amend(LedgerAction.FORGET, of("**")).path("amended").asLong()).isEqualTo(3);
    assertThat(plan().problems()).isEmpty();
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv done", "c.csv done");
      awaitRows(20);
    }
    assertThat(table()).isEqualTo(ledger("drops")).containsKey("a.csv");
  }

  @Test
  void metricsTellOfFiles() throws Exception {
    write("in/a.csv", csv(0, 5));
    write("in/b.csv", "nothing\nat all\n");
    write("in/c.csv", csv(5, 9) + "9\n");
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv failed", "c.csv done");
      Awaitility.await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(metric(running, "quarantined_total")).isEqualTo(1));
      assertThat(metric(running, "read_total")).isEqualTo(2);
      assertThat(metric(running, "bytes_total"))
          .isEqualTo((csv(0, 5) + "nothing\nat all\n" + csv(5, 9) + "9\n").length());
      assertThat(metric(running, "rejected_rows_total")).isEqualTo(1);
      assertThat(metric(running, "failed")).isEqualTo(1);
      assertThat(metric(running, "refused")).isZero();
      assertThat(metric(running, "waiting")).isZero();
      assertThat(metric(running, "oldest_waiting_seconds")).isZero();
    }
    write("sources/drops.yml", source("drops").replace("stable_for: 0 s", "stable_for: 3600 s"));
    Path late = write("in/late.csv", csv(9, 10));
    Files.setLastModifiedTime(late, FileTime.from(Instant.now().minus(Duration.ofHours(2))));
    write("in/later.csv", csv(10, 11));
    try (RunningProject running = run()) {
      Awaitility.await()
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(metric(running, "waiting")).isEqualTo(2));
      assertThat(metric(running, "oldest_waiting_seconds")).isBetween(7200.0, 7400.0);
      assertThat(metric(running, "read_total")).isZero();
      assertThat(metric(running, "failed")).isEqualTo(1);
    }
  }

  /** A metric of the source's files; NaN if there is none. */
  private static double metric(RunningProject running, String name) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(running.address().resolve("/metrics")).build();
    String line = "millrace_files_" + name + "{source=\"drops\"} ";
    return HttpClient.newHttpClient()
        .send(request, HttpResponse.BodyHandlers.ofString())
        .body()
        .lines()
        .filter(l -> l.startsWith(line))
        .mapToDouble(l -> Double.parseDouble(l.substring(line.length())))
        .findFirst()
        .orElse(Double.NaN);
  }

  @Test
  void theTableIsMadeAgainFromTheLedgerWhereItDoesNotFit() throws Exception {
    write("in/a.csv", csv(0, 5));
    try (RunningProject running = run()) {
      awaitFiles("a.csv done");
    }
    Map<String, String> before = table();
    change("ALTER TABLE store.system.files DROP COLUMN attempts");
    try (RunningProject running = run()) {
      awaitFiles("a.csv done");
    }
    assertThat(table()).isEqualTo(before);
    // As if nobody had followed for longer than Kafka tells of deletions.
    change("UPDATE store.system.files SET path = 'stale.csv', key = 'stale'");
    change("UPDATE progress.ledgers SET read_at = read_at - INTERVAL 13 HOUR");
    try (RunningProject running = run()) {
      awaitFiles("a.csv done");
    }
    assertThat(table()).isEqualTo(before);
    // Another topic of that name: all is read again.
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.delete(List.of(LedgerLog.topic(name, "drops")));
    }
    change("UPDATE store.system.files SET path = 'stale.csv', key = 'stale'");
    try (RunningProject running = run()) {
      awaitFiles("a.csv done");
    }
    assertThat(table()).isEqualTo(ledger("drops")).isEqualTo(before);
  }

  @Test
  void aSourceThatGoesTakesItsFilesAlong() throws Exception {
    write("in/a.csv", csv(0, 5));
    try (RunningProject running = run()) {
      awaitFiles("a.csv done");
    }
    write("sources/drops.yml", source("others"));
    Path model = folder.resolve("models/items.sql");
    String sql = Files.readString(model);
    Files.writeString(model, sql.replace("'drops'", "'others'"));
    write("in/b.csv", csv(5, 9));
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv done");
      assertThat(states(client().query("SELECT DISTINCT source, 1 FROM system.files")))
          .containsExactly("others 1");
    }
    write("sources/drops.yml", source("drops"));
    Files.writeString(model, sql);
    try (RunningProject running = run()) {
      awaitFiles("a.csv done", "b.csv done");
    }
    assertThat(table()).isEqualTo(ledger("drops"));
  }

  private void change(String sql) throws Exception {
    try (Store store =
            Store.open(
                new StoreOptions(folder.resolve(".millrace/store"), ZoneOffset.UTC, 64L << 20, 1));
        Connection connection = store.connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
