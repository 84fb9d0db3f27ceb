package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.embedded.DataFolder;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Status.Health;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.sql.StreamProgram;
import dev.millrace.testing.Seeds;
import dev.millrace.testing.nexmark.NexmarkEvent;
import dev.millrace.testing.nexmark.NexmarkEvent.Kind;
import dev.millrace.testing.nexmark.NexmarkGenerator;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nexmark's queries side by side in one run, from topics of the embedded broker: after every burst
 * of events each table holds what its query returns over all of them.
 */
@Tag("slow")
class NexmarkRunTest {
  private static final Path PROJECT = Path.of("..", "benchmarks", "nexmark");
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int BURSTS = 3;
  private static final int EVENTS = 20_000;

  @TempDir Path folder;
  private final Random random = Seeds.random("NexmarkRunTest");

  // A thousand events a second: some twenty windows of ten seconds in each burst.
  private final NexmarkGenerator generator =
      new NexmarkGenerator(
          random.nextLong(), Instant.parse("2026-01-05T23:59:30Z"), EVENTS / 60.0, 500);

  @Test
  void everyTableHoldsWhatItsQueryReturns() throws Exception {
    Connectors connectors = new Connectors();
    Project project = load(connectors);
    try (RunningProject running =
        RunningProject.begin(
            new RunOptions(project, OptionalInt.empty(), false, false, 512L << 20), line -> {})) {
      running.open(SmallShop.compile(project, connectors), connectors, line -> {});
      Engine engine = running.engine();
      Awaitility.await().atMost(LIMIT).until(() -> isUp(engine));
      try (Connection connection = engine.read();
          KafkaProducer<byte[], byte[]> producer = producer()) {
        execute(connection, "ATTACH ':memory:' AS expected");
        execute(connection, "USE expected");
        execute(connection, "CREATE SCHEMA nexmark");
        List<NexmarkEvent> all = new ArrayList<>();
        for (int burst = 1; burst <= BURSTS; burst++) {
          List<NexmarkEvent> events = Stream.generate(generator::next).limit(EVENTS).toList();
          events.forEach(event -> producer.send(record(event)));
          producer.flush();
          all.addAll(events);
          Awaitility.await().atMost(LIMIT).until(() -> rows(engine) == all.size());
          fill(connection, project, all);
          for (Map.Entry<String, StreamProgram> stream : engine.programs().entrySet()) {
            assertThat(differences(connection, stream.getKey(), stream.getValue().batchSql()))
                .as("%s after %s events", stream.getKey(), all.size())
                .isEmpty();
          }
        }
      }
    }
  }

  private Project load(Connectors connectors) throws IOException {
    List<Path> files;
    try (Stream<Path> walk = Files.walk(PROJECT)) {
      files = walk.filter(Files::isRegularFile).toList();
    }
    for (Path file : files) {
      String name = PROJECT.relativize(file).toString();
      if (name.equals("millrace.yml") || name.startsWith("sources") || name.startsWith("models")) {
        Path copy = folder.resolve(name);
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
    return new ProjectLoader(connectors.all(), new DbtTemplates(), Map.of("KAFKA_BROKERS", ""))
        .load(folder, null);
  }

  private static boolean isUp(Engine engine) {
    return engine.status().systems().stream().allMatch(system -> system.health() == Health.OK);
  }

  private static long rows(Engine engine) {
    return engine.status().sources().stream().mapToLong(source -> source.rows()).sum();
  }

  private KafkaProducer<byte[], byte[]> producer() throws IOException {
    Properties ports = new Properties();
    try (Reader reader = Files.newBufferedReader(DataFolder.open(folder).path().resolve("ports"))) {
      ports.load(reader);
    }
    return new KafkaProducer<>(
        Map.of("bootstrap.servers", "127.0.0.1:" + ports.getProperty("kafka"), "linger.ms", "5"),
        new ByteArraySerializer(),
        new ByteArraySerializer());
  }

  /** In partitions of its own choice, so that nothing is late: disorder is a few seconds. */
  private ProducerRecord<byte[], byte[]> record(NexmarkEvent event) {
    return new ProducerRecord<>(
        "nexmark." + event.kind().stream(),
        random.nextInt(2),
        null,
        event.json().getBytes(StandardCharsets.UTF_8));
  }

  private static void fill(Connection connection, Project project, List<NexmarkEvent> events)
      throws SQLException {
    for (Kind kind : Kind.values()) {
      String name = "nexmark." + kind.stream();
      String columns =
          project.streams().stream()
              .filter(stream -> stream.qualifiedName().equals(name))
              .flatMap(stream -> stream.declaration().schema().columns().stream())
              .map(column -> "\"" + column.name() + "\":\"" + column.type() + "\"")
              .collect(Collectors.joining(","));
      String lines =
          events.stream()
              .filter(event -> event.kind() == kind)
              .map(event -> "('" + event.json() + "')")
              .collect(Collectors.joining(","));
      execute(
          connection,
          "CREATE OR REPLACE TABLE "
              + name
              + " AS SELECT unnest(json_transform(e, '{"
              + columns
              + "}')) FROM (VALUES "
              + lines
              + ") v(e)");
    }
  }

  /** Rows that only the table or only the query has; doubles to nine places. */
  private static List<String> differences(Connection connection, String stream, String query)
      throws SQLException {
    String actual = "store.main.\"" + stream + "\"";
    List<String> doubles = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet described = statement.executeQuery("DESCRIBE " + actual)) {
      while (described.next()) {
        if (described.getString("column_type").equals("DOUBLE")) {
          String name = "\"" + described.getString("column_name") + "\"";
          doubles.add("round(" + name + ", 6) AS " + name);
        }
      }
    }
    String replaced =
        doubles.isEmpty()
            ? "SELECT * FROM "
            : "SELECT * REPLACE (" + String.join(", ", doubles) + ") FROM ";
    String theirs = replaced + "(" + query + ")";
    String ours = replaced + actual;
    List<String> differences = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT t::VARCHAR FROM (("
                    + "SELECT 'missing', * FROM ("
                    + theirs
                    + " EXCEPT ALL "
                    + ours
                    + ")) UNION ALL ("
                    + "SELECT 'wrong', * FROM ("
                    + ours
                    + " EXCEPT ALL "
                    + theirs
                    + "))) t LIMIT 5")) {
      while (rows.next()) {
        differences.add(rows.getString(1));
      }
    }
    return differences;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
