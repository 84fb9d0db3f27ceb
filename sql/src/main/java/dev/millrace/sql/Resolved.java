package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.Scope.Visible;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A query's meaning: a plan, and its columns as users name them.
 *
 * @param columns the visible columns; several may be the same field
 * @param correlated conditions between the plan's fields and those of queries around it; only rows
 *     that fulfil them are meant
 * @param whenEmpty if the query has exactly one row for whatever surrounds it: the SQL of each
 *     column's value where the plan has no row; else null
 */
record Resolved(
    Node node, List<Visible> columns, List<JsonNode> correlated, @Nullable List<String> whenEmpty) {

  /** A query that stands for itself. */
  Resolved(Node node, List<Visible> columns) {
    this(node, columns, List.of(), null);
  }
}
