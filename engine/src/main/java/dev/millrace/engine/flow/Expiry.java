package dev.millrace.engine.flow;

import dev.millrace.api.type.Column;
import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Instants;
import dev.millrace.engine.store.KeptTable;
import dev.millrace.engine.store.Transaction;
import java.sql.SQLException;
import java.util.stream.Collectors;

/**
 * When rows of a table are behind a bound that moves with watermarks. Windows close seldom, so a
 * batch that closes none had better not look: this remembers a time before which the table has no
 * row. For the flow's thread.
 */
final class Expiry {
  private final KeptTable table;
  private final String column;
  private final Bounds.Bound bound;
  private long earliest = Instants.UNKNOWN;
  private long earliestCommitted = Instants.UNKNOWN;

  /** The rows of {@code table} whose {@code column} is before {@code bound}. */
  Expiry(KeptTable table, String column, Bounds.Bound bound) {
    this.table = table;
    this.column = column;
    this.bound = bound;
  }

  KeptTable table() {
    return table;
  }

  /** SQL of the column. */
  String column() {
    return Identifier.quote(column);
  }

  void load(Transaction transaction) throws SQLException {
    earliest = Instants.INFINITE;
    transaction.query(
        "SELECT epoch_us(min(" + column() + ")) FROM " + table.name(),
        row -> {
          long micros = row.getLong(1);
          earliest = row.wasNull() ? Instants.INFINITE : micros;
        });
    earliestCommitted = earliest;
  }

  /** The table was emptied. */
  void cleared() {
    earliest = Instants.INFINITE;
    earliestCommitted = Instants.INFINITE;
  }

  /** True if the table may have rows before the bound. */
  boolean isDue() {
    return bound.micros() > earliest;
  }

  /** A batch runs that takes the rows which are due, and appends none before the bound. */
  void ran() {
    earliest = isDue() ? bound.micros() : Math.min(earliest, bound.micros());
  }

  void committed() {
    earliestCommitted = earliest;
  }

  void rolledBack() {
    earliest = earliestCommitted;
  }

  /** A SELECT of the rows that are due. */
  String dueSql(String before) {
    return "SELECT * FROM " + table.name() + " WHERE " + column() + " < " + before;
  }

  /** A SELECT of no row with the table's columns, which does not look at the table. */
  String noneSql() {
    return table.schema().columns().stream()
            .map(Expiry::none)
            .collect(Collectors.joining(", ", "SELECT ", ", NULL::BIGINT AS " + table.number()))
        + " WHERE false";
  }

  private static String none(Column column) {
    return "NULL::" + column.type() + " AS " + Identifier.quote(column.name());
  }
}
