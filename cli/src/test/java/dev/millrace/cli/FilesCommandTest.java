package dev.millrace.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.LedgerLog;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.PartitionReader;
import dev.millrace.log.TopicAdmin;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Seeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** `millrace files` beside a run, and what it lists after runs that were killed. */
@Tag("slow")
class FilesCommandTest {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final FileTime TIME = FileTime.fromMillis(1_700_000_000_000L);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int FILES = 40;
  private static final int ROWS = 2_000;

  @TempDir Path folder;

  private void project(boolean once) throws IOException {
    write("millrace.yml", "name: drops\ntargets: {dev: {kafka: embedded}}\n".getBytes(UTF_8));
    write(
        "sources/drops.yml",
        """
        sources:
          - name: drops
            connector: files
            folder: in
            quarantine: bad
            stable_for: 0 seconds
            poll: 20 ms
            poll_slowest: 200 ms
            once: %s
            streams:
              - name: rows
                topic: drops.rows
                files: ["*.csv*"]
                event_time: sent_at
                allowed_lateness: 1 hour
                columns:
                  - {name: id, type: BIGINT}
                  - {name: sent_at, type: TIMESTAMPTZ, from: timestamp}
        """
            .formatted(once)
            .getBytes(UTF_8));
    write(
        "models/items.sql",
        "{{ config(materialized='stream') }} SELECT id FROM {{ source('drops', 'rows') }}"
            .getBytes(UTF_8));
  }

  private Path write(String file, byte[] bytes) throws IOException {
    Path path = folder.resolve(file);
    Files.createDirectories(path.getParent());
    return Files.write(path, bytes);
  }

