package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.StreamSpec;
import java.sql.Blob;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rejected records that a person has marked for another try, after a fix: {@code replay = 'marked'}
 * in {@code system.rejected}. The batch that admits them, or refuses them again, sets {@code
 * 'done'} in its transaction.
 */
final class Replay {
  private Replay() {}

  /**
   * Up to {@code limit} marked records of a source; empty if there is none. Their timestamps are
   * the ids of their rows in {@code system.rejected}; admission does not look at timestamps.
   */
  static Optional<TopicRecords> marked(Transaction transaction, StreamSpec stream, int limit)
      throws SQLException {
    TopicRecords.Builder records = new TopicRecords.Builder(stream.topic());
    transaction.query(
        "SELECT id, value, \"partition\", \"offset\" FROM store.system.rejected WHERE replay = 'marked' AND source = "
            + Identifier.literal(stream.qualifiedName())
            + " ORDER BY id LIMIT "
            + limit,
        row -> {
          Blob value = row.getBlob(2);
          records.add(
              row.getInt(3),
              row.getLong(4),
              row.getLong(1),
              (byte[]) null,
              value == null ? null : value.getBytes(1, (int) value.length()));
        });
    return records.size() == 0 ? Optional.empty() : Optional.of(records.build());
  }

  /** The records' rows are done with. */
  static void done(Transaction transaction, TopicRecords records) throws SQLException {
    transaction.execute(
        "UPDATE store.system.rejected SET replay = 'done' WHERE id IN ("
            + IntStream.range(0, records.size())
                .mapToObj(i -> Long.toString(records.timestamp(i)))
                .collect(Collectors.joining(","))
            + ")");
  }
}
