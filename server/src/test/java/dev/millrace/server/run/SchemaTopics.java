package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.option.Options;
import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.engine.Status.Health;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project that reads topics which somebody else writes, with schemas in a registry. */
abstract class SchemaTopics {
  static final Duration LIMIT = Duration.ofSeconds(120);

  static final String COLUMNS = "[{name: id, type: BIGINT}, {name: ts, type: TIMESTAMPTZ}%s]";

  private final String format;
  private final String generatedKeys;
  @TempDir Path folder;
  private final Connectors connectors = new Connectors();
  private EmbeddedBroker broker;
  RegistrySystem registry;
  RegistryClient client;
  private KafkaProducer<byte[], byte[]> producer;
  private String url;

  /**
   * Topics in a format.
   *
   * @param generatedKeys the format of the generator's keys, which are texts
   */
  SchemaTopics(String format, String generatedKeys) {
    this.format = format;
    this.generatedKeys = generatedKeys;
  }

  /** A record with an {@code id} and a {@code ts}, with the schema that it needs. */
  abstract byte[] record(String topic, long id) throws Exception;

  /** The same with a {@code note}, which a newer version of the schema has. */
  abstract byte[] noted(String topic, long id, String note) throws Exception;

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

  @Test
  void aSchemaThatGrewWhileTheProjectWasDownIsReadByTheStreamsPolicy() throws Exception {
    List<String> topics = List.of("pinned", "followed", "stopped");
    topics("pinned", "followed", "stopped");
    sources(
        stream("pinned", "", COLUMNS.formatted("")),
        stream(
            "followed",
            "on_schema_change: follow",
            COLUMNS.formatted(", {name: rest, type: JSON, from: rest}")),
        stream("stopped", "on_schema_change: stop", COLUMNS.formatted("")));
    model("pinned", "id");
    model("followed", "id, rest");
    model("stopped", "id");
    for (String topic : topics) {
      send(topic, record(topic, 1));
    }
    try (RunningProject running = run()) {
      for (String topic : topics) {
        await(running, "SELECT id FROM " + topic + "_rows", "[[1]]");
      }
    }
    for (String topic : topics) {
      send(topic, noted(topic, 2, "more"));
    }
    // The registry comes back later than the project: records wait, none is set aside.
    registry.stop();
    try (RunningProject running = run()) {
      Awaitility.await()
          .atMost(LIMIT)
          .until(
              () ->
                  running.engine().problems().stream()
                      .anyMatch(p -> p.code().name().equals("REGISTRY_UNREACHABLE")));
      assertThat(running.engine().hasStopped()).isFalse();
      registry.start();
      await(running, "SELECT id FROM pinned_rows ORDER BY id", "[[1], [2]]");
      await(
          running,
          "SELECT id, rest FROM followed_rows ORDER BY id",
          "[[1, null], [2, {\"note\":\"more\"}]]");
      Awaitility.await().atMost(LIMIT).until(() -> running.engine().hasStopped());
      assertThat(ask(running, "SELECT id FROM stopped_rows").toString()).isEqualTo("[[1]]");
      assertThat(running.engine().problems().toString()).contains("unknown field `note`");
      assertThat(ask(running, "SELECT * FROM store.system.rejected WHERE source <> 's.stopped'"))
          .isEmpty();
    }
  }

  @Test
  void whatAGeneratorAndASinkWriteIsReadBack() throws Exception {
    write(
        "millrace.yml",
        "name: topics\ntargets:\n  dev:\n    kafka: embedded\n    schema_registry: embedded\n");
    write(
        "sources/s.yml",
        """
        sources:
          - name: made
            connector: generator
            rate: 2000
            total: 500
            seed: 7
            streams:
              - name: orders
                topic: shop.orders
                format: FORMAT
                key_format: KEYS
                event_time: ordered_at
                columns:
                  - {name: order_id, type: VARCHAR}
                  - {name: ordered_at, type: TIMESTAMPTZ}
                  - {name: amount, type: "DECIMAL(10,2)"}
                generate:
                  key: order_id
                  malformed: 4%
                  fields:
                    order_id: {sequence: "order-%08d"}
                    ordered_at: {event_time: true}
                    amount: {uniform: {from: 1, to: 100, decimals: 2}}
          - name: back
            streams:
              - name: orders
                topic: shop.totals
                format: FORMAT
                key_format: FORMAT
                changes: upsert
                key: [order_id]
                columns:
                  - {name: order_id, type: VARCHAR}
                  - {name: ordered_at, type: TIMESTAMPTZ}
                  - {name: amount, type: "DECIMAL(10,2)"}
                  - {name: tags, type: "VARCHAR[]"}
                  - {name: who, type: VARCHAR, from: key.$.order_id}
        """
            .replace("FORMAT", format)
            .replace("KEYS", generatedKeys));
    String model =
        "{{ config(materialized='stream') }}\nSELECT %s FROM {{ source('%s', 'orders') }} %s\n";
    write(
        "models/sent.sql",
        model.formatted(
            "order_id, max(ordered_at) AS ordered_at, max(amount) AS amount, [order_id, 'x'] AS tags",
            "made",
            "GROUP BY order_id"));
    write(
        "models/came.sql", model.formatted("order_id, ordered_at, amount, tags, who", "back", ""));
    write(
        "sinks/kafka.yml",
        """
        sinks:
          - name: totals
            from: sent
            system: kafka
            topic: shop.totals
            mode: upsert
            key: [order_id]
            format: FORMAT
        """
            .replace("FORMAT", format));
    try (RunningProject running = run()) {
      Awaitility.await().atMost(LIMIT).until(() -> running.engine().isDone());
      assertThat(ask(running, "SELECT count(*) > 450, count(*) < 500 FROM sent"))
          .containsExactly(List.of("true", "true"));
      assertThat(
              ask(
                  running,
                  "SELECT count(*) + (SELECT count(*) FROM store.system.rejected) FROM sent"))
          .containsExactly(List.of("500"));
      assertThat(
              ask(
                  running,
                  "SELECT count(*) > 0 FROM store.system.rejected WHERE reason LIKE 'not valid JSON%'"
                      + " OR reason LIKE 'field `%` is not of type %'"))
          .containsExactly(List.of("true"));
      assertThat(
              ask(
                  running,
                  "SELECT count(*) FROM (SELECT *, order_id AS who FROM sent EXCEPT SELECT * FROM came)"))
          .containsExactly(List.of("0"));
      assertThat(ask(running, "SELECT count(*) = (SELECT count(*) FROM sent) FROM came"))
          .containsExactly(List.of("true"));
      assertThat(running.engine().status().systems())
          .filteredOn(s -> s.name().equals("schema_registry"))
          .allMatch(s -> s.health() == Health.OK);
      assertThat(running.engine().problems()).isEmpty();
    }
  }
}
