package dev.millrace.engine.admission;

import dev.millrace.api.type.Identifier;
import dev.millrace.log.Position;
import dev.millrace.log.TopicRecords;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which records of a source stream were refused when they came, for whoever reads them again. What
 * is refused is decided once; a record that was rejected and admitted later, by a replay, counts as
 * admitted. For one thread.
 */
public final class Decisions {
  /** SQL that is true of a row of {@code system.rejected} whose record no stream has got. */
  public static final String STAYS_REFUSED = "(replay IS NULL OR replay = 'marked')";

  private static final String REFUSED =
      "(SELECT source, topic, \"partition\", \"offset\" FROM store.system.late"
          + " UNION ALL SELECT source, topic, \"partition\", \"offset\" FROM store.system.duplicates"
          + " UNION ALL SELECT source, topic, \"partition\", \"offset\" FROM store.system.rejected"
          + " WHERE "
          + STAYS_REFUSED
          + " UNION ALL SELECT source, topic, \"partition\", \"offset\" FROM progress.refused)";

  private final String source;
  private final Map<Place, Refused> partitions = new HashMap<>();

  private record Place(String topic, int partition) {}

  /** Offsets from one on, less that one, as far as they are known. */
  private record Refused(long from, long to, BitSet offsets) {}

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
    List<String> ranges = new ArrayList<>();
    for (Position first : from) {
      for (Position end : to) {
        if (end.topic().equals(first.topic()) && end.partition() == first.partition()) {
          Place place = new Place(first.topic(), first.partition());
          partitions.put(place, new Refused(first.nextOffset(), end.nextOffset(), new BitSet()));
          if (end.nextOffset() > first.nextOffset()) {
            ranges.add(range(first, end.nextOffset()));
          }
        }
      }
    }
    if (!ranges.isEmpty()) {
      read(connection, String.join(" OR ", ranges));
    }
  }

  private static String range(Position first, long end) {
    return "topic = "
        + Identifier.literal(first.topic())
        + " AND \"partition\" = "
        + first.partition()
        + " AND \"offset\" >= "
        + first.nextOffset()
        + " AND \"offset\" < "
        + end;
  }

  private void read(Connection connection, String ranges) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT topic, \"partition\", \"offset\" FROM "
                    + REFUSED
                    + " WHERE source = "
                    + Identifier.literal(source)
                    + " AND ("
                    + ranges
                    + ")")) {
      while (row.next()) {
        Refused refused = partitions.get(new Place(row.getString(1), row.getInt(2)));
        if (refused != null) {
          refused.offsets.set(Math.toIntExact(row.getLong(3) - refused.from));
        }
      }
    }
  }

  /** True if what was decided about all records between these positions is loaded. */
  public boolean covers(List<Position> from, List<Position> to) {
    return to.stream().allMatch(p -> known(p).filter(r -> r.to >= p.nextOffset()).isPresent())
        && from.stream().allMatch(p -> known(p).filter(r -> r.from > p.nextOffset()).isEmpty());
  }

  private Optional<Refused> known(Position position) {
    return Optional.ofNullable(partitions.get(new Place(position.topic(), position.partition())));
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
