package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.admission.Decisions;
import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tables of schema {@code system} that flows write: what the engine knows about itself, for
 * people and tests to query.
 */
public final class SystemTables {
  private static final String REFUSED =
      " (id BIGINT DEFAULT nextval('store.system.refusal'), source VARCHAR, topic VARCHAR, \"partition\" INTEGER, \"offset\" BIGINT,"
          + " reason VARCHAR, event_time TIMESTAMPTZ, recorded_at TIMESTAMPTZ, value BLOB, replay VARCHAR, key BLOB, headers VARCHAR, \"timestamp\" TIMESTAMPTZ)";

  private static final String WATERMARK =
      " CASE WHEN s.ended THEN 'infinity'::TIMESTAMPTZ ELSE make_timestamptz(s.watermark) END AS watermark, ";

  private static final String PROGRESS =
      " (flow VARCHAR, number BIGINT, next_id BIGINT,"
          + " committed_at TIMESTAMPTZ, records BIGINT, \"rows\" BIGINT, changes BIGINT, decode_ms DOUBLE,"
          + " apply_ms DOUBLE, partitions STRUCT(source VARCHAR, topic VARCHAR, topic_id VARCHAR,"
          + " \"partition\" INTEGER, next_offset BIGINT, newest_event_time BIGINT, idle BOOLEAN)[],"
          + " sources STRUCT(source VARCHAR, watermark BIGINT, ended BOOLEAN, \"rows\" BIGINT, late BIGINT,"
          + " rejected BIGINT, duplicates BIGINT, ignored BIGINT)[], streams STRUCT(stream VARCHAR, changes BIGINT,"
          + " stopped VARCHAR)[])";

  /** A few gigabytes. */
  private static final long REFUSED_AT_MOST = 10_000_000;

  private SystemTables() {}

  /** Makes the tables and views if they are missing; others may do the same. */
  static void createIfMissing(Transaction transaction) throws SQLException {
    // Two transactions that replace a view are in conflict.
    if (transaction.number(
            "SELECT count(*) FROM duckdb_views() WHERE schema_name = 'system' AND view_name = 'sinks'")
        == 0) {
      create(transaction);
    }
  }

