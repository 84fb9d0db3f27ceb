package dev.millrace.engine.store;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.duckdb.DuckDBDataChunkReader;
import org.duckdb.DuckDBReadableVector;
import org.duckdb.DuckDBWritableVector;

/**
 * A table that a flow keeps between batches. Its rows have numbers that grow with insertion, so
 * that DuckDB's zone maps find rows by number, and lookups find numbers by key. The SQL that it
 * gives out calls back ({@link Callbacks}), so that counts, numbers and indexes follow what a
 * statement does. For the flow's thread, and DuckDB's while a statement of the flow runs.
 */
public final class KeptTable {
  /** Behind what a delete of single rows should not scan the whole table. */
  private static final long LARGE = 20_000;

  private final String name;
  private final Schema schema;
  private final String number;
  private final StoreReader reader;
  private final long handle = Callbacks.add(this);
  private final List<KeyLookup> lookups = new ArrayList<>();
  private final Optional<RowCopies> copies;
  private final LongPairs added = new LongPairs();
  private final LongPairs gone = new LongPairs();
  private long next = 1;
  private long committedNext = 1;
  private long rows;
  private long committedRows;
  private boolean hashed = true;
  private boolean noted;
  private long appendedSinceForget;
  private long forgottenAt;
  private long floorAfterCommit;
  private long deletedBehindBound;

  /**
   * A table; {@link #create} makes it.
   *
   * @param name qualified and quoted
   * @param schema its columns without the number
   * @param number the column of numbers, which SQL need not quote
   */
  KeptTable(String name, Schema schema, String number, StoreReader reader) {
    this.name = name;
    this.schema = schema;
    this.number = number;
    this.reader = reader;
    this.copies = RowCopies.of(this, reader.store().scratch(), "rows-" + handle);
  }

  /** Qualified and quoted. */
  public String name() {
    return name;
  }

  /** Its columns without the number. */
  public Schema schema() {
    return schema;
  }

  /** The column of numbers. */
  public String number() {
    return number;
  }

  StoreReader reader() {
    return reader;
  }

  KeyLookup lookup(List<String> key, boolean byText) {
    for (KeyLookup lookup : lookups) {
      if (lookup.key().equals(key)) {
        return lookup;
      }
    }
    KeyLookup lookup = new KeyLookup(this, key, byText, reader.store().options().indexFrom());
    lookups.add(lookup);
    return lookup;
  }

  /** The only lookup. */
  public KeyLookup lookup() {
    if (lookups.size() != 1) {
      throw new IllegalStateException(name + " has " + lookups.size() + " lookups");
    }
    return lookups.get(0);
  }

