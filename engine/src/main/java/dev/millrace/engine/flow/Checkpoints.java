package dev.millrace.engine.flow;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.engine.store.Transaction;
import dev.millrace.log.PartitionRange;
import dev.millrace.log.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a stream that is built again needs of the past: where each partition was first read, and now
 * and then how far a flow had come and what the watermarks were. Every record behind a checkpoint
 * was judged by its watermarks or later ones, so whoever reads up to a checkpoint may then move
 * watermarks to it: nothing that is read afterwards is older. For the flow's thread.
 */
public final class Checkpoints {
  /** A state that forgets by watermarks keeps at most about so many records more than it must. */
  private static final long EVERY_RECORDS = 100_000;

  /** So many are kept of a flow: then every second one goes, and those that stay are as good. */
  private static final int KEPT = 1_000;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final List<Position> beginnings = new ArrayList<>();
  private long records;
  private long recordsAfterCommit;
  private int written;

  /** How far a flow had come, and the newest event time that it had admitted until then. */
  record Checkpoint(List<Position> positions, List<Mark> marks, long newestMicros) {
    /** Copies the lists. */
    Checkpoint {
      positions = List.copyOf(positions);
      marks = List.copyOf(marks);
    }
  }

  /** The watermark of a source then. */
  record Mark(String source, long micros) {}

  /** Makes the tables that are missing. */
  static void create(Transaction transaction) throws SQLException {
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.beginnings (topic VARCHAR, topic_id VARCHAR,"
            + " \"partition\" INTEGER, first_offset BIGINT)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.held (topic VARCHAR, \"partition\" INTEGER,"
            + " first_offset BIGINT)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.checkpoints AS SELECT committed_at, partitions, sources"
            + " FROM progress.batches LIMIT 0");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.refused (source VARCHAR, topic VARCHAR,"
            + " \"partition\" INTEGER, \"offset\" BIGINT)");
  }

  /** The topic has no record of a partition any more that is before this. */
  static void holdsFrom(Transaction transaction, PartitionRange range) throws SQLException {
    String where =
        " WHERE topic = "
            + Identifier.literal(range.topic())
            + " AND \"partition\" = "
            + range.partition();
    transaction.execute("DELETE FROM progress.held" + where);
    transaction.execute(
        "INSERT INTO progress.held VALUES ("
            + Identifier.literal(range.topic())
            + ", "
            + range.partition()
            + ", "
            + range.begin()
            + ")");
  }

