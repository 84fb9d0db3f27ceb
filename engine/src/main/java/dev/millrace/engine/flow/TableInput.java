package dev.millrace.engine.flow;

import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Relation;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The table of a stream that stays as it is, read as the input of one that is filled: all its rows
 * appear, some in each batch. For the thread that fills.
 */
public final class TableInput {
  private final Relation relation;
  private long after;
  private long upTo;

  /** The table that a stream has published. */
  TableInput(Relation relation) {
    this.relation = relation;
  }

  Relation relation() {
    return relation;
  }

  /** Qualified and quoted. */
  String table() {
    return "published." + Identifier.quote(relation.name());
  }

  /** The next batch reads the rows with these numbers; none if they are the same. */
  void read(long afterNumber, long upToNumber) {
    after = afterNumber;
    upTo = upToNumber;
  }

  /** True if the next batch reads rows. */
  boolean isOpen() {
    return upTo > after;
  }

  /** A SELECT of the rows as the relation's delta. */
  String deltaSql() {
    return Stream.concat(relation.schema().columns().stream(), relation.hidden().columns().stream())
            .map(c -> Identifier.quote(c.name()))
            .collect(Collectors.joining(", ", "SELECT ", ""))
        + ", 1::TINYINT AS _w FROM "
        + table()
        + " WHERE _n > "
        + after
        + " AND _n <= "
        + upTo;
  }
}
