package dev.millrace.engine.ledger;

import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.LedgerTable;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Block;
import dev.millrace.engine.store.RowFunction;
import dev.millrace.engine.store.Rows;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Wire;
import dev.millrace.log.Position;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A source's part of the table that shows its connector's ledgers, and how far the ledger is read
 * into it; both change in one transaction. The table can be made again from the ledger at any time.
 * For one thread.
 */
final class LedgerRows implements AutoCloseable {
  private static final List<Wire.Kind> COLUMNS = List.of(Wire.Kind.TEXT, Wire.Kind.TEXT);

  private final String source;
  private final LedgerTable table;
  private final Block entries = new Block(COLUMNS);
  private final long handle = RowFunction.add(new Entries());

  /** What the ledger says its keys depend on; null if it does not. */
  private @Nullable String scope;

  /** Key and value of each entry. */
  private final class Entries implements RowFunction.Provider {
    @Override
    public List<Wire.Kind> columns() {
      return COLUMNS;
    }

    @Override
    public long expected() {
      return entries.size();
    }

    @Override
    public Rows open() {
      return entries;
    }
  }

  LedgerRows(String source, LedgerTable table) {
    this.source = source;
    this.table = table;
  }

  /**
   * Makes the tables that are missing; one that had other columns is made anew. What is there of
   * sources that are not in the project any more goes.
   *
   * @param sources the connector of each source with a ledger
   */
  static void prepare(
      Transaction transaction,
      Collection<SourceConnector> connectors,
      Map<String, SourceConnector> sources)
      throws SQLException {
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS progress.ledgers (source VARCHAR, topic_id VARCHAR, next_offset BIGINT, read_at TIMESTAMPTZ)");
    transaction.execute("ALTER TABLE progress.ledgers ADD COLUMN IF NOT EXISTS scope VARCHAR");
    for (SourceConnector connector : connectors) {
      Optional<LedgerTable> shown = connector.ledger();
      if (shown.isEmpty()) {
        continue;
      }
      List<String> own =
          sources.entrySet().stream()
              .filter(s -> s.getValue().name().equals(connector.name()))
              .map(s -> Identifier.literal(s.getKey()))
              .toList();
      if (!columns(transaction, shown.get()).equals(columns(shown.get()))) {
        transaction.execute("DROP TABLE IF EXISTS " + qualified(shown.get()));
        transaction.execute(
            "CREATE TABLE "
                + qualified(shown.get())
                + " ("
                + String.join(", ", columns(shown.get()))
                + ")");
        forget(transaction, "progress.ledgers", "source", own, false);
      }
      forget(transaction, qualified(shown.get()), "source", own, true);
    }
    forget(
        transaction,
        "progress.ledgers",
        "source",
        sources.keySet().stream().map(Identifier::literal).toList(),
        true);
  }

  private static void forget(
      Transaction transaction, String from, String column, List<String> names, boolean others)
      throws SQLException {
    if (!names.isEmpty() || others) {
      String in = names.isEmpty() ? "" : " WHERE " + column + (others ? " NOT" : "") + " IN (";
      transaction.execute(
          "DELETE FROM " + from + in + String.join(", ", names) + (names.isEmpty() ? "" : ")"));
    }
  }

  private static String qualified(LedgerTable table) {
    return "store.system." + Identifier.quote(table.name());
  }

  private static List<String> columns(LedgerTable table) {
    List<String> columns = new ArrayList<>();
    columns.add("\"source\" VARCHAR");
    for (Column column : table.columns().columns()) {
      columns.add(Identifier.quote(column.name()) + " " + column.type());
    }
    columns.add("\"key\" VARCHAR");
    return columns;
  }

  private static List<String> columns(Transaction transaction, LedgerTable table)
      throws SQLException {
    List<String> columns = new ArrayList<>();
    transaction.query(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'store' AND schema_name = 'system' AND table_name = "
            + Identifier.literal(table.name())
            + " ORDER BY column_index",
        row -> columns.add(Identifier.quote(row.getString(1)) + " " + row.getString(2)));
    return columns;
  }

  /**
   * Where to read on in a topic; empty from its beginning, without any rows, if this is not the
   * topic that was read, or that is too long ago.
   */
  Optional<Position> position(Transaction transaction, String topic, String topicId, Duration most)
      throws SQLException {
    List<Position> positions = new ArrayList<>();
    transaction.query(
        "SELECT next_offset, scope FROM progress.ledgers WHERE source = %s AND topic_id = %s AND read_at > now() - INTERVAL %d SECOND"
            .formatted(Identifier.literal(source), Identifier.literal(topicId), most.toSeconds()),
        row -> {
          positions.add(new Position(topic, topicId, 0, row.getLong(1)));
          scope = row.getString(2);
        });
    if (positions.isEmpty()) {
      clear(transaction);
    }
    return positions.stream().findFirst();
  }

  /** Forgets all of the source's rows, and how far it was read. */
  void clear(Transaction transaction) throws SQLException {
    scope = null;
    transaction.execute("DELETE FROM " + qualified(table) + ofSource());
    transaction.execute("DELETE FROM progress.ledgers" + ofSource());
  }

  private String ofSource() {
    return " WHERE source = " + Identifier.literal(source);
  }

  /**
   * Writes entries, and the position behind them.
   *
   * @param newest by key; null for one that was forgotten
   */
  void write(Transaction transaction, Map<String, byte @Nullable []> newest, Position position)
      throws SQLException {
    entries.clear();
    newest.forEach(
        (key, value) -> {
          entries.addRow();
          entries.set(0, key);
          entries.set(1, value);
        });
    if (entries.size() > 0) {
      String rows = RowFunction.sql(handle);
      transaction.execute(
          "DELETE FROM "
              + qualified(table)
              + ofSource()
              + " AND key IN (SELECT c0 FROM "
              + rows
              + ")");
      String values =
          table.columns().columns().stream()
              .map(
                  c ->
                      "TRY_CAST(json_extract_string(c1, "
                          + Identifier.literal("$." + Identifier.quote(c.name()))
                          + ") AS "
                          + c.type()
                          + ") AS "
                          + Identifier.quote(c.name()))
              .collect(Collectors.joining(", "));
      transaction.execute(
          "INSERT INTO "
              + qualified(table)
              + " SELECT * FROM (SELECT "
              + Identifier.literal(source)
              + ", "
              + values
              + ", c0 FROM "
              + rows
              + " WHERE c1 IS NOT NULL AND json_valid(c1)) WHERE "
              + Identifier.quote(table.columns().columns().get(0).name())
              + " IS NOT NULL");
    }
    if (newest.containsKey(LedgerEntry.SCOPE)) {
      byte[] written = newest.get(LedgerEntry.SCOPE);
      scope = written == null ? null : new String(written, StandardCharsets.UTF_8);
    }
    transaction.execute("DELETE FROM progress.ledgers" + ofSource());
    transaction.execute(
        "INSERT INTO progress.ledgers VALUES (%s, %s, %d, now(), %s)"
            .formatted(
                Identifier.literal(source),
                Identifier.literal(position.topicId()),
                position.nextOffset(),
                scope == null ? "NULL" : Identifier.literal(scope)));
  }

  @Override
  public void close() {
    RowFunction.remove(handle);
  }
}
