package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Suggestion;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the names in an expression: its column references become fields of the plan. What cannot
 * be part of a stream is told.
 */
final class ExpressionResolver {
  private static final Map<String, String> UNSUPPORTED =
      Map.of(
          "PARAMETER", "parameters",
          "POSITIONAL_REFERENCE", "positional references (#1)",
          "DEFAULT", "DEFAULT");

  private static final List<String> MEMBERS =
      List.of("STRUCT", "UNION", "MAP", "JSON", "GEOMETRY", "VARIANT");

  private final Compilation compilation;
  private final Scope scope;
  private final Map<String, JsonNode> aliases;
  private final Set<String> openAliases = new HashSet<>();
  private final Deque<String> parameters = new ArrayDeque<>();
  private final @Nullable Outer outer;
  private final @Nullable Subqueries subqueries;

  /**
   * A resolver for one SELECT.
   *
   * @param aliases the SELECT list's expressions by name, in lower case; a column goes before them
   */
  ExpressionResolver(Compilation compilation, Scope scope, Map<String, JsonNode> aliases) {
    this(compilation, scope, aliases, null, null);
  }

  /**
   * A resolver for one SELECT, or for a join's condition.
   *
   * @param outer what can be named besides; null for nothing
   * @param subqueries takes the subqueries that it finds; null where there may be none
   */
  ExpressionResolver(
      Compilation compilation,
      Scope scope,
      Map<String, JsonNode> aliases,
      @Nullable Outer outer,
      @Nullable Subqueries subqueries) {
    this.compilation = compilation;
    this.scope = scope;
    this.aliases = aliases;
    this.outer = outer;
    this.subqueries = subqueries;
  }

  /** What takes the subqueries that it finds; null where there may be none. */
  @Nullable Subqueries subqueries() {
    return subqueries;
  }

  /** The tree with fields in place of names; what cannot be computed is told. */
  JsonNode resolve(JsonNode tree) {
    JsonNode resolved = replace(tree);
    compilation.constants().check(resolved);
    return resolved;
  }

  private JsonNode replace(JsonNode tree) {
    if (tree.isArray()) {
      ArrayNode array = DuckDb.array();
      tree.forEach(child -> array.add(replace(child)));
      return array;
    }
    if (!tree.isObject()) {
      return tree;
    }
    String kind = tree.path("class").asText();
    if (kind.equals("COLUMN_REF")) {
      return column(tree);
    }
    if (kind.equals("SUBQUERY") && subqueries != null) {
      JsonNode child = tree.path("child");
      return subqueries.add(tree, child.isObject() ? replace(child) : null);
    }
    if (kind.equals("SUBQUERY")) {
      compilation
          .findings()
          .unsupported(
              tree,
              "a subquery in the ON of a join, in VALUES or in an argument in FROM",
              "for an inner join write it into WHERE; else join what it returns first");
      return tree;
    }
    String unsupported = UNSUPPORTED.get(kind);
    if (kind.equals("STAR")) {
      refuseStar(tree);
      return tree;
    }
    if (unsupported != null) {
      refuse(tree, unsupported);
      return tree;
    }
    if (kind.equals("FUNCTION")) {
      checkFunction(tree);
    }
    if (kind.equals("LAMBDA")) {
      return lambda(tree);
    }
    ObjectNode copy = DuckDb.object();
    tree.fields().forEachRemaining(e -> copy.set(e.getKey(), replace(e.getValue())));
    if (kind.equals("FUNCTION")) {
      String name = tree.path("function_name").asText().toLowerCase(Locale.ROOT);
      copy.put("function_name", name);
      if (name.equals("struct_pack")) {
        nameMembers(tree, copy);
      }
    }
    return copy;
  }

