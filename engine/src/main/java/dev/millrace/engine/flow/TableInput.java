package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.engine.store.Transaction;
import dev.millrace.sql.Relation;
import java.sql.SQLException;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of a stream that stays, or the flow's copy of a table that builds make, read as the
 * input of a stream that is filled: all its rows as they were at an instant appear, some in each
 * batch, and then what has become of them since. For the thread that fills.
 */
public final class TableInput {
  private static final String DIFFERS = "c._n IS NULL OR t._n IS NULL OR %s IS DISTINCT FROM %s";

  private final Relation relation;
  private final String table;
  private Optional<String> rows = Optional.empty();

  /**
   * A table of a flow.
   *
   * @param relation what it is to programs
   * @param table qualified and quoted
   */
  TableInput(Relation relation, String table) {
    this.relation = relation;
    this.table = table;
  }

  Relation relation() {
    return relation;
  }

  /** The copy, qualified and quoted. It goes with the tables that are filled. */
  String copied() {
    return "published." + Identifier.quote(relation.name() + "~copy" + StreamRun.NEW);
  }

  /** Keeps the table as it is now. */
  void copy(Transaction transaction) throws SQLException {
    transaction.execute("CREATE OR REPLACE TABLE " + copied() + " AS FROM " + table);
  }

  /** Drops the copy. */
  void drop(Transaction transaction) throws SQLException {
    transaction.execute("DROP TABLE IF EXISTS " + copied());
  }

  /** The next batch reads the rows of the copy with these numbers. */
  void read(long after, long upTo) {
    rows = Optional.of(select("", "1") + copied() + " WHERE _n > " + after + " AND _n <= " + upTo);
  }

  /**
   * The next batch reads what the table has and the copy has not, and takes back what the copy has.
   * A number may have been given to another row after the flow had to begin anew.
   */
  void readDifference() {
    String differs = DIFFERS.formatted(row("c."), row("t."));
    rows =
        Optional.of(
            select("c.", "-1")
                + copied()
                + " AS c LEFT JOIN "
                + table
                + " AS t ON c._n = t._n WHERE "
                + differs
                + " UNION ALL "
                + select("t.", "1")
                + table
                + " AS t LEFT JOIN "
                + copied()
                + " AS c ON c._n = t._n WHERE "
                + differs);
  }

  /** Batches read nothing until the next call. */
  void close() {
    rows = Optional.empty();
  }

  /** True if the next batch reads rows. */
  boolean isOpen() {
    return rows.isPresent();
  }

  /** A SELECT of the rows as the relation's delta. */
  String deltaSql() {
    return rows.orElseThrow();
  }

  private String select(String prefix, String weight) {
    return "SELECT " + names(prefix) + ", " + weight + "::TINYINT AS _w FROM ";
  }

  private String row(String prefix) {
    return "row(" + names(prefix) + ")";
  }

  private String names(String prefix) {
    return Stream.concat(relation.schema().columns().stream(), relation.hidden().columns().stream())
        .map(c -> prefix + Identifier.quote(c.name()))
        .collect(Collectors.joining(", "));
  }
}
