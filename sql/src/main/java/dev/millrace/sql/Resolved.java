package dev.millrace.sql;

import dev.millrace.sql.Scope.Visible;
import java.util.List;

/**
 * A query's meaning: a plan, and its columns as users name them.
 *
 * @param columns the visible columns; several may be the same field
 */
record Resolved(Node node, List<Visible> columns) {}