  /** Makes the tables that are missing, and the views. */
  public static void create(Transaction transaction) throws SQLException {
    transaction.execute("CREATE SCHEMA IF NOT EXISTS progress");
    transaction.execute("CREATE SCHEMA IF NOT EXISTS store.system");
    transaction.execute("CREATE SEQUENCE IF NOT EXISTS store.system.refusal");
    for (String table : new String[] {"late", "rejected", "duplicates"}) {
      transaction.execute("CREATE TABLE IF NOT EXISTS store.system." + table + REFUSED);
    }
    for (String table : new String[] {Progress.BATCHES, Progress.FILLS}) {
      transaction.execute("CREATE TABLE IF NOT EXISTS " + table + PROGRESS);
    }
    Checkpoints.create(transaction);
    Standing.create(transaction);
    transaction.execute("CREATE TABLE IF NOT EXISTS progress.barrier (n BIGINT)");
    transaction.execute(
        "CREATE OR REPLACE VIEW progress.newest AS SELECT * FROM progress.batches"
            + " QUALIFY row_number() OVER (PARTITION BY flow ORDER BY number DESC) = 1");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.sink_positions (sink VARCHAR PRIMARY KEY, delivered BIGINT,"
            + " delivered_at TIMESTAMPTZ, floor BIGINT DEFAULT 0)");
    // Changes up to here are those of a sink of the same name that was removed.
    transaction.execute(
        "ALTER TABLE progress.sink_positions ADD COLUMN IF NOT EXISTS begun BIGINT DEFAULT 0");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS store.system.errors (recorded_at TIMESTAMPTZ, asset VARCHAR, code VARCHAR, message VARCHAR, hint VARCHAR)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS store.system.assets (asset VARCHAR PRIMARY KEY, kind VARCHAR, file VARCHAR, description VARCHAR)");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.batches AS SELECT flow, number, committed_at, records, \"rows\","
            + " changes, decode_ms, apply_ms FROM progress.batches");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.positions AS SELECT p.source, p.topic, p.topic_id,"
            + " p.\"partition\", p.next_offset FROM (SELECT unnest(partitions) AS p FROM progress.newest)");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.watermarks AS SELECT p.source, p.topic, p.\"partition\","
            + " make_timestamptz(p.newest_event_time) AS newest_event_time, p.idle,"
            + WATERMARK
            + "s.ended FROM (SELECT unnest(partitions) AS p FROM"
            + " progress.newest) JOIN (SELECT unnest(sources) AS s FROM progress.newest) ON p.source = s.source");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.sources AS SELECT s.source,"
            + WATERMARK
            + "s.ended, s.\"rows\", s.late, s.rejected, s.duplicates, s.ignored FROM (SELECT unnest(sources) AS s FROM"
            + " progress.newest)");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.streams AS SELECT unnest(s) FROM (SELECT unnest(streams) AS s FROM"
            + " progress.newest)");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.sinks AS SELECT sink, delivered, delivered_at FROM progress.sink_positions"
            + " WHERE delivered IS NOT NULL");
  }

  /**
   * Drops records that were refused long ago: 30 days for what can be replayed, a week for the
   * rest. What is marked for a replay stays until that. That records were refused is remembered: a
   * stream that is built again needs it.
   */
  static void trim(Transaction transaction) throws SQLException {
    trim(transaction, REFUSED_AT_MOST);
  }

  /**
   * As the other.
   *
   * @param atMost how many records of each kind are kept, about
   */
  static void trim(Transaction transaction, long atMost) throws SQLException {
    transaction.execute(
        "DELETE FROM store.system.errors WHERE recorded_at < now() - INTERVAL 7 DAY");
    for (String table : new String[] {"late", "duplicates", "rejected"}) {
      String old =
          " FROM store.system."
              + table
              + " WHERE (recorded_at < now() - INTERVAL "
              + (table.equals("rejected") ? 30 : 7)
              + " DAY OR id <= "
              + cutoff(transaction, table, atMost)
              + ") AND replay IS DISTINCT FROM 'marked'";
      transaction.execute(
          "INSERT INTO progress.refused SELECT source, topic, \"partition\", \"offset\""
              + old
              + " AND "
              + Decisions.STAYS_REFUSED);
      transaction.execute("DELETE" + old);
    }
  }

  /** The id of the newest record that is too many; the tables take their ids from one sequence. */
  private static long cutoff(Transaction transaction, String table, long atMost)
      throws SQLException {
    String from = " FROM store.system." + table;
    if (transaction.number("SELECT count(*)" + from) <= atMost) {
      return -1;
    }
    return transaction.number("SELECT id" + from + " ORDER BY id DESC LIMIT 1 OFFSET " + atMost);
  }

  /**
   * Forgets what a fill has rejected that is not gone on with; what the version has rejected that
   * stands still is true as long as that is there.
   *
   * @param streams that were filled
   */
  public static void forgetFilled(Transaction transaction, List<String> streams)
      throws SQLException {
    forgetFilled(transaction, streams, ">");
  }

  /** Forgets what the version has rejected that is replaced. */
  public static void forgetReplaced(Transaction transaction, List<String> streams)
      throws SQLException {
    forgetFilled(transaction, streams, "<=");
  }

  private static void forgetFilled(Transaction transaction, List<String> streams, String than)
      throws SQLException {
    transaction.execute(
        "DELETE FROM store.system.rejected WHERE replay = 'filled' AND starts_with(reason, "
            + Identifier.literal(RefusedRows.filling(streams))
            + ") AND id "
            + than
            + " "
            + Standing.refused(streams));
  }

  /**
   * Drops what flows have made and forgets how far they came: as a new store, much sooner. No flow
   * may be open.
   */
  public static void empty(Transaction transaction) throws SQLException {
    List<String> drops = new ArrayList<>();
    transaction.query(
        "SELECT 'VIEW', schema_name, view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal"
            + " UNION ALL SELECT 'TABLE', schema_name, table_name FROM duckdb_tables()"
            + " WHERE schema_name IN ('published', 'state', 'outbox')",
        row ->
            drops.add(
                "DROP "
                    + row.getString(1)
                    + " "
                    + Identifier.quote(row.getString(2))
                    + "."
                    + Identifier.quote(row.getString(3))));
    for (String drop : drops) {
      transaction.execute(drop);
    }
    clear(transaction);
    for (String table :
        List.of(
            Progress.BATCHES,
            Progress.FILLS,
            "progress.beginnings",
            "progress.checkpoints",
            "progress.held",
            "progress.standing")) {
      transaction.execute("DELETE FROM " + table);
    }
    transaction.execute("DELETE FROM progress.refused");
  }

  /** Forgets records that were refused, and errors. */
  public static void clear(Transaction transaction) throws SQLException {
    for (String table : new String[] {"late", "rejected", "duplicates", "errors"}) {
      transaction.execute("DELETE FROM store.system." + table);
    }
  }

  /**
   * Marks rejected records for another try.
   *
   * @param source {@code source.stream}; empty for all
   * @return how many
   */
  public static long markForReplay(Transaction transaction, Optional<String> source)
      throws SQLException {
    return transaction.update(
        "UPDATE store.system.rejected SET replay = 'marked' WHERE replay IS NULL"
            + source.map(s -> " AND source = " + Identifier.literal(s)).orElse(""));
  }
}
