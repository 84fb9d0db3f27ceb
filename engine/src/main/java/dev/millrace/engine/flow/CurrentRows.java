package dev.millrace.engine.flow;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Decisions;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Tally;
import dev.millrace.engine.store.Transaction;
import dev.millrace.project.StreamSpec;
import dev.millrace.sql.Step.Blame;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of change data as they are now, one for each key, and with them what a batch's changes
 * mean: the row that was there is taken back, the new one appears. A change that leaves a row as it
 * is, and one that deletes a row that is not there, do nothing.
 *
 * <p>Each row knows the offset that it came with, so that an older record, which was rejected and
 * is tried again, does not overwrite it. While a rejected record of the stream may be tried again,
 * deleted rows are remembered as well, as are offsets of changes that did nothing. For the flow's
 * thread.
 */
final class CurrentRows implements AutoCloseable {
  private static final String BEFORE = "_before_";

  private static final List<Column> KNOWN =
      List.of(
          new Column("_partition", new DataType.Scalar(DataType.Kind.BIGINT)),
          new Column("_offset", new DataType.Scalar(DataType.Kind.BIGINT)),
          new Column("_deleted", new DataType.Scalar(DataType.Kind.BOOLEAN)));

  private final Admission source;
  private final List<Operation> operations = new ArrayList<>();
  private final Tally ignored = new Tally();
  private boolean remembers;
  private @Nullable KeptTable table;

  /** Of a source whose records are changes. */
  CurrentRows(Admission source) {
    this.source = source;
  }

  /** The source. */
  Admission source() {
    return source;
  }

  /** What a batch does, in order. */
  List<Operation> operations() {
    return operations;
  }

  /** Changes of the batch in hand that did nothing to the rows. */
  long ignored() {
    return ignored.counted();
  }

  /** True if deleted rows are remembered, as an older record may be tried again. */
  boolean remembers() {
    return remembers;
  }

  /** A record of the source was rejected. */
  void rejected() {
    remembers = true;
  }

  /** Looks whether a record was rejected that may be tried again; a fill never tries one again. */
  private void look(Transaction transaction) throws SQLException {
    remembers =
        !source.isDecided()
            && transaction.number(
                    "SELECT count(*) FROM store.system.rejected WHERE source = "
                        + Identifier.literal(source.stream().qualifiedName())
                        + " AND "
                        + Decisions.STAYS_REFUSED)
                > 0;
  }

  /** Forgets rows that were deleted once no older record can come. */
  private void forgetDeleted(Transaction transaction) throws SQLException {
    boolean exists =
        transaction.number(
                "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'state' AND table_name = "
                    + Identifier.literal(name()))
            > 0;
    if (!remembers && exists) {
      transaction.execute("DELETE FROM state." + Identifier.quote(name()) + " WHERE _deleted");
    }
  }

  /** As {@link #forgetDeleted}, now and then, in the transaction of a batch that has run. */
  static void trim(List<CurrentRows> all, Transaction transaction) throws SQLException {
    look(all, transaction);
    for (CurrentRows rows : all) {
      KeptTable kept = rows.table;
      if (!rows.remembers && kept != null) {
        transaction.execute(kept.removeSql("SELECT _n FROM " + kept.name() + " WHERE _deleted"));
      }
    }
  }

  /** Looks for each. */
  static void look(List<CurrentRows> all, Transaction transaction) throws SQLException {
    for (CurrentRows rows : all) {
      rows.look(transaction);
    }
  }

  /** A batch is committed or rolled back. */
  void ended() {
    ignored.reset();
  }

  /** The relation that a source's admitted rows are for statements: its delta, or its changes. */
  static String input(Admission source) {
    return source.stream().format().isChanges()
        ? "changes_" + source.relation().delta()
        : source.relation().delta();
  }

  private String name() {
    return source.isDecided()
        ? filling(source.stream())
        : "current_" + source.stream().qualifiedName();
  }

  /** The name of the table of a fill, which reads the same records again beside the flow. */
  static String filling(StreamSpec stream) {
    return "current_" + stream.qualifiedName() + StreamRun.NEW;
  }

