package dev.millrace.engine.store;

import dev.millrace.api.type.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the rows of a table by the columns of one key. While the table is small it is scanned; from
 * some size on there is a {@link KeyIndex}, which knows committed rows only and is derived: it is
 * built from the table when it is first needed, and catches up with rows that large batches
 * appended without telling it. It may lead to rows that such batches have deleted; where that are
 * many it is thrown away, and where all indexes take more memory than they may: then the table is
 * scanned again. For the flow's thread.
 */
public final class KeyLookup {
  /** A key with more rows than this is scanned for. */
  private static final int HEAVY_KEY = 256;

  /** So many entries for rows that are gone harm no index. */
  private static final long FEW = 10_000;

  private static final Logger LOG = LoggerFactory.getLogger(KeyLookup.class);

  private final KeptTable table;
  private final List<String> key;
  private final boolean byText;
  private final List<KeyRead> reads = new ArrayList<>();
  private @Nullable KeyIndex index;
  private long indexedTo;
  private long indexFrom;
  private long stale;
  private boolean scanned;

  /** A lookup that has an index from so many rows on. */
  KeyLookup(KeptTable table, List<String> key, boolean byText, long indexFrom) {
    this.table = table;
    this.indexFrom = indexFrom;
    this.key = List.copyOf(key);
    this.byText = byText;
  }

  /** Has an index from the first row on. */
  public KeyLookup always() {
    indexFrom = 0;
    return this;
  }

  boolean isAlways() {
    return indexFrom == 0;
  }

  /** True if statements find rows by the index now. */
  boolean isReadByIndex() {
    return index != null && !reads.isEmpty();
  }

  /** Rows that an index has to take in before statements can read by it; 0 if they do not. */
  long rowsToIndex() {
    if (reads.isEmpty() || isAlways() || table.rows() < indexFrom) {
      return 0;
    }
    return index == null ? table.rows() : table.next() - indexedTo;
  }

  KeptTable table() {
    return table;
  }

  /** The columns. */
  public List<String> key() {
    return key;
  }

  /** True if rows are found by the hash of the key's text, which Java can make without DuckDB. */
  boolean isByText() {
    return byText;
  }

  /** A place in statements that reads the table by this key. */
  public KeyRead read() {
    KeyRead read = new KeyRead(this);
    reads.add(read);
    return read;
  }

  /** SQL of the hash of columns that stand for the key's. */
  static String hash(String prefix, List<String> columns) {
    return columns.stream()
        .map(k -> prefix + Identifier.quote(k))
        .collect(Collectors.joining(", ", "(hash(", ") >> 1)::BIGINT"));
  }

  /** The index, if there is one that knows every committed row. */
  public @Nullable KeyIndex index() {
    return index;
  }

  /** Makes the index, or lets it catch up, if the table is large enough to want one. */
  void prepare(StoreReader reader) throws SQLException {
    KeyIndex known = index;
    if (known == null) {
      if (table.rows() < indexFrom || !(isAlways() || hasRoom())) {
        return;
      }
      known = create(reader);
      if (known == null) {
        return;
      }
    } else if (indexedTo >= table.next()) {
      return;
    }
    // Whatever becomes of the attempt, entries are not added twice.
    index = null;
    int heavy = known.heavyKeys();
    fillOrClose(reader, known);
    if (stale > 0 && known.heavyKeys() > heavy) {
      // A key may have been given up for the sake of rows that are gone.
      known.close();
      known = create(reader);
      if (known == null) {
        return;
      }
      fillOrClose(reader, known);
    }
    index = known;
    indexedTo = table.next();
  }

  /** An empty index; null if the oldest row is too old for one. */
  private @Nullable KeyIndex create(StoreReader reader) throws SQLException {
    long oldest = reader.number("SELECT min(" + table.number() + ") FROM " + table.name());
    long first = oldest == 0 ? table.next() : oldest;
    if (!KeyIndex.reaches(first, table.next())) {
      return null;
    }
    indexedTo = 0;
    forgetStale();
    return new KeyIndex(memory(), first, table.rows(), HEAVY_KEY);
  }