  /** A member without a name has its column's, and not that of the field which the column is. */
  private static void nameMembers(JsonNode tree, JsonNode copy) {
    JsonNode arguments = tree.path("arguments");
    for (int i = 0; i < arguments.size(); i++) {
      JsonNode path = arguments.path(i).path("expression").path("column_names");
      if (arguments.path(i).path("name").asText().isEmpty() && !path.isEmpty()) {
        ObjectNode argument = (ObjectNode) copy.path("arguments").path(i);
        argument.put("name", path.path(path.size() - 1).asText());
      }
    }
  }

  private JsonNode lambda(JsonNode tree) {
    List<String> names = new ArrayList<>();
    JsonNode left = tree.path("lhs");
    collectParameters(left, names);
    names.forEach(parameters::push);
    ObjectNode copy = tree.deepCopy();
    copy.set("expr", replace(tree.path("expr")));
    names.forEach(name -> parameters.pop());
    return copy;
  }

  private static void collectParameters(JsonNode tree, List<String> names) {
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      names.add(tree.path("column_names").path(0).asText().toLowerCase(Locale.ROOT));
    } else {
      tree.forEach(child -> collectParameters(child, names));
    }
  }

  private void checkFunction(JsonNode tree) {
    String name = tree.path("function_name").asText().toLowerCase(Locale.ROOT);
    boolean oneArgument = tree.path("arguments").size() == 1;
    if (compilation.duck().isUnstable(name) || (name.equals("age") && oneArgument)) {
      refuseUnstable(tree, name);
    } else if (tree.path("export_state").asBoolean()) {
      refuse(tree, "`" + name + "` with EXPORT_STATE");
    } else if (!tree.path("is_operator").asBoolean()
        && !compilation.duck().functions().contains(name)) {
      compilation
          .findings()
          .add(
              tree,
              SqlCode.SQL_UNKNOWN_FUNCTION,
              "there is no function `" + name + "`",
              Suggestion.didYouMean(name, compilation.duck().functions()));
    }
  }

  private void refuseStar(JsonNode tree) {
    boolean columns = ColumnsExpansion.isColumns(tree);
    compilation
        .findings()
        .unsupported(
            tree,
            columns ? "COLUMNS(...) but in the list and in WHERE" : "`*` inside an expression",
            "write the columns out");
  }

  private void refuse(JsonNode tree, String what) {
    compilation
        .findings()
        .unsupported(
            tree,
            what,
            "use `materialized='view'` for this model, or compute it in a query over the stream");
  }

  private void refuseUnstable(JsonNode tree, String name) {
    compilation
        .findings()
        .add(
            tree,
            SqlCode.SQL_VOLATILE,
            "`" + name + "` changes from one moment to the next, so a stream's result would too",
            "use the event's own time or a column of the event instead");
  }

  private JsonNode column(JsonNode tree) {
    List<String> path = new ArrayList<>();
    tree.path("column_names").forEach(part -> path.add(part.asText()));
    if (parameters.contains(path.get(0).toLowerCase(Locale.ROOT))) {
      return tree;
    }
    for (int i = Math.min(2, path.size() - 1); i >= 0; i--) {
      List<Field> found =
          i == 0 ? scope.find(path.get(0)) : scope.find(path.subList(0, i), path.get(i));
      boolean member = i + 1 < path.size();
      if (outer != null && member && found.stream().noneMatch(ExpressionResolver::hasMembers)) {
        // A schema or relation around may have a column's name.
        continue;
      }
      if (found.size() > 1) {
        compilation
            .findings()
            .add(
                tree,
                SqlCode.SQL_AMBIGUOUS_COLUMN,
                "`" + String.join(".", path) + "` is a column of several relations",
                i == 0
                    ? "write the relation before it: `alias." + path.get(i) + "`"
                    : "give each relation another name: FROM t AS x, t AS y");
      }
      if (!found.isEmpty()) {
        return reference(tree, found.get(0), path.subList(i + 1, path.size()));
      }
    }
    JsonNode alias = path.size() == 1 ? alias(path.get(0)) : null;
    if (alias != null) {
      return alias;
    }
    for (int i = Math.min(2, path.size() - 1); i >= 0 && outer != null; i--) {
      List<Field> found = outer.find(path.subList(0, i), path.get(i));
      if (!found.isEmpty()) {
        return reference(tree, found.get(0), path.subList(i + 1, path.size()));
      }
    }
    unknown(tree, path);
    return tree;
  }

  private static boolean hasMembers(Field field) {
    return MEMBERS.stream().anyMatch(field.type()::startsWith);
  }

  private @Nullable JsonNode alias(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    JsonNode expression = aliases.get(lower);
    if (expression == null || !openAliases.add(lower)) {
      return null;
    }
    ObjectNode resolved = replace(expression).deepCopy();
    resolved.put("alias", "");
    openAliases.remove(lower);
    return resolved;
  }

  private JsonNode reference(JsonNode place, Field field, List<String> members) {
    if (parameters.contains(field.name().toLowerCase(Locale.ROOT))) {
      compilation
          .findings()
          .add(
              place,
              SqlCode.SQL_UNSUPPORTED,
              "`" + field.name() + "` is a column and the parameter of a lambda around it",
              "give the lambda's parameter another name");
    }
    ObjectNode tree = Compilation.reference(field.name());
    copyPlace(place, tree);
    JsonNode result = tree;
    for (String member : members) {
      ObjectNode extract = DuckDb.object();
      extract.put("class", "OPERATOR").put("type", "STRUCT_EXTRACT").put("alias", "");
      copyPlace(place, extract);
      ObjectNode name = DuckDb.object();
      name.put("class", "CONSTANT").put("type", "VALUE_CONSTANT").put("alias", "");
      name.putObject("literal").put("kind", "STRING").put("text", member);
      extract.putArray("children").add(result).add(name);
      result = extract;
    }
    return result;
  }

  /** Gives a node the place of another. */
  static void copyPlace(JsonNode from, ObjectNode to) {
    for (String key : List.of("query_location", "query_location_length")) {
      if (from.has(key)) {
        to.set(key, from.get(key));
      }
    }
  }

  /** True if a relation of this query or of one around it has that name. */
  private boolean isRelation(List<String> name) {
    boolean found = scope.sources().stream().anyMatch(source -> source.isNamed(name));
    for (Outer around = outer; around != null && !found; around = around.next()) {
      found = around.scope().sources().stream().anyMatch(source -> source.isNamed(name));
    }
    return found;
  }

  private void unknown(JsonNode tree, List<String> path) {
    String name = path.get(path.size() - 1);
    if (path.size() == 1 && compilation.duck().isUnstable(name.toLowerCase(Locale.ROOT))) {
      refuseUnstable(tree, name.toLowerCase(Locale.ROOT));
      return;
    }
    if (path.size() == 1 && isRelation(List.of(name))) {
      compilation
          .findings()
          .unsupported(
              tree,
              "`" + name + "`, a relation as a value, in ON, in FROM or of a query around",
              "write its columns out: {'id': " + name + ".id, ...}");
      return;
    }
    List<String> qualifier = path.subList(0, path.size() - 1);
    if (!qualifier.isEmpty() && !isRelation(qualifier) && !scope.relationNames().isEmpty()) {
      String relation = String.join(".", qualifier);
      String near = Suggestion.didYouMean(relation, scope.relationNames());
      String there = "there are " + String.join(", ", scope.relationNames());
      compilation
          .findings()
          .add(
              tree,
              SqlCode.SQL_UNKNOWN_COLUMN,
              "there is no column `" + String.join(".", path) + "`",
              "there is no relation `" + relation + "` in FROM: " + (near == null ? there : near));
      return;
    }
    String hint = Suggestion.didYouMean(name, scope.columnNames());
    if (hint == null && !scope.columnNames().isEmpty()) {
      hint = "there are " + String.join(", ", scope.columnNames().stream().distinct().toList());
    }
    compilation
        .findings()
        .add(
            tree,
            SqlCode.SQL_UNKNOWN_COLUMN,
            "there is no column `" + String.join(".", path) + "`",
            hint);
  }
}
