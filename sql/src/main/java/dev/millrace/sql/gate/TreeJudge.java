package dev.millrace.sql.gate;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Identifier;
import dev.millrace.sql.VersionClause;
import dev.millrace.sql.gate.GatedQuery.Edit;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Walks every node of a parse tree. Each kind of node, and each field that may hold further nodes,
 * is on a list; anything else is refused, so that syntax of a later DuckDB cannot slip through.
 */
final class TreeJudge {
  private static final Set<String> EXPRESSIONS =
      Set.of(
          "CONSTANT",
          "COLUMN_REF",
          "FUNCTION",
          "OPERATOR",
          "COMPARISON",
          "CONJUNCTION",
          "BETWEEN",
          "CASE",
          "CAST",
          "COLLATE",
          "TYPE",
          "STAR",
          "SUBQUERY",
          "WINDOW",
          "LAMBDA",
          "LAMBDA_REF",
          "PARAMETER",
          "POSITIONAL_REFERENCE");
  private static final Set<String> NODES =
      Set.of(
          "SELECT_NODE",
          "SET_OPERATION_NODE",
          "RECURSIVE_CTE_NODE",
          "BASE_TABLE",
          "SUBQUERY",
          "JOIN",
          "TABLE_FUNCTION",
          "EXPRESSION_LIST",
          "EMPTY",
          "PIVOT",
          "ORDER_MODIFIER",
          "LIMIT_MODIFIER",
          "DISTINCT_MODIFIER",
          "ORDER_DEFAULT",
          "ASCENDING",
          "DESCENDING");

  /** Fields that may hold a node, a list of nodes or plain values; any other must be a scalar. */
  private static final Set<String> FIELDS =
      Set.of(
          "node",
          "cte_map",
          "query_node",
          "select_list",
          "from_table",
          "where_clause",
          "group_expressions",
          "group_sets",
          "having",
          "qualify",
          "sample",
          "modifiers",
          "orders",
          "expression",
          "limit",
          "offset",
          "distinct_on_targets",
          "children",
          "left",
          "right",
          "condition",
          "using_columns",
          "subquery",
          "child",
          "arguments",
          "filter",
          "filter_expr",
          "order_bys",
          "arg_orders",
          "qualified_name",
          "column_names",
          "literal",
          "case_checks",
          "when_expr",
          "then_expr",
          "else_expr",
          "type_expr",
          "replace_list",
          "exclude_list",
          "qualified_exclude_list",
          "rename_list",
          "expr",
          "lhs",
          "partitions",
          "start_expr",
          "end_expr",
          "offset_expr",
          "default_expr",
          "input",
          "lower",
          "upper",
          "function",
          "column_name_alias",
          "values",
          "source",
          "aggregates",
          "unpivots",
          "unpivot_names",
          "pivots",
          "pivot_expressions",
          "entries",
          "star_expr",
          "groups",
          "named_param_map",
          "aliases",
          "expected_names",
          "key",
          "value",
          "path",
          "map",
          "type",
          "sample_size");

  /** The field of a table that is read as of a version. */
  private static final String VERSION = "at_clause";

  private static final Pattern CTE_NAME = Pattern.compile("[^./\\\\*?:\\[\\]]+");

  private final SyntaxTree tree;
  private final Catalog catalog;
  private final Map<String, DataType> parameters;
  private final QueryPlace place;
  private final TimeTravel travel;
  private final Map<Integer, VersionClause> versions = new HashMap<>();
  private final Map<Integer, String> read = new HashMap<>();
  private final List<Edit> edits = new ArrayList<>();
  private final List<String> used = new ArrayList<>();

  TreeJudge(
      SyntaxTree tree,
      Catalog catalog,
      Map<String, DataType> parameters,
      QueryPlace place,
      TimeTravel travel) {
    this.tree = tree;
    this.catalog = catalog;
    this.parameters = parameters;
    this.place = place;
    this.travel = travel;
    VersionClause.find(tree.text()).forEach(v -> versions.put(v.start(), v));
  }

  /** The query to run, or a {@link StopException} for the first thing that is refused. */
  GatedQuery judge() throws SQLException {
    visit(tree.statement(), Set.of());
    edits.sort(Comparator.comparingInt(Edit::at));
    StringBuilder sql = new StringBuilder(tree.text());
    for (int i = edits.size() - 1; i >= 0; i--) {
      Edit edit = edits.get(i);
      sql.replace(edit.at(), edit.at() + edit.length(), edit.text());
    }
    return new GatedQuery(sql.toString(), tree.text(), used, edits, place);
  }

