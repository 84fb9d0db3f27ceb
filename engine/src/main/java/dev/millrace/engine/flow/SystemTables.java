package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;
import java.util.Optional;

/**
 * The tables of schema {@code system} that flows write: what the engine knows about itself, for
 * people and tests to query.
 */
public final class SystemTables {
  private static final String REFUSED =
      " (id BIGINT DEFAULT nextval('store.system.refusal'), source VARCHAR, topic VARCHAR, \"partition\" INTEGER, \"offset\" BIGINT,"
          + " reason VARCHAR, event_time TIMESTAMPTZ, recorded_at TIMESTAMPTZ, value BLOB, replay VARCHAR)";

  private SystemTables() {}

  /** Makes the tables and views that are missing. */
  public static void create(Transaction transaction) throws SQLException {
    transaction.execute("CREATE SCHEMA IF NOT EXISTS progress");
    transaction.execute("CREATE SCHEMA IF NOT EXISTS store.system");
    transaction.execute("CREATE SEQUENCE IF NOT EXISTS store.system.refusal");
    for (String table : new String[] {"late", "rejected", "duplicates"}) {
      transaction.execute("CREATE TABLE IF NOT EXISTS store.system." + table + REFUSED);
    }
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.partitions (source VARCHAR, topic VARCHAR, topic_id VARCHAR,"
            + " \"partition\" INTEGER, next_offset BIGINT, newest_event_time TIMESTAMPTZ, idle BOOLEAN,"
            + " PRIMARY KEY (topic, \"partition\"))");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.sources (source VARCHAR PRIMARY KEY, watermark TIMESTAMPTZ, ended BOOLEAN,"
            + " \"rows\" BIGINT, late BIGINT, rejected BIGINT, duplicates BIGINT)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.streams (stream VARCHAR PRIMARY KEY, changes BIGINT, stopped VARCHAR)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.flows (flow VARCHAR PRIMARY KEY, next_id BIGINT, batches BIGINT)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS store.system.batches (flow VARCHAR, number BIGINT, committed_at TIMESTAMPTZ, records BIGINT,"
            + " \"rows\" BIGINT, changes BIGINT, decode_ms DOUBLE, apply_ms DOUBLE)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.sink_positions (sink VARCHAR PRIMARY KEY, delivered BIGINT,"
            + " delivered_at TIMESTAMPTZ)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS store.system.errors (recorded_at TIMESTAMPTZ, asset VARCHAR, code VARCHAR, message VARCHAR, hint VARCHAR)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS store.system.assets (asset VARCHAR PRIMARY KEY, kind VARCHAR, file VARCHAR, description VARCHAR)");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.positions AS SELECT source, topic, topic_id, \"partition\", next_offset"
            + " FROM progress.partitions");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.watermarks AS SELECT p.source, p.topic, p.\"partition\", p.newest_event_time,"
            + " p.idle, s.watermark, s.ended FROM progress.partitions p LEFT JOIN progress.sources s ON p.source = s.source");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.sources AS SELECT source, watermark, ended, \"rows\", late, rejected,"
            + " duplicates FROM progress.sources");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.streams AS SELECT stream, changes, stopped FROM progress.streams");
    transaction.execute(
        "CREATE OR REPLACE VIEW store.system.sinks AS SELECT sink, delivered, delivered_at FROM progress.sink_positions");
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
