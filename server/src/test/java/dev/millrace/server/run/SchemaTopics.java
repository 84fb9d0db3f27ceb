package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.option.Options;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.formats.registry.RegistryOptions;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.registry.RegistrySystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A project that reads topics which somebody else writes, with schemas in a registry. */
abstract class SchemaTopics {
  static final Duration LIMIT = Duration.ofSeconds(120);

  private final String format;
  @TempDir Path folder;
  private final Connectors connectors = new Connectors();
  private EmbeddedBroker broker;
  RegistrySystem registry;
  RegistryClient client;
  private KafkaProducer<byte[], byte[]> producer;
  private String url;

  SchemaTopics(String format) {
    this.format = format;
  }

  @BeforeEach
  void start() throws IOException {
    Path systems = Files.createDirectories(folder.resolve("systems"));
    broker = EmbeddedBroker.start(systems.resolve("kafka"), 0);
    Ports ports = new Ports(DataFolder.open(systems));
    registry =
        new RegistrySystem("registry", broker.cluster(), () -> {}, () -> ports.port("registry"));
    url = Objects.requireNonNull(registry.start().get("url")).toString();
    client = new RegistryClient(new Options(RegistryOptions.OPTIONS, Map.of("url", url)));
    Map<String, Object> properties = broker.cluster().clientProperties("test");
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    write(
        "millrace.yml",
        "name: topics\ntargets:\n  dev:\n    kafka: {url: \"%s\"}\n    schema_registry: {url: \"%s\"}\n"
            .formatted(broker.cluster().url(), url));
  }

  @AfterEach
  void stop() {
    producer.close(Duration.ZERO);
    registry.stop();
    broker.close();
  }

  void write(String file, String text) throws IOException {
    Path path = folder.resolve("project").resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  void topics(String... names) {
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.ensure(Arrays.stream(names).map(n -> TopicDeclaration.of(n, 1)).toList());
    }
  }

  void sources(String... streams) throws IOException {
    write("sources/s.yml", "sources:\n  - name: s\n    streams:\n" + String.join("", streams));
  }

  String stream(String name, String more, String columns) {
    return """
          - name: %s
            topic: %s
            format: %s
            event_time: ts
            idle_after: 1 second
            %s
            columns: %s
    """
        .formatted(name, name, format, more, columns);
  }

  void model(String name, String columns) throws IOException {
    write(
        "models/" + name + "_rows.sql",
        "{{ config(materialized='stream') }}\nSELECT %s FROM {{ source('s', '%s') }}\n"
            .formatted(columns, name));
  }

  RunningProject run() {
    Project project =
        new ProjectLoader(connectors.all(), new DbtTemplates(), Map.of())
            .load(folder.resolve("project"), null);
    RunningProject running =
        RunningProject.begin(
            new RunOptions(project, OptionalInt.empty(), false, false, 256L << 20), line -> {});
    running.open(SmallShop.compile(project, connectors), connectors, line -> {});
    return running;
  }

  static List<List<String>> ask(RunningProject running, String sql) {
    try (Connection connection = running.engine().read();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<String>> rows = new ArrayList<>();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
          row.add(result.getString(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  static void await(RunningProject running, String sql, String expected) {
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(ask(running, sql).toString()).isEqualTo(expected));
  }

  void send(String topic, byte[] value) {
    producer.send(new ProducerRecord<>(topic, value));
    producer.flush();
  }
}
