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

  /** The topic, made if it is missing. */
  public static Topic ensure(TopicAdmin admin, String project, String source) {
    return admin
        .ensure(
            List.of(CompactedTopic.declaration(topic(project, source), SEGMENT_BYTES, DELETIONS)))
        .get(0);
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
        read(cluster, admin, task, 0, (entry, next) -> entries.accept(entry.key(), entry.value()));
      }
    };
  }

  /** What is read of a ledger topic. */
  @FunctionalInterface
  interface Receiver {
    /** An entry, and the offset behind it. */
    void accept(LedgerEntry entry, long next);
  }

  /** Reads what is committed at an offset and after it, in order. */
  static void read(
      Cluster cluster, TopicAdmin admin, SourceTask task, long from, Receiver receiver) {
    CompactedTopic.read(
        cluster,
        admin,
        partition(task),
        from,
        "reading the ledger of source `" + task.source() + "`",
        r ->
            receiver.accept(
                new LedgerEntry(
                    new String(r.key(), UTF_8),
                    r.value() == null ? null : new String(r.value(), UTF_8)),
                r.offset() + 1));
  }

  /** Where the topic ends, of which no transaction of the source is open. */
  static long end(TopicAdmin admin, SourceTask task) {
    return admin.endWithOpenTransactions(partition(task));
  }

  private static TopicPartition partition(SourceTask task) {
    return new TopicPartition(topic(task), 0);
  }
}
