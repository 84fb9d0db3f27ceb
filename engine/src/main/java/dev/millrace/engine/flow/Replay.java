package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.DecodedRecords;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.log.TopicRecords;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rejected records that a person has marked for another try, after a fix: {@code replay = 'marked'}
 * in {@code system.rejected}. The batch that admits them, or refuses them again, sets {@code
 * 'done'} in its transaction.
 */
final class Replay {
  private static final String MARKED =
      "store.system.rejected WHERE replay = 'marked' AND source = ";

  private static final int AT_ONCE = 10_000;

  private Replay() {}

  /** Admits records, as one batch or several. */
  @FunctionalInterface
  interface Admitting {
    /** Admits or refuses them again, so that they are no longer marked. */
    void admit(TopicRecords records) throws SQLException;
  }

  /** Hands over all marked records, some at a time. */
  static void all(Writer writer, List<Admission> sources, Admitting admitting) throws SQLException {
    for (Admission source : sources) {
      Optional<TopicRecords> marked = writer.transact(t -> marked(t, source, AT_ONCE));
      while (marked.isPresent()) {
        admitting.admit(marked.get());
        marked = writer.transact(t -> marked(t, source, AT_ONCE));
      }
    }
  }

  /** Up to {@code limit} marked records of a source; empty if there is none. */
  private static Optional<TopicRecords> marked(Transaction transaction, Admission source, int limit)
      throws SQLException {
    TopicRecords.Builder records = source.builder();
    transaction.query(
        "SELECT value, \"partition\", \"offset\", epoch_ms(\"timestamp\"), key, headers FROM "
            + MARKED
            + Identifier.literal(source.stream().qualifiedName())
            + " ORDER BY id LIMIT "
            + limit,
        row -> {
          records.add(row.getInt(2), row.getLong(3), row.getLong(4), bytes(row, 5), bytes(row, 1));
          String headers = row.getString(6);
          if (headers != null) {
            HeaderJson.read(headers).forEach(records::header);
          }
        });
    return records.size() == 0 ? Optional.empty() : Optional.of(records.build());
  }

  private static byte @Nullable [] bytes(ResultSet row, int column) throws SQLException {
    Blob blob = row.getBlob(column);
    return blob == null ? null : blob.getBytes(1, (int) blob.length());
  }

  /** The records of a batch are done with. */
  static void done(Transaction transaction, FlowParts flow, Part part) throws SQLException {
    for (DecodedRecords decoded : part.topics()) {
      for (Admission source : flow.sources()) {
        if (source.stream().topic().equals(decoded.records().topic())) {
          done(transaction, source, decoded.records());
        }
      }
    }
    List<String> filling =
        flow.streams().stream().filter(StreamRun::isFilling).map(s -> s.model().name()).toList();
    if (!filling.isEmpty()) {
      // A fill that has stopped has read past these records, and so have the old versions: the next
      // one starts anew. What it fills stays known, as is the instant of `start: now`.
      transaction.execute(
          "DELETE FROM progress.fills WHERE flow = " + Identifier.literal(flow.name()));
      SystemTables.forgetFilled(transaction, filling);
      Standing.forget(transaction, filling);
    }
  }

  /** The records' rows are done with; those that were refused again have other rows now. */
  private static void done(Transaction transaction, Admission source, TopicRecords records)
      throws SQLException {
    transaction.execute(
        "UPDATE store.system.rejected SET replay = 'done' WHERE id IN (SELECT id FROM "
            + MARKED
            + Identifier.literal(source.stream().qualifiedName())
            + " AND (\"partition\", \"offset\") IN ("
            + IntStream.range(0, records.size())
                .mapToObj(i -> "(" + records.partition(i) + ", " + records.offset(i) + ")")
                .collect(Collectors.joining(","))
            + "))");
  }
}
