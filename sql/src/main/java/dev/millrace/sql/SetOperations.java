package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.Scope.Visible;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * UNION, INTERSECT and EXCEPT, with and without ALL. The last two count each row of both branches;
 * for ALL a row then appears as often as the counts say.
 */
final class SetOperations {
  private final Compilation compilation;

  SetOperations(Compilation compilation) {
    this.compilation = compilation;
  }

  /**
   * What the operation gives.
   *
   * @param type {@code UNION}, {@code UNION_BY_NAME}, {@code EXCEPT} or {@code INTERSECT}
   * @param branches with columns by position, but for {@code UNION_BY_NAME}
   */
  Resolved resolve(String type, boolean all, List<Resolved> branches) {
    switch (type) {
      case "UNION", "UNION_BY_NAME" -> {
        Resolved union = union(type.equals("UNION") ? branches : byName(branches));
        return all ? union : distinct(union);
      }
      default -> {
        Resolved left = branches.get(0);
        for (Resolved right : branches.subList(1, branches.size())) {
          left = counted(type.equals("EXCEPT"), all, left, right);
        }
        return left;
      }
    }
  }

  private Resolved union(List<Resolved> branches) {
    UnionBuilder union = new UnionBuilder(compilation, branches);
    List<Visible> columns = new ArrayList<>();
    for (int i = 0; i < branches.get(0).columns().size(); i++) {
      columns.add(union.column(i));
    }
    return new Resolved(union.build(), columns);
  }

  /** Each branch with every column of any, null where it has none of that name. */
  private List<Resolved> byName(List<Resolved> branches) {
    Map<String, Visible> all = new LinkedHashMap<>();
    for (Resolved branch : branches) {
      branch.columns().forEach(c -> all.putIfAbsent(c.name().toLowerCase(Locale.ROOT), c));
    }
    List<Resolved> aligned = new ArrayList<>();
    for (Resolved branch : branches) {
      Map<String, Field> own = new LinkedHashMap<>();
      branch.columns().forEach(c -> own.put(c.name().toLowerCase(Locale.ROOT), c.field()));
      Node node = branch.node();
      List<Visible> columns = new ArrayList<>();
      for (Map.Entry<String, Visible> column : all.entrySet()) {
        Field field = own.get(column.getKey());
        if (field == null) {
          String none = "CAST(NULL AS " + column.getValue().field().type() + ")";
          List<Field> made = new ArrayList<>();
          node = compilation.extend(node, List.of(column.getKey()), List.of(parse(none)), made);
          field = made.get(0);
        }
        columns.add(new Visible(column.getValue().name(), field));
      }
      aligned.add(new Resolved(node, columns));
    }
    return aligned;
  }

  private Expr parse(String sql) {
    return compilation.expr(compilation.duck().parseExpression(sql));
  }

  private static List<Field> groups(Resolved rows) {
    return rows.columns().stream().map(Visible::field).distinct().toList();
  }

  /** Each row once. */
  static Resolved distinct(Resolved all) {
    Node node = new Node.Aggregate(all.node(), groups(all), List.of(), false);
    return new Resolved(node, all.columns());
  }

  private Resolved counted(boolean except, boolean all, Resolved left, Resolved right) {
    Resolved both = union(List.of(left, right));
    String branch = both.node().identity().get(0);
    AggregateCall here = count(both.node(), branch, 0);
    AggregateCall there = count(both.node(), branch, 1);
    Node counts = new Node.Aggregate(both.node(), groups(both), List.of(here, there), false);
    String a = here.result().sql();
    String b = there.result().sql();
    if (!all) {
      String condition = a + " > 0 AND " + b + (except ? " = 0" : " > 0");
      return new Resolved(new Node.Filter(counts, parse(condition)), both.columns());
    }
    String copies = except ? a + " - " + b : "least(" + a + ", " + b + ")";
    List<Field> made = new ArrayList<>();
    Node counted = compilation.extend(counts, List.of("_copies"), List.of(parse(copies)), made);
    Field number = compilation.field("_copy", "BIGINT", Set.of(), List.of());
    return new Resolved(new Repeat(counted, made.get(0).name(), number), both.columns());
  }

  private AggregateCall count(Node rows, String branch, int number) {
    Field field = rows.field(branch).orElseThrow();
    compilation.declare(field);
    String condition = field.sql() + " = " + number;
    JsonNode whole =
        compilation.duck().parseExpression("count(*) FILTER (WHERE " + condition + ")");
    Field result = compilation.field("_rows", "BIGINT", Set.of(), List.of());
    return new AggregateCall(
        "count_star",
        List.of(),
        List.of(),
        false,
        parse(condition),
        List.of(),
        compilation.expr(whole),
        result);
  }
}
