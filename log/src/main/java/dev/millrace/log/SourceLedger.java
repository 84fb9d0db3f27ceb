package dev.millrace.log;

import dev.millrace.api.connect.Ledger;
import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.SharedLedger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source's ledger in one life of the source: its topic, and the system where others share it, if
 * there is one. That is brought up to the topic when this is opened, and after each commit; it
 * keeps the offset up to which it is, so that whatever it misses, or loses again, comes from the
 * topic.
 */
final class SourceLedger implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SourceLedger.class);

  /** So many entries are written at once. */
  private static final int MOST_ENTRIES = 10_000;

  private final SourceTask task;
  private final Ledger ledger;
  private final @Nullable SharedLedger shared;
  private final String topicId;

  /** The place in the shared ledger as this knows it. */
  private Optional<String> place = Optional.empty();

  private SourceLedger(
      SourceTask task, Ledger ledger, @Nullable SharedLedger shared, String topicId) {
    this.task = task;
    this.ledger = ledger;
    this.shared = shared;
    this.topicId = topicId;
  }

  /**
   * Opens the ledger of a source whose writer is open.
   *
   * @throws dev.millrace.api.error.RetryException if Kafka or the shared ledger's system is away
   */
  static SourceLedger open(Cluster cluster, SourceTask task) {
    if (task.connector().ledger().isEmpty()) {
      return new SourceLedger(task, Ledger.EMPTY, null, "");
    }
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      String topicId = LedgerLog.ensure(admin, task.project(), task.source()).id();
      if (task.ledger().isEmpty()) {
        return new SourceLedger(task, LedgerLog.of(cluster, task), null, topicId);
      }
      SharedLedger shared =
          task.connector()
              .openLedger(task.ledger().get(), task.folder(), task.project(), task.source());
      SourceLedger opened = new SourceLedger(task, shared, shared, topicId);
      try {
        opened.catchUp(cluster, admin, shared);
        return opened;
      } catch (RuntimeException e) {
        opened.close();
        throw e;
      }
    }
  }

  /** What the source is opened with. */
  Ledger ledger() {
    return ledger;
  }

  /** Writes to the shared ledger what the topic has and it has not. */
  private void catchUp(Cluster cluster, TopicAdmin admin, SharedLedger to) {
    place = to.place();
    // The newest of each key.
    Map<String, LedgerEntry> entries = new LinkedHashMap<>();
    long[] end = {begin(admin)};
    LedgerLog.read(
        cluster,
        admin,
        task,
        end[0],
        (entry, next) -> {
          entries.put(entry.key(), entry);
          end[0] = next;
          if (entries.size() == MOST_ENTRIES) {
            write(to, List.copyOf(entries.values()), next);
            entries.clear();
          }
        });
    if (!entries.isEmpty()) {
      LOG.info(
          "source {}: {} entries of its ledger are written again", task.source(), entries.size());
      write(to, List.copyOf(entries.values()), end[0]);
    }
  }

  /** The offset at which the topic goes beyond the shared ledger. */
  private long begin(TopicAdmin admin) {
    if (place.isEmpty()) {
      return 0;
    }
    String[] parts = place.get().split(":", 2);
    if (parts[0].equals(topicId)) {
      long offset = Long.parseLong(parts[1]);
      if (offset <= LedgerLog.end(admin, task)) {
        return offset;
      }
    }
    LOG.warn(
        "source {}: its shared ledger was written beside another Kafka topic, or one that has lost"
            + " records; it counts, so files that are over in it are not read again",
        task.source());
    return 0;
  }

  /** Writes to the shared ledger, if there is one, what the writer has committed. */
  void share(SourceWriter writer) {
    SourceWriter.LedgerChange change = writer.takeLedgerChange();
    SharedLedger to = shared;
    if (to != null && !change.entries().isEmpty()) {
      write(to, change.entries(), change.end());
    }
  }

  private void write(SharedLedger to, List<LedgerEntry> entries, long end) {
    String next = topicId + ":" + end;
    to.write(entries, place, next);
    place = Optional.of(next);
  }

  @Override
  public void close() {
    SharedLedger opened = shared;
    if (opened != null) {
      opened.close();
    }
  }
}
