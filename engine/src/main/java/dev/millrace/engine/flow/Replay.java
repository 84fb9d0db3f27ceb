package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.StreamSpec;
import java.sql.Blob;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

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
    List<byte @Nullable []> values = new ArrayList<>();
    List<Integer> partitions = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    transaction.query(
        "SELECT id, value, \"partition\", \"offset\" FROM store.system.rejected WHERE replay = 'marked' AND source = "
            + Identifier.literal(stream.qualifiedName())
            + " ORDER BY id LIMIT "
            + limit,
        row -> {
          ids.add(row.getLong(1));
          Blob value = row.getBlob(2);
          values.add(value == null ? null : value.getBytes(1, (int) value.length()));
          partitions.add(row.getInt(3));
          offsets.add(row.getLong(4));
        });
    if (ids.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new TopicRecords(
            stream.topic(),
            new byte[ids.size()][],
            values.toArray(new byte[0][]),
            partitions.stream().mapToInt(Integer::intValue).toArray(),
            offsets.stream().mapToLong(Long::longValue).toArray(),
            ids.stream().mapToLong(Long::longValue).toArray()));
  }

  /** The records' rows are done with. */
  static void done(Transaction transaction, TopicRecords records) throws SQLException {
    transaction.execute(
        "UPDATE store.system.rejected SET replay = 'done' WHERE id IN ("
            + Arrays.stream(records.timestamps())
                .mapToObj(Long::toString)
                .collect(Collectors.joining(","))
            + ")");
  }
}
