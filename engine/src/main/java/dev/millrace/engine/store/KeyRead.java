package dev.millrace.engine.store;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One place in a flow's statements that reads a table by key. A statement probes keys first, which
 * leads to numbers of rows that may have them, and then reads these rows as committed: the table as
 * it was before the batch. Both happen in the middle of that statement, the second through {@link
 * StoreReader}. For one thread at a time.
 */
public final class KeyRead implements RowFunction.Provider {
  private final KeyLookup lookup;
  private final List<Wire> wires = new ArrayList<>();
  private final List<Wire.Kind> kinds = new ArrayList<>();
  private final boolean possible;
  private final long probeHandle;
  private final long rowHandle;
  private final KeyIndex.Candidates found = new KeyIndex.Candidates();
  private final LongPairs pairs = new LongPairs();
  private final LongPairs heavy = new LongPairs();
  private long[] numbers = new long[0];
  private long[] hashes = new long[0];

  KeyRead(KeyLookup lookup) {
    this.lookup = lookup;
    boolean all = true;
    for (Column column : lookup.table().schema().columns()) {
      Optional<Wire> wire = Wire.of(column.type());
      all &= wire.isPresent();
      wire.ifPresent(wires::add);
    }
    possible = all;
    wires.forEach(wire -> kinds.add(wire.kind()));
    kinds.add(Wire.Kind.LONG);
    probeHandle = Callbacks.add(this);
    rowHandle = RowFunction.add(this);
  }

  /** The table that is read. */
  public KeptTable table() {
    return lookup.table();
  }

  /** True if rows are found by index now; a statement is written accordingly. */
  public boolean isIndexed() {
    return possible && lookup.index() != null;
  }

  /** A SELECT of one row that probes every key of a relation. */
  public String probeSql(String relation, List<String> columns) {
    String call =
        lookup.isByText()
            ? "millrace_probe_text("
                + probeHandle
                + ", "
                + Identifier.quote(columns.get(0))
                + "::VARCHAR)"
            : "millrace_probe(" + probeHandle + ", " + KeyLookup.hash("", columns) + ")";
    return "SELECT count(" + call + ") AS n FROM " + relation;
  }

  /** A SELECT of the rows that were probed for, to run when {@code probed} has. */
  public String rowsSql(String probed) {
    StringBuilder select = new StringBuilder("SELECT ");
    List<Column> columns = table().schema().columns();
    for (int i = 0; i < columns.size(); i++) {
      select.append(wires.get(i).in("c" + i)).append(" AS ");
      select.append(Identifier.quote(columns.get(i).name())).append(", ");
    }
    select.append('c').append(columns.size()).append(" AS ").append(table().number());
    return select
        .append(" FROM ")
        .append(RowFunction.plannedSql(rowHandle, "n", " FROM " + probed))
        .toString();
  }

  /** A SELECT of the table's rows whose key is in a relation, by scanning the table. */
  public String scanSql(String relation, List<String> columns) {
    List<String> same = new ArrayList<>();
    for (int i = 0; i < columns.size(); i++) {
      same.add(
          "s."
              + Identifier.quote(lookup.key().get(i))
              + " IS NOT DISTINCT FROM p."
              + Identifier.quote(columns.get(i)));
    }
    return "SELECT s.* FROM "
        + table().name()
        + " s SEMI JOIN "
        + relation
        + " p ON "
        + String.join(" AND ", same);
  }

  /** A statement has a key with this hash. */
  synchronized void probe(long hash) {
    KeyIndex index = lookup.index();
    if (index == null) {
      throw new IllegalStateException("no index of " + table().name());
    }
    found.clear();
    boolean light;
    // Another read of the same statement may be dropping stale entries, which moves others.
    synchronized (lookup) {
      light = index.find(hash, found);
    }
    if (!light) {
      heavy.add(hash, 0);
    }
    long limit = table().committedNext();
    for (int i = 0; i < found.size; i++) {
      if (found.ids[i] < limit) {
        pairs.add(found.ids[i], hash);
      }
    }
  }

