package dev.millrace.sql;

import java.util.List;
import java.util.Map;

/**
 * A query as people read it.
 *
 * @param root the operator that gives the result
 * @param lineage for each column of the result, the input columns that it is made of, as {@code
 *     relation.column}; empty for a count of rows
 */
public record QueryPlan(Operator root, Map<String, List<String>> lineage) {
  /** Copies the map. */
  public QueryPlan {
    lineage = Map.copyOf(lineage);
  }

  /**
   * One operator.
   *
   * @param kind such as {@code read}, {@code filter}, {@code left join}, {@code aggregate}
   * @param text its condition, expressions or groups, as SQL
   * @param columns name and type of each column
   * @param appendOnly true if it never takes a row back
   * @param inputs the operators below
   */
  public record Operator(
      String kind, String text, List<String> columns, boolean appendOnly, List<Operator> inputs) {
    /** Copies the lists. */
    public Operator {
      columns = List.copyOf(columns);
      inputs = List.copyOf(inputs);
    }
  }

  /** The operators as an indented tree, one a line, the result first. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(root, 0, text);
    return text.toString();
  }

  private static void append(Operator operator, int depth, StringBuilder text) {
    text.append("  ".repeat(depth)).append(operator.kind());
    text.append(operator.text().isEmpty() ? "" : " ").append(operator.text()).append('\n');
    operator.inputs().forEach(input -> append(input, depth + 1, text));
  }
}