  /** Topics of which records are gone, as far as was seen, that were read once. */
  public static Set<String> gone(Statement statement) throws SQLException {
    Set<String> topics = new TreeSet<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'progress'"
                + " AND table_name = 'held'")) {
      row.next();
      if (row.getInt(1) == 0) {
        return topics;
      }
    }
    try (ResultSet row =
        statement.executeQuery(
            "SELECT DISTINCT topic FROM progress.held h JOIN progress.beginnings b USING (topic,"
                + " \"partition\") WHERE h.first_offset > b.first_offset")) {
      while (row.next()) {
        topics.add(row.getString(1));
      }
    }
    return topics;
  }

  /** Where each partition of some topics was first read. */
  static List<Position> beginnings(Connection connection, Collection<String> topics)
      throws SQLException {
    List<Position> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT topic, topic_id, \"partition\", first_offset FROM progress.beginnings")) {
      while (row.next()) {
        if (topics.contains(row.getString(1))) {
          all.add(new Position(row.getString(1), row.getString(2), row.getInt(3), row.getLong(4)));
        }
      }
    }
    return all;
  }

  /** The checkpoints of some sources, oldest first. */
  static List<Checkpoint> read(Connection connection, Collection<String> sources)
      throws SQLException {
    return read(connection, "progress.checkpoints ORDER BY committed_at", sources);
  }

  /** How far a flow has come. */
  static Checkpoint newest(Connection connection, String flow, Collection<String> sources)
      throws SQLException {
    String newest = "progress.newest WHERE flow = " + Identifier.literal(flow);
    List<Checkpoint> found = read(connection, newest, sources);
    return found.isEmpty() ? new Checkpoint(List.of(), List.of(), Long.MAX_VALUE) : found.get(0);
  }

  private static List<Checkpoint> read(
      Connection connection, String from, Collection<String> sources) throws SQLException {
    List<Checkpoint> all = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT to_json(partitions)::VARCHAR, to_json(sources)::VARCHAR FROM " + from)) {
      while (row.next()) {
        List<Position> positions = new ArrayList<>();
        List<Mark> marks = new ArrayList<>();
        long newestMicros = Long.MIN_VALUE;
        for (JsonNode p : MAPPER.readTree(row.getString(1))) {
          if (sources.contains(p.path("source").asText())) {
            positions.add(
                new Position(
                    p.path("topic").asText(),
                    p.path("topic_id").asText(),
                    p.path("partition").asInt(),
                    p.path("next_offset").asLong()));
            newestMicros =
                Math.max(newestMicros, p.path("newest_event_time").asLong(Long.MIN_VALUE));
          }
        }
        for (JsonNode s : MAPPER.readTree(row.getString(2))) {
          if (sources.contains(s.path("source").asText())) {
            marks.add(new Mark(s.path("source").asText(), micros(s)));
          }
        }
        if (!marks.isEmpty()) {
          all.add(new Checkpoint(positions, marks, newestMicros));
        }
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
    return all;
  }

  private static long micros(JsonNode source) {
    if (source.path("ended").asBoolean()) {
      return Watermarks.ENDED;
    }
    return source.path("watermark").isNumber()
        ? source.path("watermark").asLong()
        : Watermarks.UNKNOWN;
  }

  /** A partition is read from here on, and was never read before. */
  void begins(Position position) {
    if (beginnings.stream()
        .noneMatch(
            b -> b.topic().equals(position.topic()) && b.partition() == position.partition())) {
      beginnings.add(position);
    }
  }

  /** Writes what a batch adds, once its row of progress is there. */
  void batch(Transaction transaction, String flow, long number, long more) throws SQLException {
    written = beginnings.size();
    for (Position p : beginnings) {
      transaction.execute(
          "INSERT INTO progress.beginnings SELECT "
              + Identifier.literal(p.topic())
              + ", "
              + Identifier.literal(p.topicId())
              + ", "
              + p.partition()
              + ", "
              + p.nextOffset()
              + " WHERE NOT EXISTS (SELECT 1 FROM progress.beginnings WHERE topic = "
              + Identifier.literal(p.topic())
              + " AND \"partition\" = "
              + p.partition()
              + ")");
    }
    recordsAfterCommit = records + more;
    if (recordsAfterCommit >= EVERY_RECORDS) {
      transaction.execute(
          "INSERT INTO progress.checkpoints SELECT committed_at, partitions, sources FROM"
              + " progress.batches WHERE flow = "
              + Identifier.literal(flow)
              + " AND number = "
              + number);
      recordsAfterCommit = 0;
      thin(transaction, KEPT);
    }
  }

  /** Drops every second checkpoint of flows that have more than so many. */
  static void thin(Transaction transaction, int kept) throws SQLException {
    transaction.execute(
        "DELETE FROM progress.checkpoints WHERE rowid IN (SELECT r FROM (SELECT rowid AS r,"
            + " row_number() OVER (PARTITION BY list_transform(sources, lambda s: s.source)"
            + " ORDER BY committed_at) AS i, count(*) OVER (PARTITION BY list_transform(sources,"
            + " lambda s: s.source)) AS n FROM progress.checkpoints) WHERE n > "
            + kept
            + " AND i % 2 = 1)");
  }

  /** The batch was committed. */
  void committed() {
    records = recordsAfterCommit;
    beginnings.subList(0, written).clear();
    written = 0;
  }
}
