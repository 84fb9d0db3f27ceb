package dev.millrace.connect.kafka;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkDeclaration;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.Problems;
import dev.millrace.api.option.Option;
import dev.millrace.api.type.DataType;
import dev.millrace.log.KafkaSystem;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Kafka: the topics that sources write and streams read, and those to which sinks deliver streams.
 */
public final class KafkaConnector implements SinkConnector {
  @Override
  public String name() {
    return KafkaSystem.NAME;
  }

  @Override
  public String summary() {
    return "Apache Kafka, or anything that speaks its protocol: the topics that streams read, and"
        + " those to which sinks deliver, in JSON, Avro or Protobuf.";
  }

  @Override
  public List<Option> systemOptions() {
    return KafkaSystem.OPTIONS;
  }

  @Override
  public List<Option> sinkOptions() {
    return SinkTopic.OPTIONS;
  }

  @Override
  public Set<WriteMode> modes() {
    return EnumSet.allOf(WriteMode.class);
  }

  @Override
  public String targetKey() {
    return KafkaSystem.TOPIC;
  }

  @Override
  public void check(SinkDeclaration sink, Problems problems) {
    new SinkCheck(sink, problems).run();
  }

  @Override
  public String guarantee() {
    return "Exactly once for readers of committed records: the records and their position (topic"
        + " `_millrace.positions`) are committed in one Kafka transaction, from which a second"
        + " writer is fenced.";
  }

  @Override
  public Optional<String> targetType(DataType type) {
    return Optional.of(JsonValues.form(type));
  }

  @Override
  public Sink open(SinkContext context) {
    return KafkaSink.open(context);
  }
}
