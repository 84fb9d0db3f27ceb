package dev.millrace.connect.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.StopException;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TopicDeclaration;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import dev.millrace.testing.SinkContract;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka as a target: the contract of every sink, and what only this one can meet. */
class KafkaSinkTest extends SinkContract {
  private static final Schema EVENTS =
      new Schema(
          List.of(
              new Column("id", new DataType.Scalar(DataType.Kind.BIGINT)),
              new Column("text", new DataType.Scalar(DataType.Kind.VARCHAR)),
              new Column("at", new DataType.Scalar(DataType.Kind.TIMESTAMPTZ))));

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static int port;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
    String url = broker.cluster().url();
    port = Integer.parseInt(url.substring(url.indexOf(':') + 1));
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Override
  protected SinkConnector connector() {
    return new KafkaConnector();
  }

  @Override
  protected Map<String, String> system() {
    return Map.of("url", broker.cluster().url());
  }

  @Override
  protected void stopSystem() {
    broker.close();
  }

  @Override
  protected void startSystem() {
    broker = EmbeddedBroker.start(folder.resolve("kafka"), port);
  }

  @Override
  protected List<List<@Nullable Object>> read(String table, Schema schema) {
    return TopicContents.read(broker.cluster(), table).rows().stream()
        .map(json -> JsonReading.row(json, schema))
        .toList();
  }

  @Override
  protected Object stored(DataType type, Object value) {
    boolean json = type.equals(new DataType.Scalar(DataType.Kind.JSON));
    return json ? JsonReading.tree(value.toString()).toString() : value;
  }

  private SinkContext context(
      String topic, WriteMode mode, List<String> key, Map<String, String> options) {
    SinkContext plain = context(topic, EVENTS);
    return new SinkContext(
        plain.project(),
        plain.sink(),
        plain.epoch(),
        plain.system(),
        OptionValues.of(connector().sinkOptions(), options),
        topic,
        EVENTS,
        mode,
        key);
  }

  private static List<String> texts(String topic) {
    return TopicContents.read(broker.cluster(), topic).texts();
  }

  @Test
  void rowsWithoutKeyGoToThePartitionsInTurn() {
    String topic = newTable();
    SinkContext context = context(topic, WriteMode.APPEND, List.of(), Map.of("partitions", "3"));
    try (Sink sink = connector().open(context)) {
      Batches batch = new Batches(EVENTS);
      for (long id = 0; id < 30; id++) {
        batch.put(id, "x", null);
      }
      sink.deliver(batch.build(), 1);
    }
    assertThat(TopicContents.read(broker.cluster(), topic).records())
        .hasSize(30)
        .allSatisfy(r -> assertThat(r.key()).isNull())
        .extracting(ConsumerRecord::partition)
        .containsOnly(0, 1, 2);
  }

  @Test
  void equalKeysOfAppendedRowsShareAPartition() {
    String topic = newTable();
    SinkContext context =
        context(
            topic,
            WriteMode.APPEND,
            List.of(),
            Map.of("partitions", "4", "record_key", "text", "headers", "id,text"));
    try (Sink sink = connector().open(context)) {
      Batches batch = new Batches(EVENTS);
      for (long id = 0; id < 40; id++) {
        batch.put(id, "k" + id % 10, null);
      }
      sink.deliver(batch.build(), 1);
    }
    List<ConsumerRecord<byte[], byte[]>> records =
        TopicContents.read(broker.cluster(), topic).records();
    assertThat(records).hasSize(40);
    Map<String, List<Integer>> partitions =
        records.stream()
            .collect(
                Collectors.groupingBy(
                    r -> new String(r.key(), UTF_8),
                    Collectors.mapping(ConsumerRecord::partition, Collectors.toList())));
    assertThat(partitions).hasSize(10).containsKey("{\"text\":\"k0\"}");
    partitions.values().forEach(p -> assertThat(p).hasSize(4).containsOnly(p.get(0)));
    assertThat(records)
        .allSatisfy(
            r -> {
              String id = new String(r.headers().lastHeader("id").value(), UTF_8);
              assertThat(new String(r.value(), UTF_8)).startsWith("{\"id\":" + id + ",");
            });
  }

