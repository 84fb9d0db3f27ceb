package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.TopicRecords;
import dev.millrace.project.StreamSpec;
import java.sql.Blob;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rejected records that a person has marked for another try, after a fix. Their row in {@code
 * system.rejected} goes from {@code replay = 'marked'} to {@code 'running'} and, with the batch
 * that admits them, to {@code 'done'}.
 */
final class Replay {
  private Replay() {}

  /**
   * Marks what was in hand as done, and takes up to {@code limit} marked records of a source; empty
   * if there is none.
   */
  static Optional<TopicRecords> take(Transaction transaction, StreamSpec stream, int limit)
      throws SQLException {
    String source = Identifier.literal(stream.qualifiedName());
    transaction.execute(
        "UPDATE system.rejected SET replay = 'done' WHERE replay = 'running' AND source = "
            + source);
    List<byte @Nullable []> values = new ArrayList<>();
    List<Integer> partitions = new ArrayList<>();
    List<Long> offsets = new ArrayList<>();
    List<Long> ids = new ArrayList<>();
    transaction.query(
        "SELECT id, value, \"partition\", \"offset\" FROM system.rejected WHERE replay = 'marked' AND source = "
            + source
            + " ORDER BY id LIMIT "
            + limit,
        row -> {
          Blob value = row.getBlob(2);
          ids.add(row.getLong(1));
          values.add(value == null ? null : value.getBytes(1, (int) value.length()));
          partitions.add(row.getInt(3));
          offsets.add(row.getLong(4));
        });
    if (ids.isEmpty()) {
      return Optional.empty();
    }
    transaction.execute(
        "UPDATE system.rejected SET replay = 'running' WHERE replay = 'marked' AND source = "
            + source
            + " AND id <= "
            + ids.get(ids.size() - 1));
    int size = ids.size();
    return Optional.of(
        new TopicRecords(
            stream.topic(),
            new byte[size][],
            values.toArray(new byte[0][]),
            partitions.stream().mapToInt(Integer::intValue).toArray(),
            offsets.stream().mapToLong(Long::longValue).toArray(),
            new long[size]));
  }
}