  /** The lookup by these columns. */
  public KeyLookup lookup(List<String> key) {
    return lookups.stream()
        .filter(l -> l.key().equals(key))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException(name + " has no lookup by " + key));
  }

  void create(Transaction transaction) throws SQLException {
    String definitions =
        schema.columns().stream()
            .map(c -> Identifier.quote(c.name()) + " " + c.type() + compression(c) + ", ")
            .collect(Collectors.joining());
    transaction.execute(
        "CREATE TABLE IF NOT EXISTS "
            + name
            + " ("
            + definitions
            + number
            + " BIGINT USING COMPRESSION uncompressed)");
  }

  /**
   * Rows live for minutes, are written and fetched a few at a time, and compressing costs more than
   * all the rest of writing them.
   */
  private static String compression(Column column) {
    return Wire.of(column.type()).isPresent() ? " USING COMPRESSION uncompressed" : "";
  }

  void load(Transaction transaction) throws SQLException {
    transaction.query(
        "SELECT count(*), coalesce(max(" + number + "), 0) + 1 FROM " + name,
        row -> {
          rows = row.getLong(1);
          next = Math.max(next, row.getLong(2));
        });
    rolledBackTo(rows, next);
    lookups.forEach(KeyLookup::forgetIndex);
  }

  /** Empties it, as it was when it was made; numbers of rows are not given again. */
  void clear(Transaction transaction) throws SQLException {
    if (rows > 0) {
      transaction.execute("DELETE FROM " + name);
    }
    appendedSinceForget = 0;
    forgottenAt = 0;
    rolledBackTo(0, next);
    lookups.forEach(KeyLookup::forgetIndex);
  }

  private void rolledBackTo(long wasRows, long wasNext) {
    rows = wasRows;
    committedRows = wasRows;
    next = wasNext;
    committedNext = wasNext;
    forget();
  }

  private void forget() {
    added.clear();
    gone.clear();
    hashed = true;
    noted = false;
    deletedBehindBound = 0;
  }

  /** The next number is at least this: numbers of rows that are gone are not given again. */
  public void atLeast(long number) {
    next = Math.max(next, number);
    committedNext = next;
  }

  /** Rows, as counted since {@link #load}. */
  public long rows() {
    return rows;
  }

  long next() {
    return next;
  }

  long committedNext() {
    return committedNext;
  }

  /** The number of the last row that was ever committed, 0 if there was none. */
  public long lastCommitted() {
    return committedNext - 1;
  }

  /** True if deleting single rows should not scan the table. */
  public boolean isLarge() {
    return rows > LARGE;
  }

  /**
   * An INSERT of the rows of a SELECT whose columns are the table's without the number, in order.
   *
   * @param bulk true for so many rows that indexes had better catch up later
   */
  public String appendSql(String select, boolean bulk) {
    String names = names(schema);
    return "INSERT INTO "
        + name
        + " ("
        + names
        + ", "
        + number
        + ") SELECT *, "
        + numberSql(bulk)
        + " FROM ("
        + select
        + ") AS a("
        + names
        + ")";
  }

  /** SQL of a row's number, by which Java is also given the row if that is of use. */
  private String numberSql(boolean bulk) {
    if (bulk || lookups.isEmpty() || lookups.get(0).isByText()) {
      return "millrace_number(" + handle + ", NULL)";
    }
    String hash = KeyLookup.hash("", lookups.get(0).key());
    return copies.isPresent() && isReadByIndex()
        ? copies.get().numberSql(handle, hash)
        : "millrace_number(" + handle + ", " + hash + ")";
  }

  /** True if it has an index by which statements read it. */
  boolean isReadByIndex() {
    return lookups.stream().anyMatch(KeyLookup::isReadByIndex);
  }

  /** The most rows that one of its indexes has to take in before statements can read by it. */
  long rowsToIndex() {
    return lookups.stream().mapToLong(KeyLookup::rowsToIndex).max().orElse(0);
  }

  private static String names(Schema schema) {
    return schema.names().stream().map(Identifier::quote).collect(Collectors.joining(", "));
  }

  /** A DELETE of the rows whose numbers a SELECT (one column) returns, each once. */
  public String removeSql(String select) {
    return "DELETE FROM "
        + name
        + " WHERE "
        + number
        + " IN ("
        + goneSql("millrace_gone", select)
        + ")";
  }

  /**
   * A SELECT of one row that only notes which rows are to go; {@link #removeNoted} deletes them.
   */
  public String noteSql(String select) {
    return "SELECT count(n) AS n FROM (" + goneSql("millrace_note", select) + ")";
  }

  /** True if rows may have been noted since the last commit, rather than deleted. */
  public boolean isNoted() {
    return noted && gone.size() > 0;
  }

  private String goneSql(String callback, String select) {
    return "SELECT " + callback + "(" + handle + ", n) AS n FROM (" + select + ") AS r(n)";
  }

  /** Deletes the rows that {@link #noteSql} noted in this batch. */
  public void removeNoted(Transaction transaction) throws SQLException {
    if (gone.size() == 0) {
      return;
    }
    long[] numbers = new long[gone.size()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = gone.first(i);
    }
    RowNumbers.with(
        numbers,
        numbers.length,
        relation ->
            transaction.execute(
                "DELETE FROM "
                    + name
                    + " WHERE "
                    + number
                    + " IN (SELECT c0 FROM "
                    + relation
                    + ")"));
  }

  /** Numbers rows that are being appended. */
  synchronized void number(DuckDBReadableVector hashes, int count, DuckDBWritableVector out) {
    for (int i = 0; i < count; i++) {
      long given = next++;
      out.setLong(i, given);
      if (hashes.isNull(i)) {
        hashed = false;
      } else {
        added.add(hashes.getLong(i), given);
      }
    }
    rows += count;
    appendedSinceForget += count;
  }

  /** Numbers rows that are being appended, and copies their numbers. */
  synchronized void row(DuckDBDataChunkReader in, DuckDBWritableVector out) {
    long first = next;
    number(in.vector(1), (int) in.rowCount(), out);
    copies.ifPresent(c -> c.numbers(first, in));
  }

  /** Copies the texts of the rows that {@link #row} has numbered. */
  synchronized void texts(DuckDBDataChunkReader in, DuckDBWritableVector out) {
    RowCopies.pass(in, out);
    copies.ifPresent(c -> c.texts(in));
  }

  /**
   * Adds committed rows to a block, with their number as the last column.
   *
   * @param numbers ascending
   * @return the numbers of those that have to be read from the table
   */
  synchronized long[] readCopies(long[] numbers, Block into) {
    return copies.isPresent() ? copies.get().read(numbers, into) : numbers;
  }

  /** A deleted row that an index may still lead to; false if these become too many. */
  boolean removeCopy(long number) {
    return copies.isEmpty() || copies.get().remove(number);
  }

  /** A lookup has no index any more; if none has, nothing leads to deleted rows. */
  void forgetRemovedCopies() {
    if (lookups.stream().allMatch(lookup -> lookup.index() == null)) {
      copies.ifPresent(RowCopies::forgetRemoved);
    }
  }

  /** Notes rows that are to be deleted by {@link #removeNoted}. */
  synchronized void note(DuckDBReadableVector numbers, int count, DuckDBWritableVector out) {
    noted = true;
    gone(numbers, count, out);
  }

  /** Notes rows that are being deleted. */
  synchronized void gone(DuckDBReadableVector numbers, int count, DuckDBWritableVector out) {
    for (int i = 0; i < count; i++) {
      long number = numbers.getLong(i);
      out.setLong(i, number);
      gone.add(number, 0);
    }
    rows -= count;
  }

  /** Rows that the caller has numbered itself were appended, up to this number. */
  public void appended(long count, long last) {
    rows += count;
    appendedSinceForget += count;
    next = Math.max(next, last + 1);
  }

  /** Rows appended in this batch. */
  public long appendedInBatch() {
    return next - committedNext;
  }

  /** Rows deleted one by one in this batch. */
  public long goneInBatch() {
    return gone.size();
  }

  /** All rows deleted in this batch. */
  long deletedInBatch() {
    return gone.size() + deletedBehindBound;
  }

  /**
   * Deletes the rows whose {@code column} is before an instant, if enough has been appended or
   * enough time has passed for it to be worth a statement.
   *
   * @param before microseconds since 1970
   * @param nowNanos a monotonic clock
   */
  public void forget(Transaction transaction, String column, long before, long nowNanos)
      throws SQLException {
    boolean grown = appendedSinceForget > Math.max(100_000, rows / 8);
    boolean due = appendedSinceForget > 0 && nowNanos - forgottenAt > 2_000_000_000L;
    if (!grown && !due) {
      return;
    }
    long deleted =
        transaction.update(
            "DELETE FROM "
                + name
                + " WHERE "
                + Identifier.quote(column)
                + " < "
                + Instants.sql(before));
    rows -= deleted;
    deletedBehindBound = deleted;
    appendedSinceForget = 0;
    forgottenAt = nowNanos;
    if (deleted > 0 && !lookups.isEmpty()) {
      long first = transaction.number("SELECT min(" + number + ") FROM " + name);
      floorAfterCommit = first == 0 ? next : first;
      copies.ifPresent(c -> c.forgetting(column, before));
    }
  }

  /** The batch was committed. */
  void committed() {
    committedRows = rows;
    committedNext = next;
    boolean deleted = deletedBehindBound > 0 && !lookups.isEmpty();
    for (KeyLookup lookup : lookups) {
      lookup.committed(added, gone, hashed);
      if (deleted) {
        lookup.expire(floorAfterCommit, deletedBehindBound);
      }
    }
    copies.ifPresent(c -> c.committed(deleted, floorAfterCommit));
    forget();
  }

  /** The batch was rolled back: nothing of it is in the table. */
  void rolledBack() {
    rolledBackTo(committedRows, committedNext);
    copies.ifPresent(RowCopies::rolledBack);
    forgottenAt = 0;
    lookups.forEach(KeyLookup::rolledBack);
  }

  /** Makes all indexes that are wanted, or only those that there always are. */
  void prepareLookups(boolean all) throws SQLException {
    for (KeyLookup lookup : lookups) {
      if (all || lookup.isAlways()) {
        lookup.prepare(reader);
      }
    }
    if (all && copies.isPresent() && isReadByIndex()) {
      copies.get().catchUp();
    }
  }

  /** Tells shapes apart that call for other statements: whether there are indexes, and its size. */
  int shape() {
    int shape = isLarge() ? 1 : 0;
    for (KeyLookup lookup : lookups) {
      shape = shape * 2 + (lookup.index() == null ? 0 : 1);
    }
    return shape;
  }

  long indexBytes() {
    return lookups.stream().mapToLong(KeyLookup::bytes).sum();
  }

  void close() {
    Callbacks.remove(handle);
    copies.ifPresent(RowCopies::close);
    lookups.forEach(KeyLookup::close);
  }
}
