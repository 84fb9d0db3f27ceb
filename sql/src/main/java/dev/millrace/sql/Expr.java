package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * An expression over a plan's columns.
 *
 * @param tree DuckDB's tree, whose column references are names of {@link Field}s
 * @param sql the same as text
 * @param refs the names of the fields that it reads
 */
record Expr(JsonNode tree, String sql, Set<String> refs) {
  Expr {
    refs = Set.copyOf(refs);
  }

  static Expr of(JsonNode tree, DuckDb duck) {
    Set<String> refs = new LinkedHashSet<>();
    collect(tree, refs);
    return new Expr(tree, duck.printExpression(tree), refs);
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
