package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The columns that USING and NATURAL merge: they must be equal, and show once. Of a left or inner
 * join the left side's shows, of a right join the right side's, of a full join whichever there is.
 */
final class Using {
  private final Compilation compilation;

  /** The fields of both sides by the column's name. */
  private record Pair(Field left, Field right) {}

  private final Map<String, Pair> columns = new LinkedHashMap<>();
  private boolean resolved = true;

  Using(Compilation compilation, JsonNode join, Scope left, Scope right) {
    this.compilation = compilation;
    Set<String> names = new LinkedHashSet<>();
    join.path("using_columns").forEach(column -> names.add(column.asText()));
    if (join.path("ref_type").asText().equals("NATURAL")) {
      Set<String> there = new LinkedHashSet<>();
      right.star().forEach(column -> there.add(column.name().toLowerCase(Locale.ROOT)));
      left.star().stream()
          .map(Scope.Visible::name)
          .filter(name -> there.contains(name.toLowerCase(Locale.ROOT)))
          .forEach(names::add);
      resolved = !names.isEmpty();
      if (names.isEmpty()) {
        problem(join, "NATURAL JOIN needs a column that both sides have");
      }
    }
    for (String name : names) {
      List<Field> l = left.find(name);
      List<Field> r = right.find(name);
      if (l.size() == 1 && r.size() == 1) {
        columns.put(name, new Pair(l.get(0), r.get(0)));
      } else {
        resolved = false;
        problem(join, "USING needs the column `" + name + "` once on each side");
      }
    }
  }

  private void problem(JsonNode place, String message) {
    compilation.findings().add(place, SqlCode.SQL_UNKNOWN_COLUMN, message, null);
  }

  /** False if a column is missing, which was told. */
  boolean isResolved() {
    return resolved;
  }

  List<JsonNode> conditions() {
    List<JsonNode> conditions = new ArrayList<>();
    for (Pair pair : columns.values()) {
      conditions.add(
          Compilation.compare(
              "COMPARE_EQUAL",
              Compilation.reference(pair.left.name()),
              Compilation.reference(pair.right.name())));
    }
    return conditions;
  }

  /** The scope of both sides, in which the left side's columns stand for both. */
  Scope scope(Scope both) {
    Map<String, Field> merged = new LinkedHashMap<>();
    columns.forEach((name, pair) -> merged.put(name, pair.right));
    return both.merging(merged);
  }

  /** The scope of both sides, in which the right side's columns stand for both. */
  Scope scopeOfRight(Scope both) {
    Map<Field, Field> shown = new LinkedHashMap<>();
    columns.values().forEach(pair -> shown.put(pair.left, pair.right));
    return scope(both).showing(shown);
  }

  /** A full join with a column for each pair: the value that is not null. */
  Node merge(Node join, List<Field> made) {
    List<Expr> merged = new ArrayList<>();
    for (Pair pair : columns.values()) {
      String sql = "coalesce(" + pair.left.sql() + ", " + pair.right.sql() + ")";
      merged.add(compilation.expr(compilation.duck().parseExpression(sql)));
    }
    return compilation.extend(join, List.copyOf(columns.keySet()), merged, made);
  }

  /**
   * The scope of both sides, in which merged columns stand for both.
   *
   * @param merged what {@link #merge} made
   */
  Scope scopeOfFull(Scope both, List<Field> merged) {
    Map<Field, Field> shown = new LinkedHashMap<>();
    int i = 0;
    for (Pair pair : columns.values()) {
      shown.put(pair.left, merged.get(i++));
    }
    return scope(both).showing(shown);
  }
}
