package dev.millrace.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

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
   * @param shown what unqualified names see in place of columns that USING merged with a later
   *     relation's
   * @param also further names of columns, which {@code *} does not show
   */
  record Source(
      List<String> path,
      List<Visible> columns,
      Set<String> merged,
      Map<Field, Field> shown,
      List<Visible> also) {
    Source(List<String> path, List<Visible> columns, Set<String> merged) {
      this(path, columns, merged, Map.of(), List.of());
    }

    /** All columns of that name. */
    private List<Field> find(String name) {
      return Stream.concat(columns.stream(), also.stream())
          .filter(column -> column.name.equalsIgnoreCase(name))
          .map(Visible::field)
          .distinct()
          .toList();
    }

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

  /** The same relations; columns of these names and fields are merged with earlier ones. */
  Scope merging(Map<String, Field> columns) {
    Scope scope = new Scope();
    for (Source source : sources) {
      Set<String> merged = new HashSet<>(source.merged);
      columns.forEach(
          (name, field) -> {
            if (source.columns.stream()
                .anyMatch(c -> c.field.equals(field) && c.name.equalsIgnoreCase(name))) {
              merged.add(name);
            }
          });
      scope.sources.add(new Source(source.path, source.columns, merged, source.shown, source.also));
    }
    return scope;
  }

  /** The same relations, with other fields in place of some where no relation is named. */
  Scope showing(Map<Field, Field> fields) {
    Scope scope = new Scope();
    for (Source source : sources) {
      Map<Field, Field> shown = new HashMap<>(source.shown);
      source.columns.forEach(
          column -> {
            Field other = fields.get(source.shown.getOrDefault(column.field, column.field));
            if (other != null) {
              shown.put(column.field, other);
            }
          });
      scope.sources.add(new Source(source.path, source.columns, source.merged, shown, source.also));
    }
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
          Field field = source.shown.getOrDefault(column.field, column.field);
          columns.add(new Visible(column.name, field));
        }
      }
    }
    return columns;
  }

  /** The columns of that name: none, one, or several if it is ambiguous. */
  List<Field> find(String name) {
    List<Field> found =
        star().stream()
            .filter(column -> column.name.equalsIgnoreCase(name))
            .map(Visible::field)
            .toList();
    return found.isEmpty()
        ? sources.stream()
            .flatMap(source -> source.also.stream())
            .filter(column -> column.name.equalsIgnoreCase(name))
            .map(Visible::field)
            .toList()
        : found;
  }

  /** The columns of that name in the relations of that name. */
  List<Field> find(List<String> qualifier, String name) {
    return sources.stream()
        .filter(source -> source.isNamed(qualifier))
        .flatMap(source -> source.find(name).stream())
        .toList();
  }

  /** Every column name, for hints. */
  List<String> columnNames() {
    return sources.stream().flatMap(s -> s.columns.stream()).map(Visible::name).toList();
  }

  /** Every relation's name, for hints. */
  List<String> relationNames() {
    return sources.stream()
        .map(source -> String.join(".", source.path))
        .filter(name -> !name.isEmpty())
        .distinct()
        .toList();
  }

  private static boolean isMerged(Source source, String name) {
    return source.merged.stream().anyMatch(name::equalsIgnoreCase);
  }
}
