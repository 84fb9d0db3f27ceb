package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Constant rows: VALUES, the one row of a SELECT without FROM, and {@link ConstantTable}s.
 *
 * @param select the query that gives them
 * @param count how many there are
 * @param number the last of the fields: counts the rows from 0
 */
record Values(List<Field> fields, String select, long count, Field number) implements Node {
  /** The rows of VALUES, with columns of the types that fit all of them. */
  static Resolved of(Compilation compilation, List<List<JsonNode>> rows) {
    List<List<Expr>> exprs = new ArrayList<>();
    for (List<JsonNode> row : rows) {
      exprs.add(row.stream().map(compilation::expr).toList());
    }
    int width = rows.isEmpty() ? 0 : rows.get(0).size();
    List<Field> fields = new ArrayList<>();
    List<Scope.Visible> columns = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      int column = i;
      List<String> values = exprs.stream().map(row -> "(" + row.get(column).sql() + ")").toList();
      String all = "(SELECT c FROM (VALUES " + String.join(", ", values) + ") AS v(c) LIMIT 1)";
      String type = compilation.types(List.of(), List.of(all)).get(0);
      Field field = compilation.field("col" + i, type, Set.of(), List.of());
      fields.add(field);
      columns.add(new Scope.Visible("col" + i, field));
    }
    Field number = compilation.field("_row", "INTEGER", Set.of(), List.of());
    List<List<String>> cast = new ArrayList<>();
    for (List<Expr> row : exprs) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < width; i++) {
        values.add("CAST(" + row.get(i).sql() + " AS " + fields.get(i).type() + ")");
      }
      cast.add(values);
    }
    fields.add(number);
    return new Resolved(new Values(fields, select(fields, cast), cast.size(), number), columns);
  }

  private static String select(List<Field> fields, List<List<String>> rows) {
    List<String> selects = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      StringBuilder select = new StringBuilder("SELECT ");
      for (int i = 0; i < rows.get(row).size(); i++) {
        select.append(rows.get(row).get(i)).append(" AS ");
        select.append(fields.get(i).sql()).append(", ");
      }
      Field number = fields.get(fields.size() - 1);
      selects.add(select + "CAST(" + row + " AS INTEGER) AS " + number.sql());
    }
    return Sql.unionAll(selects);
  }

  /** True if the rows of a plan are constant, so that nothing has to be remembered of them. */
  static boolean isConstant(Node node) {
    boolean simple = node instanceof Node.Filter || node instanceof Node.Extend;
    return node instanceof Values || (simple && isConstant(node.inputs().get(0)));
  }

  /** True if it is one constant row at most. */
  static boolean isOne(Node node) {
    return node instanceof Values values
        ? values.count() == 1
        : isConstant(node) && isOne(node.inputs().get(0));
  }

  /** The rows of a plan that {@link #isConstant}, behind FROM. */
  static String sql(Node node) {
    if (node instanceof Node.Filter filter) {
      return "(SELECT * FROM " + sql(filter.input()) + " WHERE " + filter.condition().sql() + ")";
    } else if (node instanceof Node.Extend extend) {
      StringBuilder select = new StringBuilder("(SELECT *");
      for (Node.Item item : extend.items()) {
        select.append(", ").append(item.expr().sql()).append(" AS ").append(item.field().sql());
      }
      return select.append(" FROM ").append(sql(extend.input())).append(')').toString();
    }
    return ((Values) node).sql();
  }

  @Override
  public List<String> identity() {
    return List.of(number.name());
  }

  @Override
  public boolean appendOnly() {
    return true;
  }

  @Override
  public Map<String, String> watermarks() {
    return Map.of();
  }

  @Override
  public Set<String> lasting() {
    Set<String> names = new HashSet<>();
    fields.forEach(field -> names.add(field.name()));
    return names;
  }

  @Override
  public List<Node> inputs() {
    return List.of();
  }

  /** The rows behind FROM, in parentheses. */
  String sql() {
    return "(" + select + ")";
  }
}