  /** Removes the table of a fill that has ended. */
  void drop(Transaction transaction) throws SQLException {
    transaction.execute("DROP TABLE IF EXISTS state." + Identifier.quote(name()));
  }

  /** Makes the table and plans what a batch does. */
  void create(Transaction transaction, StateTables tables) throws SQLException {
    look(transaction);
    forgetDeleted(transaction);
    List<String> key = source.stream().format().key();
    List<Column> columns = new ArrayList<>(source.relation().schema().columns());
    columns.addAll(KNOWN);
    KeptTable table = tables.create(transaction, "state", name(), new Schema(columns), "_n", key);
    this.table = table;
    String changes = input(source);
    String found = "found_" + source.relation().delta();
    String pairs = "pairs_" + source.relation().delta();
    String all = list("", source.relation().schema());
    operations.clear();
    operations.add(new Operation.Read(found, table.lookup().read(), changes, key));
    operations.add(new Operation.Make(pairs, pairsSql(changes, found, key), Blame.STATE));
    String from = " FROM " + Identifier.quote(pairs);
    String gone = from + " WHERE _was AND _counts AND _differs";
    String come = from + " WHERE NOT _deletes AND _counts AND _differs";
    operations.add(
        new Operation.Make(
            source.relation().delta(),
            "SELECT "
                + list(BEFORE, source.relation().schema())
                + ", -1::TINYINT AS _w"
                + gone
                + " UNION ALL SELECT "
                + all
                + ", 1::TINYINT AS _w"
                + come,
            Blame.STATE));
    operations.add(
        new Operation.Remove(
            table,
            "SELECT _n" + from + " WHERE _n NOTNULL AND _counts AND (_differs OR _remember)"));
    operations.add(
        new Operation.Append(
            table,
            "SELECT "
                + all
                + ", _partition, _offset, _deletes"
                + from
                + " WHERE _counts AND (NOT _deletes AND _differs OR _remember)"));
    operations.add(
        new Operation.Count(
            ignored,
            "SELECT 1::BIGINT" + from + " WHERE NOT _counts OR (_first_deletes AND NOT _was)"));
  }

  /**
   * A SELECT of each change beside the row that it changes, whose columns begin with {@link
   * #BEFORE}: {@code _was} if there was a row, {@code _counts} if it is not older than the row,
   * {@code _differs} if the row is not the same as before.
   */
  private String pairsSql(String changes, String found, List<String> key) {
    StringBuilder select = new StringBuilder("SELECT n.*, n._change > 0 AS _deletes, f._n");
    StringBuilder differs = new StringBuilder("f._n IS NULL OR f._deleted OR n._change > 0");
    for (Column column : source.relation().schema().columns()) {
      String name = Identifier.quote(column.name());
      select.append(", f.").append(name).append(" AS ").append(prefixed(BEFORE, column));
      if (!key.contains(column.name())) {
        differs.append(" OR f.").append(name).append(" IS DISTINCT FROM n.").append(name);
      }
    }
    String same =
        key.stream()
            .map(Identifier::quote)
            .map(k -> "f." + k + " = n." + k)
            .collect(Collectors.joining(" AND "));
    return select
        + ", f._n NOTNULL AND NOT f._deleted AS _was"
        + ", f._n IS NULL OR f._partition <> n._partition OR f._offset < n._offset AS _counts, ("
        + differs
        + ") AS _differs FROM "
        + Identifier.quote(changes)
        + " n LEFT JOIN "
        + Identifier.quote(found)
        + " f ON "
        + same;
  }

  private static String prefixed(String prefix, Column column) {
    return Identifier.quote(prefix + column.name());
  }

  private static String list(String prefix, Schema schema) {
    return schema.columns().stream()
        .map(c -> prefixed(prefix, c) + " AS " + Identifier.quote(c.name()))
        .collect(Collectors.joining(", "));
  }

  @Override
  public void close() {
    ignored.close();
  }
}
