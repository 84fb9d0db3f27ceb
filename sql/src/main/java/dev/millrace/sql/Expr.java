package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * An expression over a plan's columns.
 *
 * @param tree DuckDB's tree, whose column references are names of {@link Field}s
 * @param text the same as text, which people read
 * @param sql the same as a program runs it: equal, and faster where it is about times
 * @param refs the names of the fields that it reads
 */
record Expr(JsonNode tree, String text, String sql, Set<String> refs) {
  Expr {
    refs = Set.copyOf(refs);
  }

  /** The names of the columns that a tree reads. */
  static Set<String> refs(JsonNode tree) {
    Set<String> refs = new LinkedHashSet<>();
    collect(tree, refs);
    return refs;
  }

  /** True if it is a field and nothing more. */
  boolean isField() {
    return tree.path("class").asText().equals("COLUMN_REF");
  }

  /** The field that it is. */
  String field() {
    return tree.path("column_names").path(0).asText();
  }

  private static void collect(JsonNode tree, Set<String> refs) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      refs.add(tree.path("column_names").path(0).asText());
    }
    tree.forEach(child -> collect(child, refs));
  }
}
