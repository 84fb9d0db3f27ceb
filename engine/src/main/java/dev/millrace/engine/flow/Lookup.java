package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataTypeParser;
import dev.millrace.api.type.Identifier;
import dev.millrace.api.type.Schema;
import dev.millrace.engine.lookup.LookupTable;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.StateTables;
import dev.millrace.engine.store.Transaction;
import dev.millrace.engine.store.Writer;
import dev.millrace.sql.Relation;
import dev.millrace.sql.Step.Blame;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table that builds make, as an input of a flow's streams. The flow keeps a copy of the rows that
 * its streams have seen, and whenever a build may have changed the table, a batch of its own takes
 * the difference as the input's delta and makes the copy equal, in one transaction with what
 * follows for the streams. Equal rows that were replaced are no difference. So it does not matter
 * how a build changes the table, nor whether the flow ran then.
 *
 * <p>While there is no table the streams keep what they have seen. For the flow's thread, but for
 * {@link #written} and {@link #isBehind}.
 */
public final class Lookup {
  private final LookupTable table;
  private final Relation relation;

  /** How often a build may have changed the table; of the changes, which were looked at, taken. */
  private final AtomicLong changes = new AtomicLong(1);

  private long seen;
  private volatile long taken;
  private boolean open;
  private @Nullable KeptTable copy;
  private Optional<Problem> misfit = Optional.empty();

  /** A table of which nothing was seen yet. */
  public Lookup(LookupTable table) {
    this.table = table;
    this.relation = table.relation();
  }

  /** What it is to programs, with the columns that they use. */
  public Relation relation() {
    return relation;
  }

  /** The table that is looked up. */
  public LookupTable table() {
    return table;
  }

  /** The name of the copy in the store's schema {@code state}, unquoted. */
  public String copyName() {
    return LookupTable.copy(table.name());
  }

  /** The copy's columns without its number. */
  public Schema copySchema() {
    List<Column> columns = new ArrayList<>(relation.schema().columns());
    columns.addAll(relation.hidden().columns());
    return new Schema(columns);
  }

  /**
   * A build has committed. From any thread.
   *
   * @param tables what it may have written, as {@link LookupTable#written} names it; empty if that
   *     may be anything
   */
  public void written(Set<String> tables) {
    if (tables.isEmpty() || tables.stream().anyMatch(table.made()::contains)) {
      changes.incrementAndGet();
    }
  }

  /** True if the streams may not have seen the table as it is. From any thread. */
  public boolean isBehind() {
    return taken != changes.get();
  }

  /** Why the table cannot be taken as it is now; empty if it can, or is not there. */
  Optional<Problem> misfit() {
    return misfit;
  }

  /** Makes the copy and plans what a batch does that takes the difference. */
  void create(Transaction transaction, StateTables tables) throws SQLException {
    taken = 0;
    open = false;
    misfit = Optional.empty();
    copy = tables.create(transaction, "state", copyName(), copySchema(), "_n", List.of());
  }

  /** Looks at the table's columns, if a build may have changed it since it was taken. */
  void look(Writer writer) throws SQLException {
    long now = changes.get();
    if (taken == now) {
      return;
    }
    open = false;
    seen = now;
    if (writer.transact(this::isMissing)) {
      misfit = Optional.empty();
      taken = now;
      return;
    }
    try {
      misfit = misfit(writer.transact(this::types));
    } catch (SQLException e) {
      // A view over what is not there any more, for example.
      misfit = Optional.of(FlowError.tableFails(table.name(), e));
    }
    open = misfit.isEmpty();
  }

  private boolean isMissing(Transaction transaction) throws SQLException {
    return transaction.number(
            "SELECT count(*) FROM duckdb_columns() WHERE database_name = 'store'"
                + " AND lower(schema_name) = "
                + Identifier.literal(table.schema().toLowerCase(Locale.ROOT))
                + " AND lower(table_name) = "
                + Identifier.literal(table.identifier().toLowerCase(Locale.ROOT)))
        == 0;
  }

  /** Types by column, in lower case, as a SELECT gives them: a view's own may be outdated. */
  private Map<String, String> types(Transaction transaction) throws SQLException {
    Map<String, String> types = new HashMap<>();
    transaction.query(
        "DESCRIBE SELECT * FROM " + table.qualified(),
        row -> types.put(row.getString(1).toLowerCase(Locale.ROOT), row.getString(2)));
    return types;
  }

  private Optional<Problem> misfit(Map<String, String> types) {
    for (Column column : relation.schema().columns()) {
      String type = types.get(column.name().toLowerCase(Locale.ROOT));
      if (type == null) {
        return Optional.of(FlowError.tableMisfit(table.name(), column, "is gone"));
      } else if (!DataTypeParser.parse(type).equals(Optional.of(column.type()))) {
        return Optional.of(
            FlowError.tableMisfit(
                table.name(), column, "is of type " + type + " and was " + column.type()));
      }
    }
    return Optional.empty();
  }

  /** True if the next batch takes the difference between the table and the copy. */
  boolean isOpen() {
    return open;
  }

  /** A batch that took the difference is committed. */
  void committed() {
    if (open) {
      open = false;
      taken = seen;
    }
  }

  /** What a batch does that takes the difference, in order. */
  List<Operation> operations() {
    KeptTable kept = copy();
    String difference = "difference_" + table.name();
    String from = " FROM " + Identifier.quote(difference);
    String columns = names("", copySchema());
    return List.of(
        new Operation.Scan(difference, differenceSql(kept)),
        new Operation.Make(relation.delta(), "SELECT " + columns + ", _w" + from, Blame.STATE),
        new Operation.Remove(kept, "SELECT _n" + from + " WHERE _w < 0"),
        new Operation.Append(kept, "SELECT " + columns + from + " WHERE _w > 0"));
  }

  private KeptTable copy() {
    KeptTable kept = copy;
    if (kept == null) {
      throw new IllegalStateException("create comes first");
    }
    return kept;
  }

  /**
   * A SELECT of the difference: rows of the copy to take back, and those of the table that are new.
   * Rows with equal hashes are numbered on both sides, and of the same number they are compared: a
   * row that is on both sides as often is no difference, and where hashes clash, some rows are
   * replaced by themselves.
   */
  private String differenceSql(KeptTable kept) {
    String columns = names("", relation.schema());
    String row = Identifier.quote(Relation.ROW);
    String newRow =
        "(SELECT coalesce(max(" + row + "), 0) FROM " + kept.name() + ") + row_number() OVER ()";
    String none = ", NULL::BIGINT AS _n, 1::TINYINT AS _w FROM ";
    String now = "(SELECT " + columns + " FROM " + table.qualified() + ")";
    if (kept.rows() == 0) {
      return "SELECT " + columns + ", row_number() OVER () AS " + row + none + now;
    }
    String hash = "hash(" + columns + ")";
    String numbered =
        ", "
            + hash
            + " AS _difference_hash, row_number() OVER (PARTITION BY "
            + hash
            + ") AS _difference_number FROM ";
    String same =
        " ON c._difference_hash = t._difference_hash AND c._difference_number ="
            + " t._difference_number AND row("
            + names("c.", relation.schema())
            + ") IS NOT DISTINCT FROM row("
            + names("t.", relation.schema())
            + ")";
    return "WITH was AS MATERIALIZED (SELECT *"
        + numbered
        + kept.name()
        + "), now AS MATERIALIZED (SELECT *"
        + numbered
        + now
        + ") SELECT "
        + names("c.", copySchema())
        + ", c._n, -1::TINYINT AS _w FROM was AS c ANTI JOIN now AS t"
        + same
        + " UNION ALL SELECT "
        + names("t.", relation.schema())
        + ", "
        + newRow
        + none
        + "now AS t ANTI JOIN was AS c"
        + same;
  }

  private static String names(String prefix, Schema schema) {
    return schema.names().stream()
        .map(n -> prefix + Identifier.quote(n))
        .collect(Collectors.joining(", "));
  }
}
