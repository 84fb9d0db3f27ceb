package dev.millrace.engine.flow;

import dev.millrace.api.error.RetryException;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.Cluster;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.TopicAdmin;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Notes, now and then, from where on topics hold records, and forgets which records were refused
 * that their topics do not have any more: nobody can read them again. For the flow's thread.
 */
final class Retention {
  private static final long EVERY = Duration.ofMinutes(10).toNanos();

  private final Cluster cluster;
  private final List<String> topics;
  private long at = System.nanoTime() - EVERY;
  private Collection<PartitionRange> ranges = List.of();

  Retention(Cluster cluster, List<String> topics) {
    this.cluster = cluster;
    this.topics = topics;
  }

  /**
   * Asks what the topics hold, if that was not done lately; without a broker's answer it is done
   * the next time.
   */
  void look(Writer writer) throws SQLException {
    if (System.nanoTime() - at < EVERY) {
      return;
    }
    at = System.nanoTime();
    try (TopicAdmin admin = TopicAdmin.open(cluster)) {
      ranges = admin.ranges(admin.describe(topics).values());
    } catch (RetryException e) {
      // Whatever the flow does next finds out.
    }
  }

  /** Forgets what the last look has found to be gone. */
  void apply(Writer writer) throws SQLException {
    if (ranges.isEmpty()) {
      return;
    }
    writer.transact(
        transaction -> {
          for (PartitionRange range : ranges) {
            if (range.begin() > 0) {
              Checkpoints.holdsFrom(transaction, range);
              transaction.execute(
                  "DELETE FROM progress.refused WHERE topic = "
                      + Identifier.literal(range.topic())
                      + " AND \"partition\" = "
                      + range.partition()
                      + " AND \"offset\" < "
                      + range.begin());
            }
          }
          return true;
        });
    ranges = List.of();
  }
}
