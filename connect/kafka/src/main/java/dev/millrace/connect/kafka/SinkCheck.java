package dev.millrace.connect.kafka;

import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.formats.registry.RegistryOptions;
import dev.millrace.log.KafkaSystem;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Checks a sink's block in view of the columns that it delivers. */
final class SinkCheck {
  private static final long MOST_PARTITIONS = 10_000;

  private final SinkDeclaration sink;
  private final Problems problems;

  SinkCheck(SinkDeclaration sink, Problems problems) {
    this.sink = sink;
    this.problems = problems;
  }

  /** Adds every problem. */
  void run() {
    checkTopic();
    checkPartitions();
    checkConfig();
    checkKeyTypes("key", sink.key());
    List<String> recordKey = sink.options().texts(SinkTopic.RECORD_KEY);
    if (sink.mode().isKeyed() && !recordKey.isEmpty()) {
      error(
          SinkTopic.RECORD_KEY,
          "`record_key` means nothing with a `key`, which is the record's key already",
          "remove it");
    } else {
      checkColumns(SinkTopic.RECORD_KEY, recordKey);
      checkKeyTypes(SinkTopic.RECORD_KEY, recordKey);
    }
    List<String> headers = sink.options().texts(SinkTopic.HEADERS);
    checkColumns(SinkTopic.HEADERS, headers);
    checkKeyTypes(SinkTopic.HEADERS, headers);
    checkTimestamp();
    SinkTopic.schemas(sink.options()).map(SinkTopic::name).ifPresent(this::checkSchemas);
  }

  private void checkSchemas(String language) {
    if (!sink.systemTypes().contains(RegistryOptions.TYPE)) {
      error(
          SinkTopic.FORMAT,
          "the target has no schema registry, and `format: %s` needs one"
              .formatted(sink.options().text(SinkTopic.FORMAT)),
          "add `schema_registry: embedded` to it in millrace.yml, or the `url` of one");
    }
    if (sink.mode() == WriteMode.DEBEZIUM) {
      error(
          SinkTopic.FORMAT,
          "`mode: debezium` is written in JSON only",
          "leave `format` out, or write `mode: upsert`");
    }
    for (String name : sink.schema().names()) {
      if (!name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
        error(
            SinkTopic.FORMAT,
            "column `" + name + "` cannot be the name of a field in " + language,
            "give it a name of letters, digits and `_` in the model");
      }
    }
  }

  private void checkTopic() {
    String topic = sink.table();
    if (!topic.matches("[a-zA-Z0-9._-]{1,249}") || topic.equals(".") || topic.equals("..")) {
      error(
          KafkaSystem.TOPIC,
          "`" + topic + "` cannot be the name of a topic",
          "use letters, digits, `.`, `_` and `-`, at most 249 of them");
    } else if (topic.startsWith("_millrace.") || topic.startsWith("__")) {
      error(
          KafkaSystem.TOPIC,
          "topic `" + topic + "` is used by " + (topic.startsWith("__") ? "Kafka" : "Millrace"),
          "write another one");
    }
  }

  private void checkPartitions() {
    long partitions = sink.options().number(SinkTopic.PARTITIONS);
    if (partitions < 1 || partitions > MOST_PARTITIONS) {
      error(
          SinkTopic.PARTITIONS,
          "a topic cannot have " + partitions + " partitions",
          "write a number from 1 to " + MOST_PARTITIONS);
    }
  }

  private void checkConfig() {
    sink.options()
        .structure(SinkTopic.CONFIG)
        .forEach(
            (key, value) -> {
              if (value instanceof List || value instanceof Map) {
                error(
                    SinkTopic.CONFIG,
                    "`" + key + "` of `config` is not a plain value",
                    "write it as Kafka does, such as `cleanup.policy: compact,delete`");
              }
            });
  }

  private void checkColumns(String option, List<String> columns) {
    for (String column : columns) {
      if (sink.schema().column(column).isEmpty()) {
        error(
            option,
            "the stream has no column `" + column + "`",
            Suggestion.didYouMean(column, sink.schema().names()));
      }
    }
  }

  /** A key is compared as text, and so must be plain. */
  private void checkKeyTypes(String option, List<String> columns) {
    for (String name : columns) {
      Optional<DataType> type = sink.schema().column(name).map(Column::type);
      if (type.filter(SinkCheck::isNested).isPresent()) {
        error(
            option,
            "column `" + name + "` is a " + type.get() + ", and `" + option + "` takes plain types",
            "select the parts that matter as columns of their own");
      }
    }
  }

  private static boolean isNested(DataType type) {
    return type instanceof DataType.Struct
        || type instanceof DataType.MapOf
        || type instanceof DataType.ListOf
        || type.equals(new DataType.Scalar(DataType.Kind.JSON));
  }

  private void checkTimestamp() {
    Optional<String> name = sink.options().optionalText(SinkTopic.TIMESTAMP);
    if (name.isEmpty()) {
      return;
    }
    checkColumns(SinkTopic.TIMESTAMP, List.of(name.get()));
    Optional<DataType> type = sink.schema().column(name.get()).map(Column::type);
    if (type.isPresent() && !RecordTimes.isTime(type.get())) {
      error(
          SinkTopic.TIMESTAMP,
          "column `" + name.get() + "` is a " + type.get() + ", which is no time",
          "name a column of type TIMESTAMPTZ or TIMESTAMP");
    }
  }

  private void error(String option, String message, @Nullable String hint) {
    problems.error(
        KafkaSinkError.SINK_OPTION,
        sink.places().apply(option),
        "sink `" + sink.name() + "`: " + message,
        hint);
  }
}
