package dev.millrace.log;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Opens the producers of those who write records and their position in one transaction. */
public final class TransactionalProducer {
  private TransactionalProducer() {}

  /**
   * A producer that has ended whatever a predecessor with the same transactional id, dead or alive,
   * had not committed; the predecessor cannot commit any more. The caller closes it.
   *
   * @throws org.apache.kafka.common.KafkaException if that does not succeed within ten seconds
   */
  public static KafkaProducer<byte[], byte[]> open(
      Cluster cluster, String clientId, String transactionalId) {
    Map<String, Object> properties = cluster.clientProperties(clientId);
    properties.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    properties.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 30_000);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, 10_000);
    properties.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    properties.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
    properties.putIfAbsent(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 64 << 20);
    properties.putIfAbsent(ProducerConfig.BUFFER_MEMORY_CONFIG, 32L << 20);
    properties.putIfAbsent(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
    properties.putIfAbsent(ProducerConfig.LINGER_MS_CONFIG, 5);
    properties.putIfAbsent(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    try {
      producer.initTransactions();
      return producer;
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      throw e;
    }
  }
}