  private static byte[] csv(int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> i + ",x")
        .collect(Collectors.joining("\n", "id,name\n", "\n"))
        .getBytes(UTF_8);
  }

  private Answer millrace(String command, String... more) {
    List<Object> words = new ArrayList<>(List.of(command, folder));
    words.addAll(List.of(more));
    return Answer.to(words);
  }

  private List<String> listed(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of("list"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--format", "json"));
    Answer answer = millrace("files", all.toArray(String[]::new));
    List<String> files = new ArrayList<>();
    if (answer.code() == 0) {
      for (JsonNode file : MAPPER.readTree(answer.out())) {
        files.add(file.path("path").asText() + " " + file.path("state").asText());
      }
    }
    Collections.sort(files);
    return files;
  }

  private long rows() throws IOException {
    Answer answer = millrace("sql", "SELECT count(*) AS n FROM items", "--format", "json");
    return answer.code() == 0 ? MAPPER.readTree(answer.out()).path(0).path("n").asLong() : -1;
  }

  @Test
  void listsAndSteersTheFilesOfARun() throws Exception {
    project(false);
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(csv(0, ROWS));
    }
    byte[] whole = packed.toByteArray();
    byte[] damaged = whole.clone();
    Arrays.fill(damaged, whole.length - 8, whole.length, (byte) 0);
    Files.setLastModifiedTime(write("in/a.csv.gz", damaged), TIME);
    write("in/b.csv", csv(ROWS, ROWS + 10));
    try (ChildJvm run = ChildJvm.start(Millrace.class, Map.of(), "run", folder.toString())) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> listed().equals(List.of("a.csv.gz failed", "b.csv done")));
      assertThat(listed("--state", "failed")).containsExactly("a.csv.gz failed");
      assertThat(millrace("files").out()).contains("it is damaged", "b.csv", "2 rows");
      assertThat(millrace("files", "list", "*.csv", "--format", "csv").out())
          .startsWith("source,path,state,size,")
          .contains("drops,b.csv,done");

      Answer unknown = millrace("files", "retry", "a.csv.zg");
      assertThat(unknown.code()).isEqualTo(Millrace.PROBLEMS);
      assertThat(unknown.err()).contains("no file `a.csv.zg` is known", "did you mean `a.csv.gz`?");
      Answer done = millrace("files", "retry", "b.csv");
      assertThat(done.code()).isEqualTo(Millrace.PROBLEMS);
      assertThat(done.out()).contains("0 files", "b.csv of drops is done");
      assertThat(millrace("files", "retry").code()).isEqualTo(2);
      assertThat(millrace("files", "remove", "b.csv").code()).isEqualTo(2);

      Path quarantined = folder.resolve("in/bad/a.csv.gz");
      Files.setLastModifiedTime(Files.write(quarantined, whole), TIME);
      Answer retried = millrace("files", "retry", "a.*", "--source", "drops");
      assertThat(retried.code()).as(retried.err()).isZero();
      assertThat(retried.out()).contains("1 file will be read on.");
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> listed().equals(List.of("a.csv.gz done", "b.csv done")));
      Awaitility.await().atMost(LIMIT).until(() -> rows() == ROWS + 10);
      assertThat(millrace("files", "forget", "b.csv").code()).isZero();
      Awaitility.await().atMost(LIMIT).until(() -> rows() == ROWS + 20);
      Awaitility.await()
          .atMost(LIMIT)
          .until(() -> listed().equals(List.of("a.csv.gz done", "b.csv done")));
    }
    assertThat(listed()).containsExactly("a.csv.gz done", "b.csv done");
    // Its own Kafka is started for it.
    Answer late = millrace("files", "retry", "**");
    assertThat(late.code()).as(late.err()).isEqualTo(Millrace.PROBLEMS);
    assertThat(late.out()).contains("0 files", "b.csv of drops is done");
    Answer forgotten = millrace("files", "forget", "b.csv");
    assertThat(forgotten.out()).contains("1 file will be as new.");
    assertThat(listed()).containsExactly("a.csv.gz done");
    try (ChildJvm run = ChildJvm.start(Millrace.class, Map.of(), "run", folder.toString())) {
      Awaitility.await().atMost(LIMIT).until(() -> rows() == ROWS + 30);
    }
    assertThat(listed()).containsExactly("a.csv.gz done", "b.csv done");
  }

  @Test
  void theTableIsTheLedgerAfterKills() throws Exception {
    project(true);
    for (int i = 0; i < FILES; i++) {
      write("in/f%02d.csv".formatted(i), csv(i * ROWS, (i + 1) * ROWS));
    }
    Random random = Seeds.random("FilesCommandTest");
    List<String> points =
        new ArrayList<>(
            List.of(
                "ledger-before-commit",
                "source-before-commit",
                "source-after-commit",
                "ledger-before-commit"));
    Collections.shuffle(points, random);
    int killed = 0;
    for (String point : points) {
      killed += run(point + ":" + (1 + random.nextInt(2))) == FaultPoint.EXIT_CODE ? 1 : 0;
    }
    assertThat(killed).isGreaterThanOrEqualTo(2);
    assertThat(run("")).isZero();
    Map<String, String> ledger = new TreeMap<>();
    List<Long> rows = new ArrayList<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve(".millrace/kafka"), 0)) {
      read(
          broker,
          LedgerLog.topic("drops", "drops"),
          r -> ledger.put(new String(r.key(), UTF_8), entry(r.value())));
      ledger.remove(LedgerEntry.SCOPE);
      read(broker, "drops.rows", r -> rows.add(id(r.value())));
    }
    assertThat(rows).hasSize(FILES * ROWS).doesNotHaveDuplicates();
    assertThat(ledger).hasSize(FILES);
    Map<String, String> table = new TreeMap<>();
    Answer answer =
        millrace(
            "sql",
            "SELECT key, path, state, size, bytes, \"rows\", rejected, attempts FROM system.files",
            "--format",
            "json");
    for (JsonNode row : MAPPER.readTree(answer.out())) {
      table.put(row.path("key").asText(), fields(row));
    }
    assertThat(table).isEqualTo(ledger);
    assertThat(listed("**", "--state", "done")).hasSize(FILES);
    // A store that is made anew has the same.
    assertThat(run("", "--fresh")).isZero();
    assertThat(listed("**", "--state", "done")).hasSize(FILES);
  }

  private int run(String fault, String... options) {
    Map<String, String> properties = fault.isEmpty() ? Map.of() : Map.of("millrace.fault", fault);
    List<String> arguments = new ArrayList<>(List.of("run", folder.toString(), "--until-idle"));
    arguments.addAll(List.of(options));
    try (ChildJvm child =
        ChildJvm.start(Millrace.class, properties, arguments.toArray(String[]::new))) {
      int code = child.awaitExit(LIMIT);
      assertThat(code).as("%s: %s", fault, child.output()).isIn(0, FaultPoint.EXIT_CODE);
      return code;
    }
  }

  private static void read(
      EmbeddedBroker broker, String topic, Consumer<ConsumerRecord<byte[], byte[]>> receiver) {
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster());
        PartitionReader reader = new PartitionReader(broker.cluster(), "test")) {
      for (PartitionRange range : admin.ranges(admin.describe(List.of(topic)).values())) {
        reader.read(range, Duration.ofSeconds(30), receiver);
      }
    }
  }

  private static String entry(byte[] value) {
    try {
      return fields(MAPPER.readTree(value));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long id(byte[] value) {
    try {
      return MAPPER.readTree(value).path("id").asLong();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String fields(JsonNode row) {
    return List.of("path", "state", "size", "bytes", "rows", "rejected", "attempts").stream()
        .map(f -> row.path(f).asText())
        .collect(Collectors.joining(" "));
  }
}
