package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.type.Column;
import dev.millrace.api.type.DataType;
import dev.millrace.api.type.Schema;
import dev.millrace.sql.Step.Blame;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** VALUES, and the one row of a SELECT without FROM. */
final class ConstantRows {
  private ConstantRows() {}

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
    return new Resolved(new Values(fields, cast, number), columns);
  }

  /** True if the rows of a plan are constant, so that nothing has to be remembered of them. */
  static boolean is(Node node) {
    boolean simple = node instanceof Node.Filter || node instanceof Node.Extend;
    return node instanceof Values || (simple && is(node.inputs().get(0)));
  }

  /** True if it is one constant row at most. */
  static boolean isOne(Node node) {
    return node instanceof Values values
        ? values.rows().size() == 1
        : is(node) && isOne(node.inputs().get(0));
  }

  /** The rows of a plan that {@link #is} constant, behind FROM. */
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

  /** The delta: all rows in the first batch. */
  static Delta plan(ProgramBuilder program, Values values, Set<String> needed) {
    Schema schema =
        new Schema(List.of(new Column("given", new DataType.Scalar(DataType.Kind.BOOLEAN))));
    StateTable state =
        program.keptState(
            "constants", schema, List.of("given"), "that constant rows have been given", "one row");
    String probe = program.make("constants_given", "SELECT true AS \"given\"", Blame.STATE);
    String before = program.slice(state, "constants_before", probe, List.of("given"));
    String first = " WHERE NOT EXISTS (SELECT 1 FROM " + before + ")";
    program.append(state, "SELECT \"given\" FROM " + probe + first);
    String from =
        "(SELECT "
            + Sql.leading(Planner.own(values, needed))
            + "CAST(1 AS TINYINT) AS _w FROM "
            + values.sql()
            + first
            + ")";
    return new Delta(from, false, false, true, false);
  }
}
