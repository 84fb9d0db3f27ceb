package dev.millrace.connect.kafka;

import dev.millrace.api.connect.Sink;
import dev.millrace.api.connect.SinkContext;
import dev.millrace.api.connect.SinkError;
import dev.millrace.api.connect.SinkPosition;
import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.type.Batch;
import dev.millrace.log.Cluster;
import dev.millrace.log.KafkaFailure;
import dev.millrace.log.KafkaSystem;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.PositionLog;
import dev.millrace.log.Topic;
import dev.millrace.log.TopicAdmin;
import dev.millrace.log.TransactionalProducer;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches to one topic. A batch's records and the position behind them are one transaction,
 * so that whoever reads committed records sees both or neither, whatever dies when. Opening it
 * fences every other writer of the same sink.
 */
final class KafkaSink implements Sink {
  private static final int KEYS_AT_ONCE = 10_000;

  private final SinkContext context;
  private final Cluster cluster;
  private final KafkaProducer<byte[], byte[]> producer;
  private final Topic topic;
  private final ChangeRecords changes;
  private @Nullable TopicPosition position;
  private boolean inTransaction;

  private KafkaSink(
      SinkContext context,
      Cluster cluster,
      KafkaProducer<byte[], byte[]> producer,
      Topic topic,
      @Nullable TopicPosition position) {
    this.context = context;
    this.cluster = cluster;
    this.producer = producer;
    this.topic = topic;
    this.changes = new ChangeRecords(context, topic.partitions(), Clock.systemUTC());
    this.position = position;
  }

  /** See {@link KafkaConnector#open}. */
  static KafkaSink open(SinkContext context) {
    Cluster cluster = KafkaSystem.cluster(context.system());
    KafkaProducer<byte[], byte[]> producer = null;
    boolean opened = false;
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      PositionLog.ensure(admin);
      producer =
          TransactionalProducer.open(
              cluster, "millrace-sink-" + context.sink(), "millrace/" + key(context));
      TopicPosition held =
          PositionLog.read(cluster, admin, key(context), "sink `" + context.sink() + "`")
              .map(text -> TopicPosition.parse(text, context.sink()))
              .orElse(null);
      KafkaSink sink =
          new KafkaSink(context, cluster, producer, prepare(admin, context, held), held);
      opened = true;
      return sink;
    } catch (KafkaException e) {
      throw KafkaFailure.of(e, cluster, "opening sink `" + context.sink() + "`");
    } finally {
      if (!opened && producer != null) {
        producer.close(Duration.ZERO);
      }
    }
  }

  /** Names the sink among all sources and sinks of projects that share a cluster. */
  private static String key(SinkContext context) {
    return context.project() + "/sink/" + context.sink();
  }

  private static Topic prepare(
      TopicAdmin admin, SinkContext context, @Nullable TopicPosition held) {
    Topic existing = admin.describe(List.of(context.table())).get(context.table());
    if (held != null && held.epoch().equals(context.epoch())) {
      if (existing == null || !existing.id().equals(held.topicId())) {
        throw lost(context, held);
      }
      return existing;
    }
    return existing != null
        ? existing
        : admin.ensure(List.of(SinkTopic.declaration(context))).get(0);
  }

  // Going on with another topic would leave out what was delivered to the one that is gone.
  private static StopException lost(SinkContext context, TopicPosition held) {
    return new StopException(
        Problem.error(
            KafkaSinkError.SINK_TOPIC_LOST,
            null,
            "topic `%s` of sink `%s` is not the one any more that was written up to change %d"
                .formatted(context.table(), context.sink(), held.sequence()),
            "give the sink another name, which delivers the whole table to this topic; or run with"
                + " `--fresh --replace-sinks`, which builds everything again"),
        null);
  }

  @Override
  public Optional<SinkPosition> position() {
    return Optional.ofNullable(position).map(TopicPosition::delivered);
  }

  @Override
  public void deliver(Batch batch, long sequence) {
    TopicPosition before = position;
    if (before != null && !before.epoch().equals(context.epoch())) {
      throw SinkError.unknownEpoch(context, before.epoch());
    }
    if (before != null && sequence <= before.sequence()) {
      // Sent again because its outcome was unknown: it had arrived.
      return;
    }
    if (context.mode() == WriteMode.APPEND) {
      SinkError.requireNoRetraction(batch, context);
    }
    try {
      begin();
      changes.send(batch, sequence, this::send);
      commit(new TopicPosition(context.epoch(), sequence, topic.id()));
    } catch (KafkaException e) {
      throw failure(e, "delivering to topic `" + context.table() + "`");
    }
  }

  private void begin() {
    producer.beginTransaction();
    inTransaction = true;
  }

  private void send(ProducerRecord<byte[], byte[]> record) {
    // What goes wrong with a record comes out of the commit.
    producer.send(record);
  }

  private void commit(@Nullable TopicPosition behind) {
    producer.send(PositionLog.record(key(context), behind == null ? null : behind.text()));
    FaultPoint.pass("sink-before-commit");
    producer.commitTransaction();
    inTransaction = false;
    FaultPoint.pass("sink-after-commit");
    position = behind;
  }

  /**
   * Takes back what the topic holds: in a topic of keys by a tombstone for each, so that readers
   * notice; in another one by dropping its records, as those that have no key. The position goes
   * last: whoever is interrupted takes back what is left the next time.
   */
  @Override
  public void adopt() {
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      if (context.mode() == WriteMode.APPEND) {
        admin.empty(topic);
      }
      begin();
      if (context.mode() != WriteMode.APPEND) {
        int[] taken = {0};
        List<PartitionRange> keyless =
            new LiveKeys(cluster, admin, topic)
                .forEach(
                    (partition, key, value) -> {
                      if (++taken[0] % KEYS_AT_ONCE == 0) {
                        // A transaction that takes long would be aborted.
                        producer.commitTransaction();
                        producer.beginTransaction();
                      }
                      changes.takeBack(partition, key, value, this::send);
                    });
        if (!keyless.isEmpty()) {
          // A sink that appended has left them: no tombstone takes them back.
          producer.commitTransaction();
          admin.dropBefore(keyless);
          producer.beginTransaction();
        }
      }
      commit(null);
    } catch (KafkaException e) {
      throw failure(e, "emptying topic `" + context.table() + "`");
    }
  }

  @Override
  public void close() {
    try {
      if (inTransaction) {
        producer.abortTransaction();
      }
    } catch (RuntimeException e) {
      // The producer may be past that; its successor aborts.
    }
    try {
      producer.close(Duration.ZERO);
    } catch (RuntimeException e) {
      // Nothing is left to free.
    }
  }

  private MillraceException failure(KafkaException thrown, String doing) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof ProducerFencedException || e instanceof InvalidProducerEpochException) {
        return new RetryException(
            Problem.error(
                KafkaSinkError.SINK_FENCED,
                null,
                "another process has opened sink `%s` of project `%s` at `%s`"
                    .formatted(context.sink(), context.project(), cluster.url()),
                "run the project once only, or give one of them another name"),
            thrown);
      }
      if (e instanceof RecordTooLargeException) {
        return new StopException(
            Problem.error(
                KafkaSinkError.SINK_RECORD_REFUSED,
                null,
                "topic `%s` refuses a record of sink `%s`: %s"
                    .formatted(context.table(), context.sink(), e.getMessage()),
                "raise the topic's `max.message.bytes`, or select less in the model"),
            thrown);
      }
    }
    return KafkaFailure.of(thrown, cluster, doing);
  }
}
