package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds constants that no row can be computed with, such as {@code 'x'::INTEGER} or {@code ts >=
 * '2026-13-01'}: DuckDB evaluates them once, when the query is compiled. Left alone are branches
 * that may never be taken: of CASE and COALESCE behind the first, what stands in TRY, and lambdas.
 */
final class Constants {
  /** Functions of times that fail for some constants; a text is a unit, a zone or a format. */
  private static final Set<String> TIMES =
      Set.of(
          "date_trunc",
          "datetrunc",
          "time_bucket",
          "date_part",
          "datepart",
          "date_diff",
          "datediff",
          "date_sub",
          "datesub",
          "timezone",
          "strftime");

  /** Functions that fail for some constants, whatever texts are beside them. */
  private static final Set<String> TEXTS =
      Set.of(
          "like_escape",
          "not_like_escape",
          "ilike_escape",
          "not_ilike_escape",
          "regexp_matches",
          "regexp_full_match",
          "regexp_extract",
          "regexp_extract_all",
          "regexp_replace",
          "regexp_split_to_array");

  private static final Set<String> VARYING =
      Set.of("COLUMN_REF", "SUBQUERY", "WINDOW", "LAMBDA", "PARAMETER", "STAR", "DEFAULT");

  /** Functions whose value is not one constant. */
  private static final Set<String> LEFT_ALONE = Set.of("unnest", "getvariable");

  /** What DuckDB calls a value that does not do; that a query is wrong is told elsewhere. */
  private static final Set<String> FAULTS =
      Set.of("Conversion", "Invalid Input", "Out of Range", "Not implemented", "Syntax");

  private final Compilation compilation;
  private final Map<String, Optional<String>> known = new HashMap<>();

  Constants(Compilation compilation) {
    this.compilation = compilation;
  }

  /** Tells of constants in an expression over fields that cannot be evaluated. */
  void check(JsonNode tree) {
    if (isConstant(tree)) {
      evaluate(tree);
      return;
    }
    switch (tree.path("type").asText()) {
      case "OPERATOR_TRY", "LAMBDA", "TYPE" -> {
        // May fail, or may never be evaluated.
      }
      case "CASE_EXPR" -> check(tree.path("case_checks").path(0).path("when_expr"));
      case "OPERATOR_COALESCE" -> check(tree.path("children").path(0));
      case "CONJUNCTION_AND", "CONJUNCTION_OR" -> {
        if (!isDecided(tree)) {
          tree.path("children").forEach(this::check);
        }
      }
      default -> {
        if (tree.path("class").asText().equals("WINDOW")) {
          new WindowConstants(compilation).check(tree);
        }
        if (!tree.isObject() || !probe(tree)) {
          tree.forEach(this::check);
        }
      }
    }
  }

  /** True if a constant among the conditions makes the others of no account. */
  private boolean isDecided(JsonNode conditions) {
    boolean all = conditions.path("type").asText().equals("CONJUNCTION_AND");
    for (JsonNode condition : conditions.path("children")) {
      if (isConstant(condition)) {
        try {
          String value = compilation.duck().text(compilation.duck().printExpression(condition));
          if (all ? !"true".equals(value) : "true".equals(value)) {
            return true;
          }
        } catch (SQLException e) {
          // It decides nothing, and is told with the others.
        }
      }
    }
    return false;
  }

  /** True for an expression without columns, subqueries, aggregates; a literal is one too. */
  static boolean isConstant(JsonNode tree, DuckDb duck) {
    return tree.has("class") && !tree.path("class").asText().equals("TYPE") && isFixed(tree, duck);
  }

  private boolean isConstant(JsonNode tree) {
    return isConstant(tree, compilation.duck());
  }

  private static boolean isFixed(JsonNode tree, DuckDb duck) {
    String kind = tree.path("class").asText();
    String function = tree.path("function_name").asText();
    if (VARYING.contains(kind)
        || (kind.equals("FUNCTION")
            && (duck.isAggregate(function)
                || duck.isUnstable(function)
                || LEFT_ALONE.contains(function)))) {
      return false;
    }
    for (JsonNode child : tree) {
      if (!isFixed(child, duck)) {
        return false;
      }
    }
    return true;
  }

  /** Evaluates a constant; true if it fails, which is told at the smallest part that does. */
  private boolean evaluate(JsonNode constant) {
    if (constant.path("class").asText().equals("CONSTANT")) {
      return false;
    }
    String sql = compilation.duck().printExpression(constant);
    Optional<String> fault = fault("SELECT " + sql);
    if (fault.isPresent() && !isPartAtFault(constant)) {
      refuse(constant, fault.get());
    }
    return fault.isPresent();
  }

  private boolean isPartAtFault(JsonNode tree) {
    boolean found = false;
    for (JsonNode child : tree) {
      found |= isConstant(child) ? evaluate(child) : isPartAtFault(child);
    }
    return found;
  }

