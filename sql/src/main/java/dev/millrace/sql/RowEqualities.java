package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.DataTypeParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Equalities of rows, {@code (a.x, a.y) = (b.x, b.y)}, as equalities of their values, by which rows
 * can be joined. Within a row DuckDB takes null for equal to null.
 */
final class RowEqualities {
  private final Compilation compilation;

  RowEqualities(Compilation compilation) {
    this.compilation = compilation;
  }

  /** The conditions, with one for each value in place of one for a row, where types allow it. */
  List<JsonNode> split(List<JsonNode> conditions) {
    List<JsonNode> all = new ArrayList<>();
    for (JsonNode condition : conditions) {
      List<JsonNode> left = values(side(condition, true));
      List<JsonNode> right = values(side(condition, false));
      if (left.isEmpty() || left.size() != right.size() || !isSplit(left, right)) {
        all.add(condition);
        continue;
      }
      List<JsonNode> equalities = new ArrayList<>();
      for (int i = 0; i < left.size(); i++) {
        equalities.add(Compilation.compare("COMPARE_NOT_DISTINCT_FROM", left.get(i), right.get(i)));
      }
      all.addAll(split(equalities));
    }
    return all;
  }

  /** What an equality compares; IN with one value is one, too. */
  private static JsonNode side(JsonNode condition, boolean left) {
    return switch (condition.path("type").asText()) {
      case "COMPARE_EQUAL", "COMPARE_NOT_DISTINCT_FROM" -> condition.path(left ? "left" : "right");
      case "COMPARE_IN" ->
          condition.path("children").size() == 2
              ? condition.path("children").path(left ? 0 : 1)
              : DuckDb.object();
      default -> DuckDb.object();
    };
  }

  private static List<JsonNode> values(JsonNode tree) {
    List<JsonNode> values = new ArrayList<>();
    if (isRow(tree)) {
      tree.path("arguments").forEach(argument -> values.add(argument.path("expression")));
    }
    return values;
  }

  /** True for {@code (a, b)} and {@code row(a, b)}. */
  static boolean isRow(JsonNode tree) {
    return tree.path("class").asText().equals("FUNCTION")
        && tree.path("function_name").asText().equals("row");
  }

  /** True if values are compared on their own as they are within a row. */
  private boolean isSplit(List<JsonNode> left, List<JsonNode> right) {
    for (int i = 0; i < left.size(); i++) {
      String one = type(left.get(i));
      String other = type(right.get(i));
      if (!one.equals(other) && !(isNumber(one) && isNumber(other))) {
        return false;
      }
    }
    return true;
  }

  private String type(JsonNode tree) {
    Expr expr = compilation.expr(tree);
    List<Field> fields = new ArrayList<>();
    expr.refs().forEach(ref -> compilation.field(ref).ifPresent(fields::add));
    return compilation.types(fields, List.of(expr.sql())).get(0);
  }

  private static boolean isNumber(String type) {
    Optional<DataType> parsed = DataTypeParser.parse(type);
    return parsed.isPresent() && parsed.get().isNumber();
  }
}
