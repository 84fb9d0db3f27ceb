package dev.millrace.engine.store;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Tables that a flow keeps between batches, with a row number {@code _n} that grows with insertion,
 * and the indexes that find their rows by key. A small table is scanned; a large one has a {@link
 * KeyIndex} from the hash of the key to row numbers, and rows are fetched by number, which DuckDB
 * prunes by zone maps since numbers grow with position. Indexes are derived: they are built from
 * the tables at start and may name rows that a rollback or a deletion has removed.
 *
 * <p>For one thread. After a {@link dev.millrace.api.error.RetryException} of the writer, {@link
 * #load} again.
 */
public final class StateTables {
  /** From this many rows on, looking rows up by index beats scanning. */
  private static final long INDEX_FROM_ROWS = 50_000;

  /** A probe of more than a this-many-th of the table scans it: measured, see ARCHITECTURE.md. */
  private static final long SCAN_FROM_SHARE = 250;

  /** A key with more rows than this is scanned for. */
  private static final int HEAVY_KEY = 256;

  private static final DataType VARCHAR = new DataType.Scalar(DataType.Kind.VARCHAR);

  private final Map<String, Table> tables = new HashMap<>();
  private final KeyIndex.Candidates candidates = new KeyIndex.Candidates();

  /** One table; {@code name} is qualified and quoted. */
  private static final class Table {
    final String name;
    final String columns;
    final List<String> key;
    long next = 1;
    long rows;
    long appendedSinceForget;
    long forgottenAt;
    @Nullable KeyIndex index;
    boolean indexIsOfTransaction;
    long committedRows;
    long floorAfterCommit;
    long sweepAfterCommit;
    final LongList removed = new LongList();

    Table(String name, String columns, List<String> key) {
      this.name = name;
      this.columns = columns;
      this.key = key;
    }

    String hash(String alias, List<String> names) {
      return names.stream()
          .map(k -> alias + Identifier.quote(k))
          .collect(Collectors.joining(", ", "(hash(", ") >> 1)::BIGINT"));
    }
  }

  /**
   * Makes the table if it is missing, and loads what is needed to find its rows.
   *
   * @param schemaName the database schema
   * @param name the table's name, by which the other methods know it: {@code schemaName.name}
   * @param key the columns of {@link #slice}; empty if it is never sliced
   */
  public void create(
      Transaction transaction, String schemaName, String name, Schema schema, List<String> key)
      throws SQLException {
    String qualified = Identifier.quote(schemaName) + "." + Identifier.quote(name);
    String definitions =
        schema.columns().stream()
            .map(c -> Identifier.quote(c.name()) + " " + c.type() + compression(c) + ", ")
            .collect(Collectors.joining());
    transaction.execute("CREATE SCHEMA IF NOT EXISTS " + Identifier.quote(schemaName));
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS " + qualified + " (" + definitions + "_n BIGINT)");
    String columns =
        schema.columns().stream()
            .map(Column::name)
            .map(Identifier::quote)
            .collect(Collectors.joining(", "));
    Table table = new Table(qualified, columns, List.copyOf(key));
    tables.put(schemaName + "." + name, table);
    load(transaction, table);
  }

  /**
   * Strings are fetched a few at a time from anywhere, and decoding a vector for each takes five
   * times as long.
   */
  private static String compression(Column column) {
    return column.type().equals(VARCHAR) ? " USING COMPRESSION uncompressed" : "";
  }

  /** Reads sizes and rebuilds indexes, when memory may differ from the store. */
  public void load(Transaction transaction) throws SQLException {
    for (Table table : tables.values()) {
      load(transaction, table);
    }
  }

  private void load(Transaction transaction, Table table) throws SQLException {
    transaction.query(
        "SELECT count(*), coalesce(max(_n), 0) + 1 FROM " + table.name,
        row -> {
          table.rows = row.getLong(1);
          table.next = Math.max(table.next, row.getLong(2));
        });
    table.committedRows = table.rows;
    table.removed.clear();
    table.sweepAfterCommit = 0;
    table.index = null;
    indexIfLarge(transaction, table);
  }

  private void indexIfLarge(Transaction transaction, Table table) throws SQLException {
    if (table.index != null || table.key.isEmpty() || table.rows < INDEX_FROM_ROWS) {
      return;
    }
    KeyIndex index = new KeyIndex(firstNumber(transaction, table), table.rows, HEAVY_KEY);
    transaction.query(
        "SELECT " + table.hash("", table.key) + ", _n FROM " + table.name,
        row -> index.add(row.getLong(1), row.getLong(2)));
    table.index = index;
    table.indexIsOfTransaction = true;
  }

  private static long firstNumber(Transaction transaction, Table table) throws SQLException {
    long first = transaction.number("SELECT min(_n) FROM " + table.name);
    return first == 0 ? table.next : first;
  }

  /**
   * Appends the rows of a SELECT whose columns are the table's without {@code _n}; returns how
   * many.
   */
  public long append(Transaction transaction, String name, String select) throws SQLException {
    Table table = table(name);
    String insert =
        "INSERT INTO "
            + table.name
            + " ("
            + table.columns
            + ", _n) SELECT *, "
            + (table.next - 1)
            + " + row_number() OVER () FROM ("
            + select
            + ")";
    long before = table.next;
    KeyIndex index = table.index;
    if (index == null) {
      table.next += transaction.update(insert);
    } else {
      transaction.query(
          insert + " RETURNING " + table.hash("", table.key) + ", _n",
          row -> {
            index.add(row.getLong(1), row.getLong(2));
            table.next = Math.max(table.next, row.getLong(2) + 1);
          });
    }
    long added = table.next - before;
    table.rows += added;
    table.appendedSinceForget += added;
    indexIfLarge(transaction, table);
    return added;
  }

  /**
   * Makes the temporary table {@code into} with every row of a table whose key equals a key of
   * {@code probe} (nulls equal), perhaps with more rows.
   */
  public void slice(
      Transaction transaction, String into, String name, String probe, List<String> probeKey)
      throws SQLException {
    Table table = table(name);
    String make =
        "CREATE OR REPLACE TEMP TABLE "
            + Identifier.quote(into)
            + " AS SELECT s.* FROM "
            + table.name
            + " s";
    KeyIndex index = table.index;
    if (index != null) {
      long probes = transaction.number("SELECT count(*) FROM " + probe);
      if (probes * SCAN_FROM_SHARE < table.rows
          && findAll(transaction, table, index, probe, probeKey)) {
        if (candidates.size == 0) {
          transaction.execute(make + " WHERE false");
          return;
        }
        RowNumbers.with(
            candidates.ids,
            candidates.size,
            numbers -> transaction.execute(make + " JOIN " + numbers + " i ON s._n = i.n"));
        return;
      }
    }
    String match =
        IntStream.range(0, probeKey.size())
            .mapToObj(
                i ->
                    "s."
                        + Identifier.quote(table.key.get(i))
                        + " IS NOT DISTINCT FROM p."
                        + Identifier.quote(probeKey.get(i)))
            .collect(Collectors.joining(" AND "));
    transaction.execute(make + " SEMI JOIN " + probe + " p ON " + match);
  }

  private boolean findAll(
      Transaction transaction, Table table, KeyIndex index, String probe, List<String> probeKey)
      throws SQLException {
    candidates.clear();
    boolean[] light = {true};
    transaction.query(
        "SELECT DISTINCT " + table.hash("", probeKey) + " FROM " + probe,
        row -> light[0] &= index.find(row.getLong(1), candidates));
    candidates.sortDistinct();
    return light[0];
  }

  /** Deletes the rows whose numbers the SELECT (one column) returns; returns how many. */
  public long remove(Transaction transaction, String name, String select) throws SQLException {
    Table table = table(name);
    String delete = "DELETE FROM " + table.name + " WHERE _n IN (" + select + ")";
    KeyIndex index = table.index;
    long[] removed = {0};
    if (index == null) {
      removed[0] = transaction.update(delete);
    } else {
      transaction.query(
          delete + " RETURNING " + table.hash("", table.key) + ", _n",
          row -> {
            table.removed.add(row.getLong(1), row.getLong(2));
            removed[0]++;
          });
    }
    table.rows -= removed[0];
    return removed[0];
  }

  /**
   * Moves the rows with {@code column} before an instant to the temporary table {@code into}, with
   * {@code _n}.
   *
   * @param before an SQL expression; if it is NULL, nothing is moved
   */
  public void take(Transaction transaction, String into, String name, String column, String before)
      throws SQLException {
    Table table = table(name);
    transaction.execute(
        "CREATE OR REPLACE TEMP TABLE "
            + Identifier.quote(into)
            + " AS SELECT * FROM "
            + table.name
            + " WHERE "
            + Identifier.quote(column)
            + " < ("
            + before
            + ")");
    remove(transaction, name, "SELECT _n FROM " + Identifier.quote(into));
  }

  /**
   * Deletes the rows with {@code column} before an instant, if enough has been appended or enough
   * time has passed since the last time for it to be worth a statement.
   *
   * @param before an SQL expression; if it is NULL, nothing is deleted
   * @param nowNanos a monotonic clock
   * @return how many rows were deleted
   */
  public long forget(
      Transaction transaction, String name, String column, String before, long nowNanos)
      throws SQLException {
    Table table = table(name);
    boolean grown = table.appendedSinceForget > Math.max(100_000, table.rows / 8);
    boolean due = table.appendedSinceForget > 0 && nowNanos - table.forgottenAt > 2_000_000_000L;
    if (!grown && !due) {
      return 0;
    }
    long deleted =
        transaction.update(
            "DELETE FROM "
                + table.name
                + " WHERE "
                + Identifier.quote(column)
                + " < ("
                + before
                + ")");
    table.rows -= deleted;
    table.appendedSinceForget = 0;
    table.forgottenAt = nowNanos;
    KeyIndex index = table.index;
    if (index != null && deleted > 0) {
      table.floorAfterCommit = firstNumber(transaction, table);
      table.sweepAfterCommit = 4 * deleted;
    }
    return deleted;
  }

  /** The transaction was committed: index entries of deleted rows go. */
  public void committed() {
    for (Table table : tables.values()) {
      table.indexIsOfTransaction = false;
      table.committedRows = table.rows;
      KeyIndex index = table.index;
      if (index != null) {
        table.removed.forEach(index::remove);
        if (table.sweepAfterCommit > 0) {
          index.expireBelow(table.floorAfterCommit);
          index.sweep((int) Math.min(10_000_000, table.sweepAfterCommit));
        }
      }
      table.removed.clear();
      table.sweepAfterCommit = 0;
    }
  }

  /**
   * The transaction was rolled back: rows that it deleted live on; index entries that it added are
   * stale and harmless.
   */
  public void rolledBack() {
    for (Table table : tables.values()) {
      table.rows = table.committedRows;
      if (table.indexIsOfTransaction) {
        // It was built without the rows that this transaction had deleted and that live again.
        table.index = null;
        table.indexIsOfTransaction = false;
      }
      table.removed.clear();
      table.sweepAfterCommit = 0;
      table.forgottenAt = 0;
    }
  }

  /** Pairs of numbers, growable. */
  private static final class LongList {
    private long[] values = new long[64];
    private int size;

    /** What is done with a pair. */
    interface Pairs {
      void accept(long first, long second);
    }

    void add(long first, long second) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = first;
      values[size++] = second;
    }

    void forEach(Pairs pairs) {
      for (int i = 0; i < size; i += 2) {
        pairs.accept(values[i], values[i + 1]);
      }
    }

    void clear() {
      size = 0;
    }
  }

  /** Live rows of a table, as counted by the changes since {@link #load}. */
  public long rows(String name) {
    return table(name).rows;
  }

  /** Bytes of heap that the indexes take. */
  public long indexBytes() {
    return tables.values().stream().mapToLong(t -> t.index == null ? 0 : t.index.bytes()).sum();
  }

  private Table table(String name) {
    Table table = tables.get(name);
    if (table == null) {
      throw new IllegalStateException("no state table " + name);
    }
    return table;
  }
}
