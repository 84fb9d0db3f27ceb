package dev.millrace.log;

import java.time.Duration;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Topics of one partition that keep the newest record of each key, and are read from end to end.
 */
final class CompactedTopic {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private CompactedTopic() {}

  /**
   * Such a topic.
   *
   * @param segmentBytes small segments are compacted early, and the topic stays short
   * @param deletions how long it tells that a key was deleted, at least
   */
  static TopicDeclaration declaration(String name, int segmentBytes, Duration deletions) {
    return new TopicDeclaration(
        name,
        1,
        Map.of(
            "cleanup.policy",
            "compact",
            "segment.bytes",
            Integer.toString(segmentBytes),
            "min.cleanable.dirty.ratio",
            "0.1",
            "delete.retention.ms",
            Long.toString(deletions.toMillis())));
  }

  /**
   * Reads what is committed up to the end as of now. Called when no transaction of the caller's
   * writer is open any more; it waits for those of others that hide what comes behind them.
   *
   * @param from the offset to begin at
   * @param what is being done, for messages
   */
  static void read(
      Cluster cluster,
      TopicAdmin admin,
      TopicPartition partition,
      long from,
      String what,
      Consumer<ConsumerRecord<byte[], byte[]>> receiver) {
    long end = admin.endWithOpenTransactions(partition);
    if (end <= from) {
      // Nothing is in it: not worth a consumer.
      return;
    }
    try (PartitionReader reader = new PartitionReader(cluster, "millrace-positions")) {
      reader.read(
          new PartitionRange(partition.topic(), partition.partition(), from, end),
          PATIENCE,
          receiver);
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, cluster, what);
    }
  }
}
