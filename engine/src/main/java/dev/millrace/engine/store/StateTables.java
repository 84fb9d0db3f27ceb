package dev.millrace.engine.store;

import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tables that a flow keeps between batches: states of its programs, what its streams have
 * published, rows of sources that joins still need, changes that wait for sinks. For the flow's
 * thread; {@link #rows} for any.
 */
public final class StateTables implements AutoCloseable {
  private final StoreReader reader;
  private final Map<String, KeptTable> tables = new LinkedHashMap<>();
  private final Vacuum vacuum = new Vacuum();

  /** No tables yet, of a store that is open. */
  public StateTables(Store store) {
    this.reader = new StoreReader(store);
  }

  /** Reads what is committed, for the flow's thread. */
  public StoreReader reader() {
    return reader;
  }

  /**
   * Makes a table if it is missing, and reads its size.
   *
   * @param schemaName the database schema
   * @param name unquoted, unique in the schema
   * @param schema its columns without the number
   * @param number the column of numbers
   * @param key the columns of its lookup; empty if it is never read by key
   */
  public KeptTable create(
      Transaction transaction,
      String schemaName,
      String name,
      Schema schema,
      String number,
      List<String> key)
      throws SQLException {
    KeptTable table = known(schemaName, name, schema, number);
    if (!key.isEmpty()) {
      table.lookup(key, false);
    }
    make(transaction, schemaName, table);
    return table;
  }

  /** As {@link #create}, of a table whose rows are found by single columns' texts. */
  public KeptTable createByText(
      Transaction transaction,
      String schemaName,
      String name,
      Schema schema,
      String number,
      List<String> keys)
      throws SQLException {
    KeptTable table = known(schemaName, name, schema, number);
    keys.forEach(key -> table.lookup(List.of(key), true));
    make(transaction, schemaName, table);
    return table;
  }

  private KeptTable known(String schemaName, String name, Schema schema, String number) {
    String qualified = Identifier.quote(schemaName) + "." + Identifier.quote(name);
    return tables.computeIfAbsent(
        schemaName + "." + name, k -> new KeptTable(qualified, schema, number, reader));
  }

  private static void make(Transaction transaction, String schemaName, KeptTable table)
      throws SQLException {
    transaction.execute("CREATE SCHEMA IF NOT EXISTS " + Identifier.quote(schemaName));
    table.create(transaction);
    table.load(transaction);
  }

  /** The table of that name: {@code schema.name}. */
  public KeptTable table(String name) {
    KeptTable table = tables.get(name);
    if (table == null) {
      throw new IllegalStateException("no table " + name);
    }
    return table;
  }

  /**
   * Makes the indexes that the next batch wants, from what is committed.
   *
   * @param all true for a batch that reads tables by key; false for one that scans them, which only
   *     wants the indexes that there always are
   */
  public void prepareLookups(boolean all) throws SQLException {
    for (KeptTable table : tables.values()) {
      table.prepareLookups(all);
    }
  }

  /** Rows of the largest table that is read by an index which a scan would leave behind. */
  public long largestIndexed() {
    return tables.values().stream()
        .filter(KeptTable::isReadByIndex)
        .mapToLong(KeptTable::rows)
        .max()
        .orElse(0);
  }

  /** The most rows that an index of a table has to take in before statements can read by it. */
  public long largestToIndex() {
    return tables.values().stream().mapToLong(KeptTable::rowsToIndex).max().orElse(0);
  }

  /** Changes when statements over these tables should be written anew. */
  public List<Integer> shape() {
    List<Integer> shapes = new ArrayList<>();
    tables.values().forEach(table -> shapes.add(table.shape()));
    return shapes;
  }

  /** Says how much a checkpoint tidies up, from what the batch in hand did; before its commit. */
  public void fitVacuum(Transaction transaction) throws SQLException {
    transaction.useVacuumTasks(vacuum.tasks(tables.values()));
  }

  /** Empties all tables. */
  public void clear(Transaction transaction) throws SQLException {
    for (KeptTable table : tables.values()) {
      table.clear(transaction);
    }
  }

  /** The transaction was committed. */
  public void committed() {
    tables.values().forEach(KeptTable::committed);
  }

  /** The transaction was rolled back. */
  public void rolledBack() {
    tables.values().forEach(KeptTable::rolledBack);
  }

  /** Live rows of a table, as counted by the changes since it was loaded. */
  public long rows(String name) {
    return table(name).rows();
  }

  /** Bytes of heap that the indexes take. */
  public long indexBytes() {
    return tables.values().stream().mapToLong(KeptTable::indexBytes).sum();
  }

  @Override
  public void close() {
    tables.values().forEach(KeptTable::close);
    reader.close();
  }
}
