package dev.millrace.connect.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.log.Cluster;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What a reader of committed records finds in a topic. */
final class TopicContents {
  private final List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();

  private TopicContents() {}

  static TopicContents read(Cluster cluster, String topic) {
    TopicContents contents = new TopicContents();
    Map<String, Object> properties = cluster.clientProperties("test-reader");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    try (TopicAdmin admin = TopicAdmin.open(cluster);
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Topic found = admin.describe(List.of(topic)).get(topic);
      Map<TopicPartition, Long> ends = new LinkedHashMap<>();
      for (PartitionRange range :
          found == null ? List.<PartitionRange>of() : admin.ranges(List.of(found))) {
        TopicPartition partition = new TopicPartition(topic, range.partition());
        ends.put(partition, range.end());
      }
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(100)).forEach(contents.records::add);
        if (System.nanoTime() > deadline) {
          throw new AssertionError("topic " + topic + " cannot be read to its end");
        }
      }
    }
    return contents;
  }

  /** All records, each partition's in order. */
  List<ConsumerRecord<byte[], byte[]>> records() {
    return records;
  }

  /** The values, or, if records have keys, the newest value of each key that has one. */
  List<String> rows() {
    Map<String, String> byKey = new TreeMap<>();
    List<String> keyless = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      String value = record.value() == null ? null : new String(record.value(), UTF_8);
      if (record.key() == null) {
        keyless.add(value);
      } else if (value == null) {
        byKey.remove(new String(record.key(), UTF_8));
      } else {
        byKey.put(new String(record.key(), UTF_8), value);
      }
    }
    keyless.addAll(byKey.values());
    return keyless;
  }

  /** Keys and values as text, {@code null} for a tombstone. */
  List<String> texts() {
    return records.stream().map(r -> text(r.key()) + " " + text(r.value())).toList();
  }

  private static String text(byte[] bytes) {
    return bytes == null ? "null" : new String(bytes, UTF_8);
  }
}
