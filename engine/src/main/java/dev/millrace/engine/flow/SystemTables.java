package dev.millrace.engine.flow;

import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;

/**
 * The tables of schema {@code system} that flows write: what the engine knows about itself, for
 * people and tests to query.
 */
public final class SystemTables {
  private static final String REFUSED =
      " (id BIGINT DEFAULT nextval('system.refusal'), source VARCHAR, topic VARCHAR, \"partition\" INTEGER, \"offset\" BIGINT,"
          + " reason VARCHAR, event_time TIMESTAMPTZ, at TIMESTAMPTZ, value BLOB, replay VARCHAR)";

  private SystemTables() {}

  /** Makes the tables and views that are missing. */
  public static void create(Transaction transaction) throws SQLException {
    transaction.execute("CREATE SCHEMA IF NOT EXISTS system");
    transaction.execute("CREATE SEQUENCE IF NOT EXISTS system.refusal");
    for (String table : new String[] {"late", "rejected", "duplicates"}) {
      transaction.execute("CREATE TABLE IF NOT EXISTS system." + table + REFUSED);
    }
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.partitions (source VARCHAR, topic VARCHAR, topic_id VARCHAR,"
            + " \"partition\" INTEGER, next_offset BIGINT, newest_event_time TIMESTAMPTZ, idle BOOLEAN,"
            + " PRIMARY KEY (topic, \"partition\"))");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.sources (source VARCHAR PRIMARY KEY, watermark TIMESTAMPTZ, ended BOOLEAN,"
            + " \"rows\" BIGINT, late BIGINT, rejected BIGINT, duplicates BIGINT)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.streams (stream VARCHAR PRIMARY KEY, changes BIGINT, stopped VARCHAR)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.flows (flow VARCHAR PRIMARY KEY, next_id BIGINT, batches BIGINT)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.batches (flow VARCHAR, number BIGINT, at TIMESTAMPTZ, records BIGINT,"
            + " \"rows\" BIGINT, changes BIGINT, decode_ms DOUBLE, apply_ms DOUBLE)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.sink_positions (sink VARCHAR PRIMARY KEY, delivered BIGINT,"
            + " delivered_at TIMESTAMPTZ)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.errors (at TIMESTAMPTZ, asset VARCHAR, code VARCHAR, message VARCHAR, hint VARCHAR)");
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS system.assets (asset VARCHAR PRIMARY KEY, kind VARCHAR, file VARCHAR, description VARCHAR)");
    transaction.execute(
        "CREATE OR REPLACE VIEW system.positions AS SELECT source, topic, topic_id, \"partition\", next_offset"
            + " FROM system.partitions");
    transaction.execute(
        "CREATE OR REPLACE VIEW system.watermarks AS SELECT p.source, p.topic, p.\"partition\", p.newest_event_time,"
            + " p.idle, s.watermark, s.ended FROM system.partitions p LEFT JOIN system.sources s ON p.source = s.source");
    transaction.execute(
        "CREATE OR REPLACE VIEW system.sinks AS SELECT sink, delivered, delivered_at FROM system.sink_positions");
  }
}
