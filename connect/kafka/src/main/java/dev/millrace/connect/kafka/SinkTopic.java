package dev.millrace.connect.kafka;

import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.option.Option;
import dev.millrace.api.option.OptionType;
import dev.millrace.api.option.Options;
import dev.millrace.formats.SchemaType;
import dev.millrace.log.KafkaSystem;
import dev.millrace.log.TopicDeclaration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The options of a sink, and the topic that they ask for. */
final class SinkTopic {
  static final String PARTITIONS = "partitions";
  static final String CONFIG = "config";
  static final String RECORD_KEY = "record_key";
  static final String TIMESTAMP = "timestamp";
  static final String HEADERS = "headers";
  static final String FORMAT = "format";
  private static final String AVRO = "avro";
  private static final String PROTOBUF = "protobuf";
  static final String TOMBSTONES = "tombstones";

  static final List<Option> OPTIONS =
      List.of(
          Option.optional(
              KafkaSystem.TOPIC,
              OptionType.TEXT,
              "The topic; the sink's name if left out. Created if it is missing.",
              "campaign_minutes"),
          Option.withDefault(
              PARTITIONS,
              OptionType.INTEGER,
              "1",
              "How many partitions a missing topic is created with."),
          Option.optional(
              CONFIG,
              OptionType.STRUCTURE,
              "Kafka's settings of a topic that is created. Without `cleanup.policy` a topic of"
                  + " `mode: upsert` or `debezium` is compacted.",
              "{retention.ms: 604800000}"),
          Option.optional(
              RECORD_KEY,
              OptionType.TEXTS,
              "With `mode: append`, the columns of the record's key: equal keys go to one"
                  + " partition. Without it records have no key and go to the partitions in turn.",
              "[campaign_id]"),
          Option.optional(
              TIMESTAMP,
              OptionType.TEXT,
              "The column of a time that becomes the record's timestamp; the time of delivery if"
                  + " left out. Kafka's retention goes by it: a topic that is created keeps its"
                  + " records whatever their age, unless `config` says otherwise.",
              "clicked_at"),
          Option.optional(
              HEADERS,
              OptionType.TEXTS,
              "Columns that are also headers of the record, as text.",
              "[country]"),
          Option.withDefault(
                  FORMAT,
                  OptionType.TEXT,
                  "json",
                  "How keys and values are written: JSON, or Avro or Protobuf behind the id of its"
                      + " schema, which is registered in the target's schema registry as"
                      + " `<topic>-key` and `<topic>-value`.")
              .oneOf("json", AVRO, PROTOBUF),
          Option.withDefault(
              TOMBSTONES,
              OptionType.BOOLEAN,
              "true",
              "With `mode: debezium`, whether a deletion is followed by a record without value, so"
                  + " that compaction drops the key."));

  private SinkTopic() {}

  /** The language of the schemas that keys and values are written with; empty for none. */
  static Optional<SchemaType> schemas(Options options) {
    return switch (options.text(FORMAT)) {
      case AVRO -> Optional.of(SchemaType.AVRO);
      case PROTOBUF -> Optional.of(SchemaType.PROTOBUF);
      default -> Optional.empty();
    };
  }

  /** What people call it. */
  static String name(SchemaType schemas) {
    return schemas == SchemaType.AVRO ? "Avro" : "Protobuf";
  }

  /** The topic as it is created if it is missing. */
  static TopicDeclaration declaration(SinkContext context) {
    Options options = context.options();
    Map<String, String> config = new HashMap<>();
    if (context.mode() != WriteMode.APPEND) {
      config.put("cleanup.policy", "compact");
    } else if (options.has(TIMESTAMP)) {
      // Rows of the past would be deleted as soon as they are written.
      config.put("retention.ms", "-1");
    }
    options.structure(CONFIG).forEach((key, value) -> config.put(key, String.valueOf(value)));
    return new TopicDeclaration(context.table(), (int) options.number(PARTITIONS), config);
  }
}
