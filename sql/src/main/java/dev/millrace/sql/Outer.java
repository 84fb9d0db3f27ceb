package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a subquery can name besides its own relations: those of the queries around it, or those left
 * of it in FROM.
 *
 * @param next what these can name in turn; null for nothing
 */
record Outer(Scope scope, @Nullable Outer next) {
  /** The columns of that name in the nearest scope that has one. */
  List<Field> find(List<String> qualifier, String name) {
    List<Field> found = qualifier.isEmpty() ? scope.find(name) : scope.find(qualifier, name);
    return found.isEmpty() && next != null ? next.find(qualifier, name) : found;
  }

  /** True if a tree reads a column of these. */
  boolean reads(JsonNode tree) {
    Set<String> names = new HashSet<>();
    for (Outer outer = this; outer != null; outer = outer.next) {
      outer.scope.star().forEach(column -> names.add(column.field().name()));
      for (Scope.Source source : outer.scope.sources()) {
        source.columns().forEach(column -> names.add(column.field().name()));
      }
    }
    return Expr.refs(tree).stream().anyMatch(names::contains);
  }
}
