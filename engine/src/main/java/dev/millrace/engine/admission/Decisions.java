package dev.millrace.engine.admission;

import dev.millrace.api.type.Identifier;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which records of a source stream were refused when they came, for whoever reads them again. What
 * is refused is decided once; a record that was rejected and admitted later, by a replay, counts as
 * admitted. For one thread.
 */
public final class Decisions {
  private static final String REFUSED =
      "(SELECT source, topic, \"partition\", \"offset\" FROM store.system.late"
          + " UNION ALL SELECT source, topic, \"partition\", \"offset\" FROM store.system.duplicates"
          + " UNION ALL SELECT source, topic, \"partition\", \"offset\" FROM store.system.rejected"
          + " WHERE replay IS DISTINCT FROM 'done'"
          + " UNION ALL SELECT source, topic, \"partition\", \"offset\" FROM progress.refused)";

  private final String source;
  private final Map<Place, Refused> partitions = new HashMap<>();

  private record Place(String topic, int partition) {}

  private record Refused(long from, BitSet offsets) {}

  /** The decisions about a source stream ({@code source.stream}); {@link #load} reads them. */
  public Decisions(String source) {
    this.source = source;
  }

  /**
   * Reads what was decided about the records between positions.
   *
   * @param from the first offset of each partition; what is missing is not read
   * @param to the offset behind the last one of each partition
   */
  public void load(Connection connection, List<Position> from, List<Position> to)
      throws SQLException {
    partitions.clear();
    for (Position first : from) {
      for (Position end : to) {
        if (end.topic().equals(first.topic())
            && end.partition() == first.partition()
            && end.nextOffset() > first.nextOffset()) {
          partitions.put(
              new Place(first.topic(), first.partition()),
              refused(connection, first, end.nextOffset()));
        }
      }
    }
  }

  private Refused refused(Connection connection, Position first, long end) throws SQLException {
    BitSet offsets = new BitSet();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT \"offset\" FROM "
                    + REFUSED
                    + " WHERE source = "
                    + Identifier.literal(source)
                    + " AND topic = "
                    + Identifier.literal(first.topic())
                    + " AND \"partition\" = "
                    + first.partition()
                    + " AND \"offset\" >= "
                    + first.nextOffset()
                    + " AND \"offset\" < "
                    + end)) {
      while (row.next()) {
        offsets.set(Math.toIntExact(row.getLong(1) - first.nextOffset()));
      }
    }
    return new Refused(first.nextOffset(), offsets);
  }

  /** Excludes the records that were refused; all have to be between the positions loaded. */
  void exclude(TopicRecords records, BitSet excluded) {
    for (int o = 0; o < records.size(); o++) {
      Refused refused = partitions.get(new Place(records.topic(), records.partition(o)));
      if (refused == null) {
        throw new IllegalStateException(
            "nothing is known of partition " + records.partition(o) + " of " + records.topic());
      }
      if (refused.offsets.get(Math.toIntExact(records.offset(o) - refused.from))) {
        excluded.set(o);
      }
    }
  }
}