  @Override
  public List<Wire.Kind> columns() {
    return kinds;
  }

  @Override
  public long expected() {
    return 100;
  }

  /** The rows probed for since the last time. */
  @Override
  public synchronized Rows open() throws SQLException {
    settle();
    Block rows = new Block(kinds);
    String select = "SELECT " + selectList() + table().number() + " FROM " + table().name() + " s";
    boolean everything = heavy.size() > 0 && lookup.isByText();
    long[] wanted = everything ? new long[0] : table().readCopies(numbers, rows);
    if (wanted.length > 0) {
      RowNumbers.with(
          wanted,
          wanted.length,
          relation ->
              table()
                  .reader()
                  .query(
                      select + " JOIN " + relation + " i ON s." + table().number() + " = i.c0",
                      rows));
    }
    if (!everything) {
      dropStale(rows);
    }
    if (heavy.size() > 0) {
      scanHeavy(select, rows);
    }
    heavy.clear();
    return rows;
  }

  private String selectList() {
    List<Column> columns = table().schema().columns();
    StringBuilder list = new StringBuilder();
    for (int i = 0; i < columns.size(); i++) {
      list.append(wires.get(i).out("s." + Identifier.quote(columns.get(i).name()))).append(", ");
    }
    return list.toString();
  }

  /** Sorts what was found by number, each once. */
  private void settle() {
    long[] sorted = new long[pairs.size()];
    for (int i = 0; i < sorted.length; i++) {
      sorted[i] = pairs.first(i);
    }
    Arrays.sort(sorted);
    int kept = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[kept++] = sorted[i];
      }
    }
    numbers = Arrays.copyOf(sorted, kept);
    hashes = new long[kept];
    for (int i = 0; i < pairs.size(); i++) {
      hashes[Arrays.binarySearch(numbers, pairs.first(i))] = pairs.second(i);
    }
    pairs.clear();
  }

  private void scanHeavy(String select, Block rows) throws SQLException {
    if (lookup.isByText()) {
      // The hash of a text is Java's: every row is looked at, and the statement compares keys.
      table().reader().query(select, rows);
      return;
    }
    List<String> wanted = new ArrayList<>();
    heavy.forEach((hash, zero) -> wanted.add(Long.toString(hash)));
    String in = wanted.stream().distinct().collect(Collectors.joining(","));
    String not =
        numbers.length == 0
            ? ""
            : " AND "
                + table().number()
                + " NOT IN ("
                + Arrays.stream(numbers).mapToObj(Long::toString).collect(Collectors.joining(","))
                + ")";
    table()
        .reader()
        .query(
            select + " WHERE " + KeyLookup.hash("s.", lookup.key()) + " IN (" + in + ")" + not,
            rows);
  }

  /** Entries of the index that led to no row are of no use. */
  private void dropStale(Block rows) {
    KeyIndex index = lookup.index();
    if (index == null || rows.size() >= numbers.length) {
      return;
    }
    boolean[] there = new boolean[numbers.length];
    int column = kinds.size() - 1;
    for (int i = 0; i < rows.size(); i++) {
      int at = Arrays.binarySearch(numbers, rows.number(column, i));
      if (at >= 0) {
        there[at] = true;
      }
    }
    synchronized (lookup) {
      for (int i = 0; i < there.length; i++) {
        if (!there[i] && index.remove(hashes[i], numbers[i])) {
          lookup.staleDropped();
        }
      }
    }
  }

  /** Removes a deleted row from the index, if this read has led to it. */
  boolean forget(KeyIndex index, long number) {
    int at = Arrays.binarySearch(numbers, number);
    if (at < 0) {
      return false;
    }
    index.remove(hashes[at], number);
    return true;
  }

  /** Forgets what was probed for: the statement failed. */
  void reset() {
    pairs.clear();
    heavy.clear();
    numbers = new long[0];
  }

  void close() {
    Callbacks.remove(probeHandle);
    RowFunction.remove(rowHandle);
  }
}
