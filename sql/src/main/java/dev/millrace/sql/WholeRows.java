package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A relation's name as a value is the struct of its columns: {@code SELECT c FROM customers c}.
 * Writes it out as {@code struct_pack}, in the text's tree, from which the program and the query
 * run once are both made.
 */
final class WholeRows {
  private final Compilation compilation;
  private final Scope scope;

  WholeRows(Compilation compilation, Scope scope) {
    this.compilation = compilation;
    this.scope = scope;
  }

  /**
   * Writes out what a SELECT has, but for FROM.
   *
   * @param aliases names of the list's expressions, which HAVING and ORDER BY see before relations
   */
  void writeOut(ObjectNode select, Map<String, JsonNode> aliases) {
    ArrayNode items = DuckDb.array();
    for (JsonNode item : select.path("select_list")) {
      JsonNode written = written(item, Set.of());
      if (written != item) {
        ((ObjectNode) written).put("alias", SelectList.name(item, compilation.duck()));
      }
      items.add(written);
    }
    select.set("select_list", items);
    for (String clause : List.of("where_clause", "group_expressions", "qualify")) {
      select.set(clause, written(select.path(clause), Set.of()));
    }
    for (String clause : List.of("having", "modifiers")) {
      select.set(clause, written(select.path(clause), aliases.keySet()));
    }
  }

  /** The tree written out; itself if there is nothing to write out. */
  private JsonNode written(JsonNode tree, Set<String> hidden) {
    if (isRow(tree, hidden)) {
      return struct(tree);
    }
    boolean changed = false;
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      for (JsonNode child : tree) {
        JsonNode written = written(child, hidden);
        changed |= written != child;
        array.add(written);
      }
      return changed ? array : tree;
    }
    if (!tree.isObject()) {
      return tree;
    }
    String kind = tree.path("class").asText();
    Set<String> inner = new HashSet<>(hidden);
    if (kind.equals("LAMBDA")) {
      parameters(tree.path("lhs"), inner);
    }
    ObjectNode copy = DuckDb.object();
    for (Map.Entry<String, JsonNode> entry : tree.properties()) {
      boolean kept = kind.equals("SUBQUERY") && entry.getKey().equals("subquery");
      JsonNode child = entry.getValue();
      JsonNode written = kept ? child : written(child, inner);
      changed |= written != child;
      copy.set(entry.getKey(), written);
    }
    return changed ? copy : tree;
  }

  private static void parameters(JsonNode tree, Set<String> names) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      names.add(tree.path("column_names").path(0).asText().toLowerCase(Locale.ROOT));
    } else {
      tree.forEach(child -> parameters(child, names));
    }
  }

  private boolean isRow(JsonNode tree, Set<String> hidden) {
    if (!tree.path("class").asText().equals("COLUMN_REF")
        || tree.path("column_names").size() != 1) {
      return false;
    }
    String name = tree.path("column_names").path(0).asText();
    return !hidden.contains(name.toLowerCase(Locale.ROOT))
        && scope.find(name).isEmpty()
        && scope.sources().stream().filter(source -> source.isNamed(List.of(name))).count() == 1;
  }

  private JsonNode struct(JsonNode reference) {
    String name = reference.path("column_names").path(0).asText();
    ObjectNode call = compilation.duck().parseExpression("struct_pack(a := 1)").deepCopy();
    ArrayNode arguments = call.putArray("arguments");
    for (Scope.Source source : scope.sources()) {
      if (!source.isNamed(List.of(name))) {
        continue;
      }
      for (Scope.Visible column : source.columns()) {
        ObjectNode argument = arguments.addObject();
        argument.put("name", column.name());
        ObjectNode member = StarColumns.reference(reference, List.of(name, column.name()));
        argument.set("expression", member.put("alias", column.name()));
      }
    }
    ExpressionResolver.copyPlace(reference, call);
    return call;
  }
}