  private void visit(JsonNode node, Set<String> names) throws SQLException {
    if (node.isArray()) {
      for (JsonNode element : node) {
        visit(element, names);
      }
    } else if (node.isObject()) {
      visitFields(node, check(node, names));
    }
  }

  private void visitFields(JsonNode node, Set<String> scope) throws SQLException {
    boolean tableFunction = node.path("type").asText().equals("TABLE_FUNCTION");
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      String name = field.getKey();
      // A version's expression was judged by itself.
      if (field.getValue().isValueNode() || name.equals("cte_map") || name.equals(VERSION)) {
        continue;
      }
      if (!FIELDS.contains(name)) {
        throw refuse(
            GateError.QUERY_SYNTAX_REFUSED,
            node,
            "this syntax (`" + name + "`) is not allowed in a query",
            "write it as a plain SELECT");
      }
      if (tableFunction && name.equals("function")) {
        // Its name was judged as a table function's, so that only its arguments are left to judge.
        visitFields(field.getValue(), scope);
      } else {
        visit(field.getValue(), scope);
      }
    }
  }

  /** Judges the node itself; returns the names of common table expressions that its parts see. */
  private Set<String> check(JsonNode node, Set<String> names) throws SQLException {
    JsonNode type = node.path("type");
    if (node.path("class").isTextual()) {
      checkExpression(node, node.path("class").asText());
      return names;
    }
    if (!type.isTextual()) {
      return names;
    }
    if (!NODES.contains(type.asText())) {
      throw refuse(
          GateError.QUERY_SYNTAX_REFUSED,
          node,
          "`" + kind(type.asText()) + "` is not allowed in a query",
          "a query only reads: one SELECT over tables and views");
    }
    switch (type.asText()) {
      case "BASE_TABLE" -> checkTable(node, names);
      case "TABLE_FUNCTION" -> checkTableFunction(node);
      default -> {}
    }
    return node.has("cte_map") ? withCommonTables(node, names) : names;
  }

  private Set<String> withCommonTables(JsonNode node, Set<String> names) throws SQLException {
    Set<String> scope = new HashSet<>(names);
    for (JsonNode entry : node.path("cte_map").path("map")) {
      String name = entry.path("key").asText();
      if (!CTE_NAME.matcher(name).matches()) {
        throw refuse(
            GateError.QUERY_SYNTAX_REFUSED,
            node,
            "`" + name + "` is no name for a common table expression here",
            "use letters, digits and underscores");
      }
      JsonNode query = entry.path("value").path("query_node");
      visit(entry.path("value"), scopeOf(query, name, scope));
      scope.add(name.toLowerCase(Locale.ROOT));
    }
    return scope;
  }

  /** Only a recursive query sees its own name. */
  private static Set<String> scopeOf(JsonNode query, String name, Set<String> scope) {
    if (!query.path("type").asText().equals("RECURSIVE_CTE_NODE")) {
      return Set.copyOf(scope);
    }
    Set<String> own = new HashSet<>(scope);
    own.add(name.toLowerCase(Locale.ROOT));
    return own;
  }

  private void checkExpression(JsonNode node, String kind) {
    if (!EXPRESSIONS.contains(kind)) {
      throw refuse(
          GateError.QUERY_SYNTAX_REFUSED, node, "`" + kind(kind) + "` is not allowed here", null);
    }
    if (kind.equals("FUNCTION") || kind.equals("WINDOW")) {
      checkFunction(node);
    } else if (kind.equals("PARAMETER")) {
      checkParameter(node);
    }
  }

  private void checkFunction(JsonNode node) {
    List<String> path = path(node);
    // `x.f(y)` may be a schema's function or f(x, y): only the last name says what is called.
    String name = path.isEmpty() ? "" : path.get(path.size() - 1);
    String declared = node.path("function_name").asText();
    if (!FunctionRules.allows(name) || !name.equalsIgnoreCase(declared)) {
      throw refuse(
          GateError.QUERY_FUNCTION_REFUSED,
          node,
          "the function `" + declared + "` is not allowed in a query",
          Suggestion.didYouMean(declared, FunctionRules.functions()));
    }
    FunctionRules.oversize(name, node.path("arguments"))
        .ifPresent(
            why -> {
              throw refuse(
                  GateError.QUERY_SIZE_REFUSED,
                  node,
                  why,
                  "make rows with a table function in FROM instead");
            });
  }

  private void checkTableFunction(JsonNode node) {
    JsonNode function = node.path("function");
    List<String> path = path(function);
    String name = function.path("function_name").asText();
    if (path.size() != 1
        || !path.get(0).equalsIgnoreCase(name)
        || !FunctionRules.allowsTable(name)) {
      throw refuse(
          GateError.QUERY_TABLE_FUNCTION_REFUSED,
          node,
          "the table function `" + String.join(".", path) + "` is not allowed in a query",
          "allowed in FROM: "
              + String.join(", ", FunctionRules.TABLE_FUNCTIONS.stream().sorted().toList()));
    }
  }

  private void checkTable(JsonNode node, Set<String> names) throws SQLException {
    List<String> path = path(node);
    if (node.has(VERSION)) {
      checkVersion(node, path, names);
      return;
    }
    String written = String.join(".", path);
    if (path.size() == 1 && names.contains(path.get(0).toLowerCase(Locale.ROOT))) {
      return;
    }
    String prefix = catalog.complete(path).orElse(null);
    if (prefix == null) {
      String hint = Suggestion.didYouMean(written, catalog.names());
      throw refuse(
          GateError.QUERY_UNKNOWN_TABLE,
          node,
          "there is no table `" + written + "`",
          hint != null ? hint : "a query reads the store's tables and views, never files");
    }
    if (!prefix.isEmpty()) {
      int at = tree.offset(node);
      if (at < 0 || !begins(tree.text().substring(at), path.get(0))) {
        throw refuse(
            GateError.QUERY_SYNTAX_REFUSED,
            node,
            "`" + written + "` cannot be read in this way",
            "write FROM " + written);
      }
      edit(new Edit(at, 0, prefix));
    }
  }

  /** A table of an earlier version: what is read in its place is none of the store's. */
  private void checkVersion(JsonNode node, List<String> path, Set<String> names)
      throws SQLException {
    VersionClause clause = versions.get(tree.offset(node));
    boolean common = path.size() == 1 && names.contains(path.get(0).toLowerCase(Locale.ROOT));
    if (clause == null || !clause.name().equals(path) || common) {
      throw refuse(
          GateError.QUERY_SYNTAX_REFUSED,
          node,
          common
              ? "`" + path.get(0) + "` is a common table expression, which has no versions"
              : "`" + String.join(".", path) + "` cannot be read in this way",
          "write FROM a_table AT (VERSION => 3), or AT (TIMESTAMP => now() - INTERVAL 1 DAY)");
    }
    // The parser may repeat a node: its version is found once, or it might be two.
    String relation = read.get(clause.start());
    if (relation == null) {
      relation = travel.relation(clause, path, place);
      read.put(clause.start(), relation);
    }
    edit(
        new Edit(
            clause.start(),
            clause.nameEnd() - clause.start(),
            clause.replacement(tree.text(), relation)));
    edit(new Edit(clause.at(), clause.end() - clause.at(), ""));
  }

  private static boolean begins(String text, String name) {
    return text.regionMatches(true, 0, name, 0, name.length())
        || text.regionMatches(true, 0, Identifier.quote(name), 0, Identifier.quote(name).length());
  }

  /** The parser may repeat a node, such as the column of a CASE. */
  private void edit(Edit edit) {
    if (!edits.contains(edit)) {
      edits.add(edit);
    }
  }

  private void checkParameter(JsonNode node) {
    String name = node.path("identifier").asText();
    DataType type = parameters.get(name);
    int at = tree.offset(node);
    int length = tree.length(node);
    boolean named =
        at >= 0 && tree.text().startsWith("$" + name, at) && length == name.length() + 1;
    if (type == null || !named) {
      String hint = Suggestion.didYouMean(name, parameters.keySet());
      throw refuse(
          GateError.QUERY_PARAMETER,
          node,
          named ? "there is no parameter `$" + name + "`" : "parameters are written `$name`",
          hint != null ? hint : offered());
    }
    if (!used.contains(name)) {
      used.add(name);
    }
    edit(new Edit(at, length, "CAST($" + (used.indexOf(name) + 1) + " AS " + type + ")"));
  }

  private @Nullable String offered() {
    return parameters.isEmpty()
        ? "no parameters are offered here"
        : "offered: $" + String.join(", $", parameters.keySet().stream().sorted().toList());
  }

  private static List<String> path(JsonNode node) {
    List<String> path = new ArrayList<>();
    node.path("qualified_name").path("path").forEach(p -> path.add(p.asText()));
    return path;
  }

  private static String kind(String type) {
    return type.replace("_QUERY_NODE", "")
        .replace("_NODE", "")
        .replace("_REF", "")
        .replace('_', ' ');
  }

  private StopException refuse(
      GateError code, JsonNode node, String message, @Nullable String hint) {
    int offset = tree.offset(node);
    return new StopException(
        Problem.error(
            code,
            offset < 0 ? place.locate(0, 0) : place.locate(offset, tree.length(node)),
            message,
            hint),
        null);
  }
}
