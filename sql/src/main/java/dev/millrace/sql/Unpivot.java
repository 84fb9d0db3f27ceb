package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** UNPIVOT as the SELECT that it stands for: the names and values of columns, side by side. */
final class Unpivot {
  private final Compilation compilation;
  private final JsonNode tree;
  private final JsonNode place;
  private final List<Visible> columns;

  /**
   * Of a relation.
   *
   * @param tree the UNPIVOT in FROM
   * @param columns the relation's
   */
  Unpivot(Compilation compilation, JsonNode tree, List<Visible> columns) {
    this.compilation = compilation;
    this.tree = tree;
    this.place = Pivot.place(tree);
    this.columns = columns;
  }

  /** True if rows whose value is null are among the rows. */
  boolean includesNulls() {
    return tree.path("include_nulls").asBoolean();
  }

  /** The SELECT, the value last; null if there is none, which was told. */
  @Nullable JsonNode select() {
    JsonNode pivot = tree.path("pivots").path(0);
    if (tree.path("unpivot_names").size() != 1
        || tree.path("pivots").size() != 1
        || pivot.path("unpivot_names").size() != 1) {
      return refuse(place, "several values", "write SELECT ... UNION ALL SELECT ...");
    }
    if (!tree.path("column_name_alias").isEmpty()) {
      return refuse(place, "names of columns after its alias", "name them in the SELECT list");
    }
    List<String> names = new ArrayList<>();
    List<String> values = new ArrayList<>();
    for (JsonNode entry : pivot.path("entries")) {
      if (!add(entry, names, values)) {
        return null;
      }
    }
    String name = pivot.path("unpivot_names").path(0).asText();
    String value = tree.path("unpivot_names").path(0).asText();
    Set<String> used = lower(values);
    List<String> all =
        new ArrayList<>(
            columns.stream()
                .map(Visible::name)
                .filter(c -> !used.contains(c.toLowerCase(Locale.ROOT)))
                .toList());
    String select =
        all.stream().map(c -> Identifier.quote(c) + ", ").collect(Collectors.joining())
            + "unnest(["
            + names.stream().map(Identifier::literal).collect(Collectors.joining(", "))
            + "]) AS "
            + Identifier.quote(name)
            + ", unnest(["
            + values.stream().map(Identifier::quote).collect(Collectors.joining(", "))
            + "]) AS "
            + Identifier.quote(value);
    all.add(name);
    all.add(value);
    if (values.isEmpty() || !Pivot.areDistinct(all, compilation, place)) {
      return null;
    }
    ObjectNode made = (ObjectNode) compilation.duck().parseQuery("SELECT " + select + " FROM x");
    settle(made);
    made.set("from_table", tree.path("source"));
    return made;
  }

  /** Gives what was made here the place of the UNPIVOT. */
  private void settle(JsonNode made) {
    if (made instanceof ObjectNode object && object.has("query_location")) {
      object.set("query_location", place.path("query_location"));
      object.set("query_location_length", place.path("query_location_length"));
    }
    made.forEach(this::settle);
  }

  private boolean add(JsonNode entry, List<String> names, List<String> values) {
    JsonNode expression = entry.path("star_expr");
    JsonNode path = expression.path("column_names");
    if (isStar(expression)) {
      Set<String> excluded = new HashSet<>();
      expression
          .path("exclude_list")
          .forEach(e -> excluded.add(e.asText().toLowerCase(Locale.ROOT)));
      for (Visible column : columns) {
        if (!excluded.contains(column.name().toLowerCase(Locale.ROOT))) {
          names.add(column.name());
          values.add(column.name());
        }
      }
      return true;
    }
    if (!expression.path("class").asText().equals("COLUMN_REF") || path.size() != 1) {
      refuse(
          expression,
          "something else than names of columns in its list",
          "compute it in a subquery: FROM (SELECT ..., a + b AS c FROM t) UNPIVOT (...)");
      return false;
    }
    Visible column = Pivot.column(path.path(0).asText(), columns, compilation, expression);
    if (column == null) {
      return false;
    }
    String alias = entry.path("alias").asText();
    names.add(alias.isEmpty() ? column.name() : alias);
    values.add(column.name());
    return true;
  }

  /** True for {@code *}, with EXCLUDE or without. */
  private static boolean isStar(JsonNode expression) {
    return expression.path("class").asText().equals("STAR")
        && !expression.path("expr").isObject()
        && expression.path("relation_name").asText().isEmpty()
        && expression.path("replace_list").isEmpty()
        && expression.path("rename_list").isEmpty()
        && expression.path("qualified_exclude_list").isEmpty();
  }

  private static Set<String> lower(List<String> names) {
    return names.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  private @Nullable JsonNode refuse(JsonNode where, String what, String hint) {
    compilation.findings().unsupported(where, "UNPIVOT with " + what, hint);
    return null;
  }
}
