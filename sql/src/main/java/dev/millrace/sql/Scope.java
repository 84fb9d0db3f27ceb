package dev.millrace.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The relations that a SELECT can name, with their columns. */
final class Scope {
  /** A column as users name it. */
  record Visible(String name, Field field) {}

  /**
   * One relation of FROM.
   *
   * @param path how it can be named: an alias, or schema and table
   * @param merged columns that USING merged with an earlier relation's: seen by qualified names
   *     only
   */
  record Source(List<String> path, List<Visible> columns, Set<String> merged) {
    boolean isNamed(List<String> qualifier) {
      if (qualifier.size() > path.size()) {
        return false;
      }
      for (int i = 0; i < qualifier.size(); i++) {
        String part = path.get(path.size() - qualifier.size() + i);
        if (!part.equalsIgnoreCase(qualifier.get(i))) {
          return false;
        }
      }
      return true;
    }
  }

  private final List<Source> sources = new ArrayList<>();

  static Scope of(Source source) {
    Scope scope = new Scope();
    scope.sources.add(source);
    return scope;
  }

  static Scope join(Scope left, Scope right) {
    Scope scope = new Scope();
    scope.sources.addAll(left.sources);
    scope.sources.addAll(right.sources);
    return scope;
  }

  /** The same relations; the last one's columns of these names are merged with earlier ones. */
  Scope merging(Set<String> names) {
    Scope scope = new Scope();
    scope.sources.addAll(sources);
    Source last = scope.sources.remove(sources.size() - 1);
    scope.sources.add(new Source(last.path, last.columns, names));
    return scope;
  }

  List<Source> sources() {
    return sources;
  }

  /** All columns that {@code SELECT *} shows. */
  List<Visible> star() {
    List<Visible> columns = new ArrayList<>();
    for (Source source : sources) {
      for (Visible column : source.columns) {
        if (!isMerged(source, column.name)) {
          columns.add(column);
        }
      }
    }
    return columns;
  }

  /** The columns of that name: none, one, or several if it is ambiguous. */
  List<Field> find(String name) {
    return star().stream()
        .filter(column -> column.name.equalsIgnoreCase(name))
        .map(Visible::field)
        .toList();
  }

  /** The columns of that name in the relations of that name. */
  List<Field> find(List<String> qualifier, String name) {
    return sources.stream()
        .filter(source -> source.isNamed(qualifier))
        .flatMap(source -> source.columns.stream())
        .filter(column -> column.name.equalsIgnoreCase(name))
        .map(Visible::field)
        .toList();
  }

  /** Every column name, for hints. */
  List<String> columnNames() {
    return sources.stream().flatMap(s -> s.columns.stream()).map(Visible::name).toList();
  }

  private static boolean isMerged(Source source, String name) {
    return source.merged.stream().anyMatch(name::equalsIgnoreCase);
  }
}