  private void fillOrClose(StoreReader reader, KeyIndex known) throws SQLException {
    boolean filled = false;
    try {
      fill(reader, known);
      filled = true;
    } finally {
      if (!filled) {
        known.close();
      }
    }
  }

  private IndexMemory memory() {
    return table.reader().store().indexMemory();
  }

  /** Room for an index that is then not given up at once. */
  private boolean hasRoom() {
    boolean fits = memory().fits(KeyIndex.bytesOf(table.rows()) / 4 * 5);
    if (!fits && !scanned) {
      scanned = true;
      LOG.warn(
          "indexes take {} MB: {} with {} rows is scanned for its keys, which is slower; raise `--memory`",
          memory().used() >> 20,
          table.name(),
          table.rows());
    } else if (fits) {
      scanned = false;
    }
    return fits;
  }

  private void giveUpIfTooLarge() {
    if (index != null && !isAlways() && !memory().fits(0)) {
      drop();
    }
  }

  private void drop() {
    KeyIndex known = index;
    index = null;
    forgetStale();
    if (known != null) {
      known.close();
    }
  }

  /** A read has dropped an entry that was. */
  void staleDropped() {
    stale = Math.max(0, stale - 1);
  }

  private void forgetStale() {
    stale = 0;
    table.forgetRemovedCopies();
  }

  private void fill(StoreReader reader, KeyIndex known) throws SQLException {
    String where = " FROM " + table.name() + " WHERE " + table.number() + " >= " + indexedTo;
    if (byText) {
      String text = Identifier.quote(key.get(0));
      reader.query(
          "SELECT " + text + "::VARCHAR, " + table.number() + where + " AND " + text + " NOTNULL",
          List.of(Wire.Kind.TEXT, Wire.Kind.LONG),
          (rows, i) -> known.add(KeyHash.of(String.valueOf(rows.text(0, i))), rows.number(1, i)));
    } else {
      reader.query(
          "SELECT " + hash("", key) + ", " + table.number() + where,
          List.of(Wire.Kind.LONG, Wire.Kind.LONG),
          (rows, i) -> known.add(rows.number(0, i), rows.number(1, i)));
    }
  }

  /** The caller has added every row to {@link #index} itself, up to the table's next number. */
  public void caughtUp() {
    indexedTo = table.next();
  }

  /** The batch is committed: what it appended and deleted is in the table. */
  void committed(LongPairs added, LongPairs gone, boolean complete) {
    KeyIndex known = index;
    if (known == null || byText) {
      return;
    }
    if (!known.reaches(table.next())) {
      drop();
      return;
    }
    if (complete && indexedTo + added.size() >= table.next()) {
      added.forEach(known::add);
      indexedTo = table.next();
    }
    // Else appended without hashes: the index catches up when it is needed again.
    boolean few = true;
    for (int i = 0; i < gone.size(); i++) {
      long number = gone.first(i);
      if (number < indexedTo && reads.stream().noneMatch(read -> read.forget(known, number))) {
        // A read that the entry leads to finds no row, and drops it.
        few &= table.removeCopy(number);
        stale++;
      }
    }
    if (!few || stale > Math.max(FEW, table.rows() / 2)) {
      drop();
    }
    giveUpIfTooLarge();
  }

  /** Rows with smaller numbers are gone; makes room for others. */
  void expire(long firstNumber, long deleted) {
    KeyIndex known = index;
    if (known != null) {
      known.expireBelow(firstNumber);
      known.sweep((int) Math.min(10_000_000, 4 * deleted));
    }
  }

  /** The batch was rolled back. */
  void rolledBack() {
    reads.forEach(KeyRead::reset);
  }

  /** The table is not what it was: the index is built anew when it is needed. */
  void forgetIndex() {
    drop();
  }

  /** A statement that did not end in time may still probe, so the memory goes with the garbage. */
  void close() {
    reads.forEach(KeyRead::close);
    index = null;
  }

  long bytes() {
    KeyIndex known = index;
    return known == null ? 0 : known.bytes();
  }
}
