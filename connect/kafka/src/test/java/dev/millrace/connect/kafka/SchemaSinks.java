package dev.millrace.connect.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
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

/** Topics in a format whose schemas are in a registry. */
abstract class SchemaSinks {
  static final DataType BIGINT = new DataType.Scalar(DataType.Kind.BIGINT);
  static final DataType VARCHAR = new DataType.Scalar(DataType.Kind.VARCHAR);

  @TempDir static Path folder;
  private static EmbeddedBroker broker;
  private static RegistrySystem registry;
  static Options address;

  private final SchemaType type;
  private final String format;
  private final String name;

  /**
   * Topics in a format.
   *
   * @param format as options name it
   * @param name as errors name it
   */
  SchemaSinks(SchemaType type, String format, String name) {
    this.type = type;
    this.format = format;
    this.name = name;
  }

  /** Whether the format has such a value. */
  abstract boolean holds(DataType type, @Nullable Object value);

  /** What a schema has that bears a name in a namespace. */
  abstract String[] named(String namespace, String name);

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

  Sink open(String topic, String sink, Schema schema, String... key) {
    return new KafkaConnector().open(context(topic, sink, schema, Optional.of(address), key));
  }

  SinkContext context(
      String topic, String sink, Schema schema, Optional<Options> registry, String... key) {
    KafkaConnector connector = new KafkaConnector();
    return new SinkContext(
        "test",
        sink,
        "epoch",
        OptionValues.of(connector.systemOptions(), Map.of("url", broker.cluster().url())),
        OptionValues.of(connector.sinkOptions(), Map.of("format", format)),
        topic,
        schema,
        key.length == 0 ? WriteMode.APPEND : WriteMode.UPSERT,
        List.of(key),
        folder,
        registry);
  }

  @Nullable String json(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    JsonOutput out = new JsonOutput();
    RegistryClient client = new RegistryClient(address);
    try {
      new RegistryDecoding(type, () -> client).decode(bytes, 0, bytes.length, out);
    } catch (BadRecordException e) {
      throw new AssertionError(e);
    }
    return new String(out.array(), 0, out.used(), UTF_8);
  }

  static List<ConsumerRecord<byte[], byte[]>> records(String topic) {
    return TopicContents.read(broker.cluster(), topic).records();
  }

  @Test
  void everyTypeIsReadBackAsItWas() {
    List<Column> columns = new ArrayList<>();
    List<List<Object>> samples = new ArrayList<>();
    SampleValues.all()
        .forEach(
            (type, values) -> {
              List<Object> held = values.stream().filter(v -> holds(type, v)).toList();
              // A text in the topic, whose JSON is another.
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
        .contains(named("shop", "keyed"));
    assertThat(client.version("shop.keyed-key", 1)).isPresent();
  }

  @Test
  void whatCannotBeWrittenIsSaidBefore() {
    Problems problems = new Problems();
    KafkaConnector connector = new KafkaConnector();
    connector.check(
        new SinkDeclaration(
            "s",
            "topic",
            new Schema(List.of(new Column("an id", BIGINT))),
            WriteMode.DEBEZIUM,
            List.of("an id"),
            OptionValues.of(connector.sinkOptions(), Map.of("format", format)),
            Set.of("kafka"),
            option -> new SourceLocation("sinks/" + option + ".yml", 1, 1, 0)),
        problems);
    assertThat(problems.all())
        .extracting(p -> p.message())
        .containsExactlyInAnyOrder(
            "sink `s`: the target has no schema registry, and `format: %s` needs one"
                .formatted(format),
            "sink `s`: `mode: debezium` is written in JSON only",
            "sink `s`: column `an id` cannot be the name of a field in " + name);
  }
}
