package dev.millrace.sql;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.sql.Node.Item;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * GROUPING SETS, ROLLUP and CUBE: every row of the input once for each set, with nulls for the
 * groups that are not in it, grouped by all groups and the set's number. The empty set is one group
 * that has a row even when there is no input, so it is an aggregate of its own.
 */
final class GroupingSets {
  private final Compilation compilation;
  private final List<Field> inputs;
  private final List<Set<String>> sets;
  private final List<Field> groups = new ArrayList<>();
  private final Field number;

  /**
   * The sets of one GROUP BY.
   *
   * @param inputs the fields that are grouped by
   * @param sets for each set the names of its fields
   */
  GroupingSets(Compilation compilation, List<Field> inputs, List<Set<String>> sets) {
    this.compilation = compilation;
    this.inputs = inputs;
    this.sets = sets;
    for (Field field : inputs) {
      String name = compilation.names().fresh(field.name());
      groups.add(compilation.declare(new Field(name, field.type(), field.origins())));
    }
    number = compilation.field("_set", "INTEGER", Set.of(), List.of());
  }

  /** The group's field in the result for the field that is grouped by. */
  Field group(String input) {
    return groups.get(AggregateRule.names(inputs).indexOf(input));
  }

  /** True if every set has that group. */
  boolean isInAll(String group) {
    String input = inputs.get(AggregateRule.names(groups).indexOf(group)).name();
    return sets.stream().allMatch(set -> set.contains(input));
  }

  /**
   * {@code grouping(a, b)}: a bit for each group, which is set where the group is not in the set.
   */
  JsonNode grouping(List<String> arguments) {
    StringBuilder sql = new StringBuilder("CAST(CASE " + number.sql());
    for (int i = 0; i < sets.size(); i++) {
      long bits = 0;
      for (String argument : arguments) {
        String input = inputs.get(AggregateRule.names(groups).indexOf(argument)).name();
        bits = 2 * bits + (sets.get(i).contains(input) ? 0 : 1);
      }
      sql.append(" WHEN ").append(i).append(" THEN ").append(bits);
    }
    return compilation.duck().parseExpression(sql + " END AS BIGINT)");
  }

  /** The aggregates over every set, with the groups' fields of the result. */
  Node apply(Node input, List<AggregateCall> calls, @Nullable String closes) {
    Set<String> columns = new LinkedHashSet<>(AggregateRule.names(inputs));
    calls.forEach(call -> columns.addAll(call.refs()));
    if (!input.appendOnly()) {
      columns.addAll(input.identity());
    }
    Node shared = new Shared(input, columns);
    List<Integer> full = new ArrayList<>();
    List<Node> branches = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < sets.size(); i++) {
      if (!sets.get(i).isEmpty()) {
        full.add(i);
      } else {
        branches.add(whole(shared, calls));
        numbers.add(i);
      }
    }
    if (full.isEmpty()) {
      return union(branches, numbers, calls, Map.of());
    }
    List<Field> keys = new ArrayList<>(groups);
    keys.add(number);
    Node expanded = expand(shared, full);
    Set<String> partial = new LinkedHashSet<>(AggregateRule.names(groups));
    partial.removeIf(this::isInAll);
    Node aggregate = new Node.Aggregate(expanded, keys, calls, false, closes, partial);
    if (branches.isEmpty()) {
      return aggregate;
    }
    branches.add(0, aggregate);
    numbers.add(0, -1);
    return union(branches, numbers, calls, aggregate.watermarks());
  }

  private Node whole(Node input, List<AggregateCall> calls) {
    List<Field> constant = new ArrayList<>();
    Node node = compilation.extendByZero(input, "_group", constant);
    return new Node.Aggregate(node, constant, calls, true);
  }

  private Node expand(Node input, List<Integer> full) {
    String list = full.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    Item each = new Item(number, compilation.expr(compilation.duck().parseExpression(list)));
    Field ordinal = compilation.field("_ordinal", "BIGINT", Set.of(), List.of());
    Node repeated = new Unnest(input, List.of(each), ordinal, false, input.watermarks());
    List<Item> items = new ArrayList<>();
    Map<String, String> marks = new HashMap<>(input.watermarks());
    for (int i = 0; i < groups.size(); i++) {
      Field source = inputs.get(i);
      List<String> with = new ArrayList<>();
      for (int set : full) {
        if (sets.get(set).contains(source.name())) {
          with.add(String.valueOf(set));
        }
      }
      String sql =
          with.size() == full.size()
              ? source.sql()
              : "CASE WHEN "
                  + number.sql()
                  + " IN ("
                  + String.join(", ", with)
                  + ") THEN "
                  + source.sql()
                  + " END";
      Expr expr =
          with.isEmpty()
              ? compilation.expr(
                  compilation.duck().parseExpression("CAST(NULL AS " + source.type() + ")"))
              : compilation.expr(compilation.duck().parseExpression(sql));
      items.add(new Item(groups.get(i), expr));
      String mark = input.watermarks().get(source.name());
      if (mark != null) {
        // A null is behind no watermark.
        marks.put(groups.get(i).name(), mark);
      }
    }
    return new Node.Extend(repeated, items, marks);
  }

  private Node union(
      List<Node> branches,
      List<Integer> numbers,
      List<AggregateCall> calls,
      Map<String, String> marks) {
    List<Field> fields = new ArrayList<>(groups);
    fields.add(number);
    List<String> identity = AggregateRule.names(fields);
    calls.forEach(call -> fields.add(call.result()));
    List<List<String>> columns = new ArrayList<>();
    List<List<@Nullable String>> needs = new ArrayList<>();
    for (int branch = 0; branch < branches.size(); branch++) {
      List<String> sqls = new ArrayList<>();
      List<@Nullable String> names = new ArrayList<>();
      boolean whole = numbers.get(branch) >= 0;
      for (Field field : fields) {
        boolean missing = whole && identity.contains(field.name());
        names.add(missing ? null : field.name());
        if (!missing) {
          sqls.add(field.sql());
        } else if (field.equals(number)) {
          sqls.add("CAST(" + numbers.get(branch) + " AS INTEGER)");
        } else {
          sqls.add("CAST(NULL AS " + field.type() + ")");
        }
      }
      columns.add(sqls);
      needs.add(names);
    }
    return new Node.UnionAll(branches, fields, identity, columns, needs, marks);
  }
}
