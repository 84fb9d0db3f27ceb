package dev.millrace.log;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * A compacted topic of one partition that one process writes, and of which it knows all. What is
 * written is told to the receiver once it is committed and read back, so the receiver never knows
 * more than the topic holds. After any exception the outcome of a write is unknown: close it and
 * open another one, which reads the topic anew. For one thread at a time.
 */
public final class CompactedLog implements AutoCloseable {
  private static final int SEGMENT_BYTES = 4 << 20;
  private static final Duration DELETIONS = Duration.ofDays(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Cluster cluster;
  private final TopicPartition partition;
  private final Receiver receiver;
  private final TopicAdmin admin;
  private final PartitionReader reader;
  private final KafkaProducer<byte[], byte[]> producer;
  private long next;

  /** Is told what the topic holds, in order. */
  @FunctionalInterface
  public interface Receiver {
    /**
     * One entry.
     *
     * @param key null if somebody else has written a record without one
     * @param value null if the key was deleted
     */
    void accept(byte @Nullable [] key, byte @Nullable [] value);
  }

  /**
   * One entry.
   *
   * @param value null to delete the key
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Entry(byte[] key, byte @Nullable [] value) {}

  private CompactedLog(
      Cluster cluster,
      TopicPartition partition,
      Receiver receiver,
      TopicAdmin admin,
      PartitionReader reader,
      KafkaProducer<byte[], byte[]> producer) {
    this.cluster = cluster;
    this.partition = partition;
    this.receiver = receiver;
    this.admin = admin;
    this.reader = reader;
    this.producer = producer;
  }

  /**
   * Opens the topic, made if it is missing, and reads all of it. Whoever wrote it before, under the
   * same name, can write it no more.
   *
   * @param writer names those of whom only one may write the topic
   * @throws dev.millrace.api.error.RetryException if Kafka does not answer
   */
  public static CompactedLog open(Cluster cluster, String topic, String writer, Receiver receiver) {
    TopicAdmin admin = TopicAdmin.open(cluster);
    PartitionReader reader = null;
    KafkaProducer<byte[], byte[]> producer = null;
    try {
      admin.ensure(List.of(CompactedTopic.declaration(topic, SEGMENT_BYTES, DELETIONS)));
      producer = TransactionalProducer.open(cluster, writer, writer);
      reader = new PartitionReader(cluster, writer);
      CompactedLog log =
          new CompactedLog(
              cluster, new TopicPartition(topic, 0), receiver, admin, reader, producer);
      log.readOn();
      return log;
    } catch (RuntimeException e) {
      close(producer, reader, admin);
      throw KafkaFailure.of(e, cluster, "reading topic `" + topic + "`");
    }
  }

  /**
   * Writes entries, all or none, and returns once the receiver was told them.
   *
   * @throws dev.millrace.api.error.RetryException if Kafka does not answer; they may be there or
   *     not
   * @throws StopException if another process writes the topic now
   */
  public void write(List<Entry> entries) {
    try {
      producer.beginTransaction();
      for (Entry entry : entries) {
        producer.send(new ProducerRecord<>(partition.topic(), 0, entry.key(), entry.value()));
      }
      producer.commitTransaction();
      readOn();
    } catch (ProducerFencedException | InvalidProducerEpochException e) {
      throw new StopException(
          Problem.error(
              LogError.TOPIC_TAKEN_OVER,
              null,
              "another process writes topic `" + partition.topic() + "` now",
              "run one of them only, or let the other use this one by its address"),
          e);
    } catch (KafkaException | MillraceException e) {
      throw KafkaFailure.of(e, cluster, "writing topic `" + partition.topic() + "`");
    }
  }

  private void readOn() {
    long end = admin.endWithOpenTransactions(partition);
    if (end > next) {
      reader.read(new PartitionRange(partition.topic(), 0, next, end), PATIENCE, this::receive);
      next = end;
    }
  }

  private void receive(ConsumerRecord<byte[], byte[]> record) {
    receiver.accept(record.key(), record.value());
  }

  @Override
  public void close() {
    close(producer, reader, admin);
  }

  private static void close(
      @Nullable KafkaProducer<byte[], byte[]> producer,
      @Nullable PartitionReader reader,
      TopicAdmin admin) {
    try {
      if (producer != null) {
        producer.close(Duration.ZERO);
      }
      if (reader != null) {
        reader.close();
      }
    } catch (RuntimeException e) {
      // Nothing is left to free.
    } finally {
      admin.close();
    }
  }
}
