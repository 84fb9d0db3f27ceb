package dev.millrace.sql.random;

import java.util.List;
import java.util.Set;

/**
 * A query and what it makes.
 *
 * @param constructs names of what of SQL it uses
 */
public record Query(Part part, boolean onClose, List<Column> columns, Set<String> constructs) {
  /** Copies the collections. */
  public Query {
    columns = List.copyOf(columns);
    constructs = Set.copyOf(constructs);
  }
}
