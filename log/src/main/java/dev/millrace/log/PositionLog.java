package dev.millrace.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The compacted topic in which those who write topics keep how far they are, each under a key of
 * its own. A position is written in the transaction that writes the records before it.
 */
public final class PositionLog {
  private static final String TOPIC = "_millrace.positions";

  /** One partition, so that one read to its end sees all; small segments, so that it is short. */
  private static final TopicDeclaration DECLARATION =
      CompactedTopic.declaration(TOPIC, 4 << 20, Duration.ofMinutes(1));

  private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

  private PositionLog() {}

  /**
   * The record that sets a position.
   *
   * @param key whose it is; one for each transactional id
   * @param position null to forget it
   */
  public static ProducerRecord<byte[], byte[]> record(String key, @Nullable String position) {
    byte[] value = position == null ? null : position.getBytes(UTF_8);
    return new ProducerRecord<>(TOPIC, 0, key.getBytes(UTF_8), value);
  }

  /** Makes the topic if it is missing. */
  public static void ensure(TopicAdmin admin) {
    admin.ensure(List.of(DECLARATION));
  }

  /**
   * The position that was committed last. Called when no transaction of its writer is open any
   * more. Other writers' open transactions hide what comes behind them, ours included, so this
   * waits until they have ended: a killed one's at its next start or after its timeout.
   *
   * @param whose for messages, such as {@code source `ads`}
   */
  public static Optional<String> read(
      Cluster cluster, TopicAdmin admin, String positionKey, String whose) {
    byte[] key = positionKey.getBytes(UTF_8);
    AtomicReference<@Nullable String> position = new AtomicReference<>();
    CompactedTopic.read(
        cluster,
        admin,
        PARTITION,
        0,
        "reading the position of " + whose,
        record -> {
          byte[] value = record.value();
          if (Arrays.equals(record.key(), key)) {
            position.set(value == null ? null : new String(value, UTF_8));
          }
        });
    return Optional.ofNullable(position.get());
  }
}