  private void refuse(JsonNode place, String fault) {
    compilation
        .findings()
        .add(
            place,
            SqlCode.SQL_INVALID,
            "no row can be computed with this: " + fault,
            "correct the constant in it");
  }

  /**
   * Evaluates a comparison with constants, or a strict function of some, with an unremarkable value
   * in place of all that is not constant; true if it fails, which is told.
   */
  private boolean probe(JsonNode tree) {
    String kind = tree.path("class").asText();
    boolean comparison =
        kind.equals("COMPARISON")
            || kind.equals("BETWEEN")
            || Set.of("COMPARE_IN", "COMPARE_NOT_IN").contains(tree.path("type").asText());
    String function = tree.path("function_name").asText();
    boolean strict =
        kind.equals("FUNCTION") && (TIMES.contains(function) || TEXTS.contains(function));
    if (!comparison && !strict) {
      return false;
    }
    Stand stand = new Stand(comparison, TEXTS.contains(function));
    JsonNode probe = stand.in(tree);
    if (!stand.isUseful()) {
      return false;
    }
    String from = " FROM (SELECT " + String.join(", ", stand.values) + ")";
    Optional<String> fault = fault("SELECT " + compilation.duck().printExpression(probe) + from);
    fault.ifPresent(text -> refuse(tree, text));
    return fault.isPresent();
  }

  /** Puts columns with unremarkable values in place of what is not constant. */
  private final class Stand {
    private final boolean nulls;
    private final boolean texts;
    private final List<String> values = new ArrayList<>();
    private boolean constants;
    private boolean unknown;

    Stand(boolean nulls, boolean texts) {
      this.nulls = nulls;
      this.texts = texts;
    }

    /** True if there is a constant, and a value for all that is not. */
    boolean isUseful() {
      return constants && !unknown && !values.isEmpty();
    }

    JsonNode in(JsonNode tree) {
      ObjectNode copy = tree.deepCopy();
      for (String side : List.of("left", "right", "input", "lower", "upper")) {
        if (tree.has(side)) {
          copy.set(side, operand(tree.path(side)));
        }
      }
      if (tree.path("children").isArray()) {
        ArrayNode children = copy.putArray("children");
        tree.path("children").forEach(child -> children.add(operand(child)));
      }
      for (JsonNode argument : copy.path("arguments")) {
        ((ObjectNode) argument).set("expression", operand(argument.path("expression")));
      }
      return copy;
    }

    private JsonNode operand(JsonNode tree) {
      if (isConstant(tree)) {
        constants = true;
        // One that fails by itself is told by itself.
        unknown |= evaluate(tree);
        return tree;
      }
      Optional<String> type = type(tree);
      Optional<String> value = type.flatMap(t -> nulls ? Optional.of("NULL") : plain(t, texts));
      if (value.isEmpty()) {
        unknown = true;
        return tree;
      }
      String name = "_p" + values.size();
      // From a list, so that DuckDB does not take it for a constant.
      values.add("unnest([CAST(" + value.get() + " AS " + type.get() + ")]) AS " + name);
      return Compilation.reference(name);
    }
  }

  private static Optional<String> plain(String type, boolean texts) {
    if (type.equals("VARCHAR")) {
      return texts ? Optional.of("''") : Optional.empty();
    }
    return type.startsWith("TIMESTAMP") || type.equals("DATE")
        ? Optional.of("'2000-01-01'")
        : Optional.empty();
  }

  private Optional<String> type(JsonNode tree) {
    List<Field> fields = new ArrayList<>();
    for (String ref : Expr.refs(tree)) {
      Optional<Field> field = compilation.field(ref);
      if (field.isEmpty()) {
        return Optional.empty();
      }
      fields.add(field.get());
    }
    if (tree.path("class").asText().equals("COLUMN_REF")) {
      return Optional.of(fields.get(0).type());
    }
    try {
      String sql = compilation.duck().printExpression(tree);
      return Optional.of(compilation.duck().types(fields, List.of(sql)).get(0));
    } catch (SQLException e) {
      // It is told when the query is bound.
      return Optional.empty();
    }
  }

  private Optional<String> fault(String query) {
    return known.computeIfAbsent(
        query,
        key -> {
          try {
            compilation.duck().evaluate(key);
            return Optional.empty();
          } catch (SQLException e) {
            return fault(e);
          }
        });
  }

  /** What DuckDB says of a value that does not do; empty for another error. */
  static Optional<String> fault(SQLException e) {
    JsonNode details = DuckDb.details(e);
    if (!FAULTS.contains(details.path("exception_type").asText())) {
      return Optional.empty();
    }
    String message = details.path("exception_message").asText();
    return Optional.of(message.lines().findFirst().orElse(message));
  }
}
