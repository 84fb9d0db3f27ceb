package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.sql.StarColumns.Chosen;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Writes {@code COLUMNS(...)} out: an expression of the SELECT list with it becomes one for each
 * column, a condition the conjunction of these; {@code *COLUMNS(...)} becomes all columns side by
 * side. Changes the text's tree, from which the program and the query run once are both made.
 */
final class ColumnsExpansion {
  private final Compilation compilation;
  private final ColumnsPattern patterns;

  ColumnsExpansion(Compilation compilation, Scope scope) {
    this.compilation = compilation;
    this.patterns = new ColumnsPattern(compilation, new StarColumns(compilation, scope));
  }

  /** Writes out what the list and WHERE have. */
  void expand(ObjectNode select) {
    ArrayNode items = DuckDb.array();
    for (JsonNode item : select.path("select_list")) {
      items.addAll(item(item));
    }
    select.set("select_list", items);
    JsonNode where = select.path("where_clause");
    List<JsonNode> conditions = where.isObject() ? expand(unpacked(where)) : List.of();
    if (!conditions.isEmpty()) {
      select.set("where_clause", Compilation.and(conditions));
    }
  }

  private List<JsonNode> item(JsonNode item) {
    Optional<ColumnsPattern.Found> like = patterns.like(item);
    if (like.isPresent()) {
      List<JsonNode> items = new ArrayList<>();
      String alias = item.path("alias").asText();
      for (Chosen column : like.get().columns()) {
        items.add(named(column.written(), alias, column, like.get(), true));
      }
      return items;
    }
    JsonNode unpacked = unpacked(item);
    List<JsonNode> items = expand(unpacked);
    boolean nameless = item.path("alias").asText().isEmpty();
    if (unpacked != item && nameless && items.equals(List.of(unpacked))) {
      compilation
          .findings()
          .add(
              item,
              SqlCode.SQL_COLUMN_NAME,
              "DuckDB names an expression with `*COLUMNS(...)` after its database",
              "name it with AS");
    }
    return items;
  }

  /** The expression for each column; itself if it has no COLUMNS. */
  private List<JsonNode> expand(JsonNode item) {
    JsonNode star = find(item);
    if (star == null) {
      return List.of(item);
    }
    ColumnsPattern.Found found = patterns.of(star, item);
    String key = Grouping.key(star);
    List<JsonNode> items = new ArrayList<>();
    for (Chosen column : found.columns()) {
      JsonNode copy = replace(item, key, column.written());
      if (find(copy) != null) {
        compilation
            .findings()
            .add(
                item,
                SqlCode.SQL_INVALID,
                "COLUMNS(...) of one expression choose different columns",
                "write the same COLUMNS(...) each time, or make it two expressions");
        return List.of();
      }
      items.add(named(copy, item.path("alias").asText(), column, found, star.equals(item)));
    }
    return items;
  }

  /**
   * The expression with the name that DuckDB gives it.
   *
   * @param alias what the text calls it; empty if nothing
   * @param plain true for a column and nothing around it
   */
  private JsonNode named(
      JsonNode tree, String alias, Chosen column, ColumnsPattern.Found found, boolean plain) {
    ObjectNode copy = tree.deepCopy();
    String own = column.own();
    if (own == null) {
      copy.put("alias", alias.isEmpty() && plain ? column.name() : alias);
    } else if (alias.isEmpty()) {
      copy.put("alias", plain ? column.name() : own);
    } else {
      copy.put("alias", found.alias(alias, own));
    }
    return copy;
  }

  /** The first COLUMNS in a tree, not in its subqueries; null if there is none. */
  private static @Nullable JsonNode find(JsonNode tree) {
    if (isColumns(tree)) {
      return tree;
    }
    for (JsonNode child : children(tree)) {
      JsonNode found = find(child);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  static boolean isColumns(JsonNode tree) {
    return tree.path("class").asText().equals("STAR") && tree.path("columns").asBoolean();
  }

  private static List<JsonNode> children(JsonNode tree) {
    List<JsonNode> children = new ArrayList<>();
    if (tree.isArray()) {
      tree.forEach(children::add);
    } else {
      boolean subquery = tree.path("class").asText().equals("SUBQUERY");
      tree.fields()
          .forEachRemaining(
              e -> {
                if (!(subquery && e.getKey().equals("subquery"))) {
                  children.add(e.getValue());
                }
              });
    }
    return children;
  }

  private static JsonNode replace(JsonNode tree, String star, JsonNode column) {
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(replace(child, star, column)));
      return array;
    }
    if (isColumns(tree) && Grouping.key(tree).equals(star)) {
      ObjectNode copy = column.deepCopy();
      ExpressionResolver.copyPlace(tree, copy);
      return copy;
    }
    if (!tree.isObject()) {
      return tree;
    }
    return mapped(tree, child -> replace(child, star, column));
  }

  /** A copy of an expression with other children; a subquery in it has columns of its own. */
  private static ObjectNode mapped(JsonNode tree, UnaryOperator<JsonNode> children) {
    boolean subquery = tree.path("class").asText().equals("SUBQUERY");
    ObjectNode copy = DuckDb.object();
    tree.fields()
        .forEachRemaining(
            e -> {
              boolean kept = subquery && e.getKey().equals("subquery");
              copy.set(e.getKey(), kept ? e.getValue() : children.apply(e.getValue()));
            });
    return copy;
  }

  /** The tree with all columns of each {@code *COLUMNS} in the list around it; itself if none. */
  private JsonNode unpacked(JsonNode tree) {
    if (!hasUnpack(tree)) {
      return tree;
    }
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      for (JsonNode child : tree) {
        boolean argument = isUnpack(child.path("expression"));
        JsonNode unpack = argument ? child.path("expression") : child;
        if (!isUnpack(unpack)) {
          array.add(unpacked(child));
          continue;
        }
        for (Chosen column : patterns.of(unpack.path("children").path(0), unpack).columns()) {
          ObjectNode copy = column.written().deepCopy();
          ExpressionResolver.copyPlace(unpack, copy);
          array.add(argument ? ((ObjectNode) child.deepCopy()).set("expression", copy) : copy);
        }
      }
      return array;
    }
    return mapped(tree, this::unpacked);
  }

  private static boolean isUnpack(JsonNode tree) {
    return tree.path("type").asText().equals("OPERATOR_UNPACK")
        && isColumns(tree.path("children").path(0));
  }

  private static boolean hasUnpack(JsonNode tree) {
    for (JsonNode child : children(tree)) {
      if (isUnpack(child) || hasUnpack(child)) {
        return true;
      }
    }
    return false;
  }
}
