package dev.millrace.log;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads committed records of one partition after the other, up to an end. For one thread. */
public final class PartitionReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaConsumer<byte[], byte[]> consumer;

  /**
   * A reader.
   *
   * @param client the client's name
   */
  public PartitionReader(Cluster cluster, String client) {
    Map<String, Object> properties = cluster.clientProperties(client);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, "10000");
    this.consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /**
   * Gives the records before {@code range}'s end to {@code receiver}, from its beginning, or from
   * the oldest there is.
   *
   * @param silence without any record for so long, it gives up
   * @throws org.apache.kafka.common.KafkaException if Kafka does not answer, or for so long gives
   *     nothing: an open transaction hides what is behind it
   */
  public void read(
      PartitionRange range, Duration silence, Consumer<ConsumerRecord<byte[], byte[]>> receiver) {
    TopicPartition partition = new TopicPartition(range.topic(), range.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, range.begin());
    long heardAt = System.nanoTime();
    while (consumer.position(partition) < range.end()) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        heardAt = System.nanoTime();
        receiver.accept(record);
      }
      if (System.nanoTime() - heardAt > silence.toNanos()) {
        throw new TimeoutException(
            "partition " + partition + " gives no records: an open transaction may hide them");
      }
    }
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofMillis(200)));
  }
}
