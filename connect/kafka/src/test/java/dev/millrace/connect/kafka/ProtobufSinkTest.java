package dev.millrace.connect.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.StopException;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.formats.BadRecordException;
import dev.millrace.formats.JsonOutput;
import dev.millrace.formats.RegistryDecoding;
import dev.millrace.formats.SchemaType;
import dev.millrace.formats.registry.RegistryClient;
import dev.millrace.formats.registry.RegistryOptions;
import dev.millrace.log.EmbeddedBroker;
import dev.millrace.registry.RegistrySystem;
import dev.millrace.testing.Batches;
import dev.millrace.testing.OptionValues;
import dev.millrace.testing.SampleValues;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Topics in Protobuf, with a registry that has their schemas. */
class ProtobufSinkTest {
  private static final DataType BIGINT = new DataType.Scalar(DataType.Kind.BIGINT);
  private static final DataType VARCHAR = new DataType.Scalar(DataType.Kind.VARCHAR);

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static RegistrySystem registry;
  private static Options address;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(folder.resolve("kafka"), 0);
    Ports ports = new Ports(DataFolder.open(folder));
    registry =
        new RegistrySystem("registry", broker.cluster(), () -> {}, () -> ports.port("registry"));
    address = new Options(RegistryOptions.OPTIONS, registry.start());
  }

  @AfterAll
  static void stop() {
    registry.stop();
    broker.close();
  }

  private static Sink open(String topic, String sink, Schema schema, String... key) {
    return new KafkaConnector().open(context(topic, sink, schema, key));
  }

  private static SinkContext context(String topic, String sink, Schema schema, String... key) {
    KafkaConnector connector = new KafkaConnector();
    return new SinkContext(
        "test",
        sink,
        "epoch",
        OptionValues.of(connector.systemOptions(), Map.of("url", broker.cluster().url())),
        OptionValues.of(connector.sinkOptions(), Map.of("format", "protobuf")),
        topic,
        schema,
        key.length == 0 ? WriteMode.APPEND : WriteMode.UPSERT,
        List.of(key),
        folder,
        Optional.of(address));
  }

  private static @Nullable String json(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    JsonOutput out = new JsonOutput();
    RegistryClient client = new RegistryClient(address);
    try {
      new RegistryDecoding(SchemaType.PROTOBUF, () -> client).decode(bytes, 0, bytes.length, out);
    } catch (BadRecordException e) {
      throw new AssertionError(e);
    }
    return new String(out.array(), 0, out.used(), UTF_8);
  }

  private static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    return TopicContents.read(broker.cluster(), topic).records();
  }

  /** Protobuf has no null in lists and maps, no list of lists, and no list that is none. */
  private static boolean holds(DataType type, @Nullable Object value) {
    if (value instanceof List<?> list) {
      return list.stream().noneMatch(Objects::isNull)
          && !(((DataType.ListOf) type).element() instanceof DataType.ListOf);
    }
    if (value instanceof Map<?, ?> map && type instanceof DataType.MapOf) {
      return map.values().stream().noneMatch(Objects::isNull);
    }
    return value != null || !(type instanceof DataType.ListOf || type instanceof DataType.MapOf);
  }

  @Test
  void everyTypeIsReadBackAsItWas() {
    List<Column> columns = new ArrayList<>();
    List<List<Object>> samples = new ArrayList<>();
    SampleValues.all()
        .forEach(
            (type, values) -> {
              List<Object> held = values.stream().filter(v -> holds(type, v)).toList();
              // A text in Protobuf, whose JSON is another.
              if (!type.equals(new DataType.Scalar(DataType.Kind.JSON)) && !held.isEmpty()) {
                columns.add(new Column("c" + columns.size(), type));
                samples.add(held);
              }
            });
    Schema schema = new Schema(columns);
    List<List<@Nullable Object>> rows = new ArrayList<>();
    int most = samples.stream().mapToInt(List::size).max().orElseThrow();
    Batches batch = new Batches(schema);
    for (int i = 0; i <= most; i++) {
      @Nullable Object[] row = new @Nullable Object[columns.size()];
      for (int c = 0; c < row.length; c++) {
        List<Object> values = samples.get(c);
        boolean nullable = holds(columns.get(c).type(), null);
        row[c] = i < values.size() ? values.get(i) : nullable ? null : values.get(0);
      }
      rows.add(Arrays.asList(row));
      batch.put(row);
    }
    try (Sink sink = open("types", "types", schema)) {
      sink.deliver(batch.build(), 1);
    }
    List<ConsumerRecord<byte[], byte[]>> written = records("types");
    assertThat(written).hasSize(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      List<@Nullable Object> read =
          JsonReading.row(Objects.requireNonNull(json(written.get(i).value())), schema);
      for (int c = 0; c < columns.size(); c++) {
        assertThat(read.get(c)).as(columns.get(c).toString()).isEqualTo(rows.get(i).get(c));
      }
    }
  }

  @Test
  void aNullInAListStopsTheSinkWithWhatToDo() {
    Schema schema = new Schema(List.of(new Column("tags", new DataType.ListOf(VARCHAR))));
    try (Sink sink = open("nulls", "nulls", schema)) {
      assertThatThrownBy(
              () -> sink.deliver(new Batches(schema).put(Arrays.asList("a", null)).build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining(
              "sink `nulls`: Protobuf cannot hold a row of topic `nulls`: field `tags` has NULL in a"
                  + " list or a map, where Protobuf has none: [\"a\",null]");
    }
    assertThat(records("nulls")).isEmpty();
  }

  @Test
  void keysAndTombstonesAreWrittenToo() {
    Schema schema = new Schema(List.of(new Column("id", BIGINT), new Column("name", VARCHAR)));
    try (Sink sink = open("shop.keyed", "keyed", schema, "id")) {
      sink.deliver(new Batches(schema).put(7L, "Ada").build(), 1);
      sink.deliver(new Batches(schema).take(7L, "Ada").build(), 2);
    }
    assertThat(records("shop.keyed"))
        .extracting(r -> json(r.key()) + " " + json(r.value()))
        .containsExactly("{\"id\":7} {\"id\":7,\"name\":\"Ada\"}", "{\"id\":7} null");
    RegistryClient client = new RegistryClient(address);
    assertThat(client.version("shop.keyed-value", 1).orElseThrow().text())
        .contains("package shop;", "message keyed {");
    assertThat(client.version("shop.keyed-key", 1)).isPresent();
  }

  @Test
  void columnsComeAndGoAndNumbersAreNeverUsedAgain() {
    Column id = new Column("id", BIGINT);
    Column name = new Column("name", VARCHAR);
    Column size = new Column("size", BIGINT);
    Schema first = new Schema(List.of(id, name));
    try (Sink sink = open("grows", "one", first)) {
      sink.deliver(new Batches(first).put(1L, "Ada").build(), 1);
    }
    Schema second = new Schema(List.of(size, id));
    try (Sink sink = open("grows", "two", second)) {
      sink.deliver(new Batches(second).put(5L, 2L).build(), 1);
    }
    Schema third = new Schema(List.of(id, name, size));
    try (Sink sink = open("grows", "three", third)) {
      sink.deliver(new Batches(third).put(3L, "Eve", 6L).build(), 1);
    }
    // The same columns are the same schema.
    try (Sink sink = open("grows", "four", third)) {
      sink.deliver(new Batches(third).put(4L, null, null).build(), 1);
    }
    assertThat(records("grows"))
        .extracting(r -> json(r.value()))
        .containsExactly(
            "{\"id\":1,\"name\":\"Ada\"}",
            "{\"size\":5,\"id\":2}",
            "{\"id\":3,\"name\":\"Eve\",\"size\":6}",
            "{\"id\":4,\"name\":null,\"size\":null}");
    RegistryClient client = new RegistryClient(address);
    assertThat(client.version("grows-value", 2).orElseThrow().text())
        .contains("int64 size = 3;", "int64 id = 1;", "reserved 2;", "reserved \"name\";");
    assertThat(client.version("grows-value", 3).orElseThrow().text())
        .contains("string name = 4;", "int64 size = 3;", "reserved 2;");
    assertThat(client.version("grows-value", 4)).isEmpty();
  }

  @Test
  void aSchemaThatTheRegistryRefusesStopsTheSink() {
    Schema schema = new Schema(List.of(new Column("id", BIGINT)));
    try (Sink sink = open("refused", "kept", schema)) {
      sink.deliver(new Batches(schema).put(7L).build(), 1);
    }
    Schema other = new Schema(List.of(new Column("id", VARCHAR)));
    try (Sink sink = open("refused", "other", other)) {
      assertThatThrownBy(() -> sink.deliver(new Batches(other).put("9").build(), 1))
          .isInstanceOf(StopException.class)
          .hasMessageContaining("REGISTRY_SCHEMA_REFUSED")
          .hasMessageContaining("FIELD_SCALAR_KIND_CHANGED");
    }
    assertThat(records("refused")).extracting(r -> json(r.value())).containsExactly("{\"id\":7}");
  }

  @Test
  void whatCannotBeWrittenInProtobufIsSaidBefore() {
    Problems problems = new Problems();
    KafkaConnector connector = new KafkaConnector();
    connector.check(
        new SinkDeclaration(
            "s",
            "topic",
            new Schema(List.of(new Column("an id", BIGINT))),
            WriteMode.DEBEZIUM,
            List.of("an id"),
            OptionValues.of(connector.sinkOptions(), Map.of("format", "protobuf")),
            Set.of("kafka"),
            option -> new SourceLocation("sinks/" + option + ".yml", 1, 1, 0)),
        problems);
    assertThat(problems.all())
        .extracting(p -> p.message())
        .containsExactlyInAnyOrder(
            "sink `s`: the target has no schema registry, and `format: protobuf` needs one",
            "sink `s`: `mode: debezium` is written in JSON only",
            "sink `s`: column `an id` cannot be the name of a field in Protobuf");
  }
}
