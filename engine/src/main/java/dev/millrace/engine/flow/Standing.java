package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Transaction;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where old versions of streams stand while new ones are filled: how far their flow had come when
 * the edit began, so that a version whose edit is undone goes on from there. A stream that had
 * stopped, or behind which a record was replayed, has no such place.
 */
public final class Standing {
  private Standing() {}

  /**
   * Where a stream stands.
   *
   * @param batch the last batch that is in its tables
   * @param isNewest whether its flow has made no other batch since, so that nothing is missing
   */
  public record Place(String batch, boolean isNewest) {}

  /** Makes the table that is missing. */
  static void create(Transaction transaction) throws SQLException {
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.standing AS SELECT ''::VARCHAR AS stream,"
            + " 0::BIGINT AS refused, * FROM progress.batches LIMIT 0");
  }

  /** The places of all streams that have one; none in a store from before there were any. */
  public static Map<String, Place> read(Statement statement) throws SQLException {
    Map<String, Place> places = new TreeMap<>();
    try (ResultSet row =
        statement.executeQuery(
            "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'progress'"
                + " AND table_name = 'standing'")) {
      row.next();
      if (row.getInt(1) == 0) {
        return places;
      }
    }
    try (ResultSet row =
        statement.executeQuery(
            "SELECT stream, flow || ' ' || number, (flow, number) IN"
                + " (SELECT (flow, number) FROM progress.newest) FROM progress.standing")) {
      while (row.next()) {
        places.put(row.getString(1), new Place(row.getString(2), row.getBoolean(3)));
      }
    }
    return places;
  }

  /** These streams, which were up to date, stand still from now on. */
  public static void note(Transaction transaction, Collection<String> streams) throws SQLException {
    transaction.execute(
        "INSERT INTO progress.standing BY NAME SELECT s.stream AS stream,"
            + " (SELECT coalesce(max(id), 0) FROM store.system.rejected) AS refused, n.* FROM"
            + " (SELECT flow AS f, unnest(streams) AS s FROM progress.newest)"
            + " JOIN progress.newest n ON n.flow = f WHERE s.stopped IS NULL AND s.stream IN "
            + list(streams)
            + " AND s.stream NOT IN (SELECT stream FROM progress.standing)");
  }

  /** These streams are up to date, or gone, or lack what was replayed. */
  public static void forget(Transaction transaction, Collection<String> streams)
      throws SQLException {
    transaction.execute("DELETE FROM progress.standing WHERE stream IN " + list(streams));
  }

  /** Forgets all but these. */
  public static void retain(Transaction transaction, Collection<String> streams)
      throws SQLException {
    transaction.execute("DELETE FROM progress.standing WHERE stream NOT IN " + list(streams));
  }

  /**
   * The fill of a flow has come as far as one of its streams stands.
   *
   * @param flow quoted
   */
  static void begin(Transaction transaction, String flow, String stream) throws SQLException {
    transaction.execute(
        "INSERT INTO progress.fills BY NAME SELECT * EXCLUDE (stream, refused) REPLACE ("
            + flow
            + " AS flow, 0 AS number, list_filter(streams, lambda s: false) AS streams) FROM progress.standing WHERE stream = "
            + Identifier.literal(stream));
  }

  /** The id of the last record that was refused when one of these streams began to stand still. */
  static String refused(Collection<String> streams) {
    return "(SELECT coalesce(max(refused), 0) FROM progress.standing WHERE stream IN "
        + list(streams)
        + ")";
  }

  private static String list(Collection<String> streams) {
    return Stream.concat(Stream.of(""), streams.stream())
        .map(Identifier::literal)
        .collect(Collectors.joining(", ", "(", ")"));
  }
}
