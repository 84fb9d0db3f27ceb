package dev.millrace.connect.kafka;

import dev.millrace.log.Cluster;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The keys whose newest record in a topic has a value. */
final class LiveKeys {
  /** Without any record for so long, a partition does not answer. */
  private static final long LIMIT = Duration.ofSeconds(30).toNanos();

  private final Cluster cluster;
  private final TopicAdmin admin;
  private final Topic topic;

  /** Told of each key, with the partition and the value of its newest record. */
  interface Action {
    void accept(int partition, byte[] key, byte[] value);
  }

  LiveKeys(Cluster cluster, TopicAdmin admin, Topic topic) {
    this.cluster = cluster;
    this.admin = admin;
    this.topic = topic;
  }

  /** Reads one partition after the other, so that one partition's keys are in memory at most. */
  void forEach(Action action) {
    Map<String, Object> properties = cluster.clientProperties("millrace-keys");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    try {
      for (PartitionRange range : admin.ranges(List.of(topic))) {
        Map<ByteBuffer, byte[]> values = read(consumer, range);
        values.forEach((key, value) -> action.accept(range.partition(), key.array(), value));
      }
    } finally {
      consumer.close(CloseOptions.timeout(Duration.ofMillis(200)));
    }
  }

  private static Map<ByteBuffer, byte[]> read(
      KafkaConsumer<byte[], byte[]> consumer, PartitionRange range) {
    TopicPartition partition = new TopicPartition(range.topic(), range.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, range.begin());
    Map<ByteBuffer, byte[]> values = new LinkedHashMap<>();
    long at = System.nanoTime();
    while (consumer.position(partition) < range.end()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
        at = System.nanoTime();
        if (record.key() == null) {
          continue;
        }
        ByteBuffer key = ByteBuffer.wrap(record.key());
        if (record.value() == null) {
          values.remove(key);
        } else {
          values.put(key, record.value());
        }
      }
      if (System.nanoTime() - at > LIMIT) {
        throw new TimeoutException("partition " + partition + " gives no records");
      }
    }
    return values;
  }
}