  @Test
  void columnOfATimeIsTheRecordsTimestamp() {
    String topic = newTable();
    Instant at = Instant.parse("2025-01-01T10:00:00.123456Z");
    long before = System.currentTimeMillis();
    try (Sink sink =
            connector()
                .open(context(topic, WriteMode.APPEND, List.of(), Map.of("timestamp", "at")));
        TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      sink.deliver(
          new Batches(EVENTS)
              .put(1L, "a", at)
              .put(2L, "b", null)
              .put(3L, "c", Instant.parse("1969-12-31T23:59:59Z"))
              .build(),
          1);
      // Else Kafka would delete rows of last year as soon as they are written.
      assertThat(admin.config(topic)).containsEntry("retention.ms", "-1");
    }
    List<Long> times =
        TopicContents.read(broker.cluster(), topic).records().stream()
            .map(ConsumerRecord::timestamp)
            .toList();
    assertThat(times.get(0)).isEqualTo(at.toEpochMilli());
    assertThat(times.subList(1, 3)).allSatisfy(t -> assertThat(t).isGreaterThanOrEqualTo(before));
  }

  @Test
  void upsertsAreValuesAndTombstonesOfACompactedTopic() {
    String topic = newTable();
    try (Sink sink =
            connector().open(context(topic, WriteMode.UPSERT, List.of("text", "id"), Map.of()));
        TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).put(2L, "b\"", null).build(), 2);
      sink.deliver(new Batches(EVENTS).take(1L, "a", null).build(), 3);
      assertThat(admin.config(topic)).containsEntry("cleanup.policy", "compact");
    }
    assertThat(texts(topic))
        .containsExactly(
            "{\"text\":\"a\",\"id\":1} {\"id\":1,\"text\":\"a\",\"at\":null}",
            "{\"text\":\"b\\\"\",\"id\":2} {\"id\":2,\"text\":\"b\\\"\",\"at\":null}",
            "{\"text\":\"a\",\"id\":1} null");
  }

  @Test
  void envelopesTellTheRowBeforeAndTheRowAfter() {
    String topic = newTable();
    try (Sink sink =
        connector().open(context(topic, WriteMode.DEBEZIUM, List.of("id"), Map.of()))) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).put(2L, "b", null).build(), 2);
      sink.deliver(
          new Batches(EVENTS)
              .take(1L, "a", null)
              .put(1L, "a2", null)
              // Nothing has changed.
              .take(2L, "b", null)
              .put(2L, "b", null)
              .build(),
          6);
      // Several changes of a key in one batch, as after a while without Kafka.
      sink.deliver(
          new Batches(EVENTS)
              .take(1L, "a2", null)
              .put(1L, "a3", null)
              .take(1L, "a3", null)
              .take(2L, "b", null)
              .build(),
          10);
    }
    assertThat(envelopes(topic))
        .containsExactly(
            "1 c null a",
            "2 c null b",
            "1 u a a2",
            "1 u a2 a3",
            "1 d a3 null",
            "1 -",
            "2 d b null",
            "2 -");
    JsonNode first =
        JsonReading.tree(
            new String(
                TopicContents.read(broker.cluster(), topic).records().get(0).value(), UTF_8));
    assertThat(first.get("source").get("connector").asText()).isEqualTo("millrace");
    assertThat(first.get("source").get("table").asText()).isEqualTo(topic);
    assertThat(first.get("source").get("sequence").asText()).isEqualTo("2");
    assertThat(first.get("ts_ms").asLong()).isPositive();
  }

  private static List<String> envelopes(String topic) {
    return TopicContents.read(broker.cluster(), topic).records().stream()
        .map(
            record -> {
              JsonNode key = JsonReading.tree(new String(record.key(), UTF_8)).get("id");
              if (record.value() == null) {
                return key + " -";
              }
              JsonNode change = JsonReading.tree(new String(record.value(), UTF_8));
              return key
                  + " "
                  + change.get("op").asText()
                  + " "
                  + change.get("before").path("text").asText("null")
                  + " "
                  + change.get("after").path("text").asText("null");
            })
        .toList();
  }

  @Test
  void envelopesWithoutTombstones() {
    String topic = newTable();
    try (Sink sink =
        connector()
            .open(
                context(topic, WriteMode.DEBEZIUM, List.of("id"), Map.of("tombstones", "false")))) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 1);
      sink.deliver(new Batches(EVENTS).take(1L, "a", null).build(), 2);
    }
    assertThat(envelopes(topic)).containsExactly("1 c null a", "1 d a null");
  }

  @Test
  void adoptedTopicOfEnvelopesTakesItsRowsBack() {
    String topic = newTable();
    SinkContext old = context(topic, WriteMode.DEBEZIUM, List.of("id"), Map.of());
    try (Sink sink = connector().open(old)) {
      sink.deliver(
          new Batches(EVENTS).put(1L, "a, \"b\": {", null).put(2L, "gone", null).build(), 2);
      sink.deliver(new Batches(EVENTS).take(2L, "gone", null).build(), 3);
    }
    try (Sink sink = connector().open(old)) {
      sink.adopt();
      assertThat(sink.position()).isEmpty();
    }
    assertThat(envelopes(topic).subList(4, 6)).containsExactly("1 d a, \"b\": { null", "1 -");
    try (Sink sink = connector().open(old)) {
      assertThat(sink.position()).isEmpty();
    }
  }

  /** More keys than are taken back at once. */
  @Test
  void adoptedTopicOfManyKeysTakesThemBackInParts() {
    String topic = newTable();
    SinkContext context = context(topic, WriteMode.UPSERT, List.of("id"), Map.of());
    int keys = 25_000;
    try (Sink sink = connector().open(context)) {
      Batches batches = new Batches(EVENTS);
      for (long id = 0; id < keys; id++) {
        batches.put(id, "a", null);
      }
      sink.deliver(batches.build(), keys);
      sink.adopt();
      assertThat(sink.position()).isEmpty();
    }
    assertThat(TopicContents.read(broker.cluster(), topic).records())
        .filteredOn(r -> r.value() == null)
        .hasSize(keys);
  }

  @Test
  void topicThatWasMadeAnewIsNoticed() {
    String topic = newTable();
    SinkContext context = context(topic, WriteMode.APPEND, List.of(), Map.of());
    try (Sink sink = connector().open(context)) {
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 1);
    }
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.delete(List.of(topic));
      assertThatThrownBy(() -> connector().open(context))
          .isInstanceOf(StopException.class)
          .hasMessageContaining(topic);
      Topic made = admin.ensure(List.of(TopicDeclaration.of(topic, 1))).get(0);
      assertThat(made.name()).isEqualTo(topic);
    }
    assertThatThrownBy(() -> connector().open(context))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("not the one any more");
  }

  @Test
  void existingTopicIsUsedAsItIs() {
    String topic = newTable();
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.ensure(List.of(TopicDeclaration.of(topic, 5)));
      try (Sink sink =
          connector().open(context(topic, WriteMode.UPSERT, List.of("id"), Map.of()))) {
        sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 1);
      }
      assertThat(admin.describe(List.of(topic)).values())
          .extracting(Topic::partitions)
          .containsExactly(5);
    }
  }

  @Test
  void recordThatIsTooLargeStopsTheSink() {
    String topic = newTable();
    try (TopicAdmin admin = TopicAdmin.open(broker.cluster())) {
      admin.ensure(List.of(new TopicDeclaration(topic, 1, Map.of("max.message.bytes", "2000"))));
    }
    SinkContext context = context(topic, WriteMode.APPEND, List.of(), Map.of());
    try (Sink sink = connector().open(context)) {
      String text =
          new Random(7)
              .ints(50_000, 32, 126)
              .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
              .toString();
      assertThatThrownBy(() -> sink.deliver(new Batches(EVENTS).put(1L, text, null).build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining(topic);
    }
    try (Sink sink = connector().open(context)) {
      assertThat(sink.position()).isEmpty();
      sink.deliver(new Batches(EVENTS).put(1L, "a", null).build(), 1);
      assertThat(sink.position()).contains(new SinkPosition("epoch-1", 1));
    }
    assertThat(texts(topic)).containsExactly("null {\"id\":1,\"text\":\"a\",\"at\":null}");
  }
}
