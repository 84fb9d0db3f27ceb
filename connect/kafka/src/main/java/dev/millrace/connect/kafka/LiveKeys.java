package dev.millrace.connect.kafka;

import dev.millrace.log.Cluster;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.PartitionReader;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys whose newest record in a topic has a value. */
final class LiveKeys {
  /** Without any record for so long, a partition does not answer. */
  private static final Duration SILENCE = Duration.ofSeconds(30);

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

  /**
   * Reads one partition after the other, so that one partition's keys are in memory at most.
   *
   * @return what was read of partitions that have records without a key
   */
  List<PartitionRange> forEach(Action action) {
    List<PartitionRange> keyless = new ArrayList<>();
    try (PartitionReader reader = new PartitionReader(cluster, "millrace-keys")) {
      for (PartitionRange range : admin.ranges(List.of(topic))) {
        boolean[] found = {false};
        Map<ByteBuffer, byte[]> values = new LinkedHashMap<>();
        reader.read(
            range,
            SILENCE,
            record -> {
              if (record.key() != null && record.value() != null) {
                values.put(ByteBuffer.wrap(record.key()), record.value());
              } else if (record.key() != null) {
                values.remove(ByteBuffer.wrap(record.key()));
              }
              found[0] |= record.key() == null;
            });
        values.forEach((key, value) -> action.accept(range.partition(), key.array(), value));
        if (found[0]) {
          keyless.add(range);
        }
      }
    }
    return keyless;
  }
}
