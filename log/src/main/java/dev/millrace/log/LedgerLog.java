package dev.millrace.log;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.LedgerEntry;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * The compacted topic in which a source keeps its ledger, one for each such source. Its entries are
 * written in the transaction that writes the records before them.
 */
public final class LedgerLog {
  private static final int SEGMENT_BYTES = 32 << 20;

  /**
   * Who follows a ledger from a position that is older than this may miss that an entry was
   * forgotten.
   */
  public static final Duration DELETIONS = Duration.ofDays(1);

  private LedgerLog() {}

  /** The topic's name. It has one partition. */
  public static String topic(String project, String source) {
    return "_millrace.ledger." + project + "." + source;
  }

  private static String topic(SourceTask task) {
    return topic(task.project(), task.source());
  }

  /** Makes the topic if it is missing. */
  public static void ensure(TopicAdmin admin, String project, String source) {
    admin.ensure(
        List.of(CompactedTopic.declaration(topic(project, source), SEGMENT_BYTES, DELETIONS)));
  }

  /** The record that sets an entry, or forgets it. */
  static ProducerRecord<byte[], byte[]> record(SourceTask task, LedgerEntry entry) {
    String value = entry.value();
    return new ProducerRecord<>(
        topic(task), 0, entry.key().getBytes(UTF_8), value == null ? null : value.getBytes(UTF_8));
  }

  /** What is committed, read anew each time. */
  static Ledger of(Cluster cluster, SourceTask task) {
    return entries -> {
      try (TopicAdmin admin = TopicAdmin.open(cluster)) {
        CompactedTopic.read(
            cluster,
            admin,
            new TopicPartition(topic(task), 0),
            "reading the ledger of source `" + task.source() + "`",
            r ->
                entries.accept(
                    new String(r.key(), UTF_8),
                    r.value() == null ? null : new String(r.value(), UTF_8)));
      }
    };
  }
}
