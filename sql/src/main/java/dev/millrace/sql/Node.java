package dev.millrace.sql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The algebra: what a SELECT means, as operators over relations with row identity. Each operator
 * keeps its inputs' fields and adds its own; which of them are needed is decided when it is
 * planned.
 */
sealed interface Node permits Node.Scan, Node.Unary, Node.UnionAll, Join, Values {

  /** The columns, hidden ones included. */
  List<Field> fields();

  /** Names of the fields that tell rows apart. */
  List<String> identity();

  /** True if no row is ever taken back. */
  boolean appendOnly();

  /**
   * For a field of type TIMESTAMPTZ, the SQL of an instant such that no later change has a smaller
   * value there.
   */
  Map<String, String> watermarks();

  /**
   * Names of fields whose values stay: where a row is taken back, there is for ever after another
   * one with the same values in all of these fields. None: it may have been the last row.
   */
  Set<String> lasting();

  /** The operators below. */
  List<Node> inputs();

  /** The field of that name. */
  default Optional<Field> field(String name) {
    return fields().stream().filter(f -> f.name().equals(name)).findFirst();
  }

  /** A new column. */
  record Item(Field field, Expr expr) {}

  /**
   * An input.
   *
   * @param columns the input's column for each field
   */
  record Scan(Relation relation, List<Field> fields, List<String> columns) implements Node {
    @Override
    public List<String> identity() {
      List<String> names = new ArrayList<>();
      for (String column : relation.identity()) {
        for (int i = 0; i < columns.size(); i++) {
          if (columns.get(i).equalsIgnoreCase(column)) {
            names.add(fields.get(i).name());
          }
        }
      }
      return names;
    }

    @Override
    public boolean appendOnly() {
      return relation.appendOnly();
    }

    @Override
    public Map<String, String> watermarks() {
      Map<String, String> marks = new HashMap<>();
      relation
          .watermarks()
          .forEach(
              (column, mark) -> {
                for (int i = 0; i < columns.size(); i++) {
                  if (columns.get(i).equalsIgnoreCase(column)) {
                    marks.put(fields.get(i).name(), mark);
                  }
                }
              });
      return marks;
    }

    @Override
    public Set<String> lasting() {
      Set<String> names = new HashSet<>();
      for (int i = 0; i < columns.size(); i++) {
        if (relation.appendOnly() || relation.lasting().contains(columns.get(i))) {
          names.add(fields.get(i).name());
        }
      }
      return names;
    }

    @Override
    public List<Node> inputs() {
      return List.of();
    }
  }

  /** An operator over one input; unless it says otherwise, rows come and go as the input's do. */
  sealed interface Unary extends Node
      permits Filter, Extend, Aggregate, Window, Session, Unnest, Shared, Repeat {
    /** The operator below. */
    Node input();

    @Override
    default List<Field> fields() {
      return input().fields();
    }

    @Override
    default List<String> identity() {
      return input().identity();
    }

    @Override
    default boolean appendOnly() {
      return input().appendOnly();
    }

    @Override
    default Map<String, String> watermarks() {
      return input().watermarks();
    }

    @Override
    default List<Node> inputs() {
      return List.of(input());
    }
  }

  /** The rows for which a condition is true. */
  record Filter(Node input, Expr condition) implements Unary {
    /** Rows with the same values pass or fail together if the condition reads nothing else. */
    @Override
    public Set<String> lasting() {
      Set<String> below = input.lasting();
      return appendOnly() || below.containsAll(condition.refs()) ? below : Set.of();
    }
  }

  /**
   * The input with computed columns.
   *
   * @param watermarks the input's and those of computed columns that grow with a column of the
   *     input
   */
  record Extend(Node input, List<Item> items, Map<String, String> watermarks) implements Unary {
    @Override
    public List<Field> fields() {
      List<Field> fields = new ArrayList<>(input.fields());
      items.forEach(item -> fields.add(item.field()));
      return fields;
    }

    /** Even a constant goes with the last row. */
    @Override
    public Set<String> lasting() {
      Set<String> below = input.lasting();
      Set<String> names = new HashSet<>(below);
      for (Item item : items) {
        if (appendOnly() || (!below.isEmpty() && below.containsAll(item.expr.refs()))) {
          names.add(item.field.name());
        }
      }
      return names;
    }
  }

  /**
   * All rows of several inputs.
   *
   * @param columns for each input, the SQL of each field
   * @param needs for each input, the fields that make each of the union's fields, or null for none
   * @param identity the branch's number, then the branches' identities
   */
  record UnionAll(
      List<Node> inputs,
      List<Field> fields,
      List<String> identity,
      List<List<String>> columns,
      List<List<@Nullable String>> needs,
      Map<String, String> watermarks)
      implements Node {
    @Override
    public boolean appendOnly() {
      return inputs.stream().allMatch(Node::appendOnly);
    }

    @Override
    public Set<String> lasting() {
      Set<String> names = new HashSet<>();
      for (int i = 0; i < fields.size(); i++) {
        boolean lasts = true;
        for (int branch = 0; branch < inputs.size(); branch++) {
          String source = needs.get(branch).get(i);
          Set<String> below = inputs.get(branch).lasting();
          lasts &= source == null ? !below.isEmpty() : below.contains(source);
        }
        if (lasts) {
          names.add(fields.get(i).name());
        }
      }
      return names;
    }
  }

  /**
   * One row a group.
   *
   * @param groups fields of the input; a single constant if the whole input is one group
   * @param global true if the whole input is one group, which has a row even when it is empty
   * @param closes if a group's row appears once, when a watermark has passed it: the group's field
   *     that it has to pass; else null
   * @param partial groups that are null in some of the GROUPING SETS
   */
  record Aggregate(
      Node input,
      List<Field> groups,
      List<AggregateCall> calls,
      boolean global,
      @Nullable String closes,
      Set<String> partial)
      implements Unary {
    /** Groups that change as their rows do. */
    Aggregate(Node input, List<Field> groups, List<AggregateCall> calls, boolean global) {
      this(input, groups, calls, global, null, Set.of());
    }

    /** True if a group's row appears once. */
    boolean onClose() {
      return closes != null;
    }

    @Override
    public List<Field> fields() {
      List<Field> fields = new ArrayList<>(groups);
      calls.forEach(call -> fields.add(call.result()));
      return fields;
    }

    @Override
    public List<String> identity() {
      return groups.stream().map(Field::name).toList();
    }

    /** Without aggregates a group's row stays as it is once it is there. */
    @Override
    public boolean appendOnly() {
      return onClose() || (calls.isEmpty() && input.appendOnly());
    }

    /**
     * A group changes only together with a row of the input in it. One that is published when it
     * closes appears later than its rows, and all that is known is that the time by which it closes
     * had not been passed.
     */
    @Override
    public Map<String, String> watermarks() {
      Map<String, String> marks = new LinkedHashMap<>();
      for (Field group : groups) {
        String mark = input.watermarks().get(group.name());
        if (mark != null && (closes == null || closes.equals(group.name()))) {
          marks.put(group.name(), mark);
        }
      }
      return marks;
    }

    /** A group stays if its key does. */
    @Override
    public Set<String> lasting() {
      Set<String> names = new HashSet<>(identity());
      if (appendOnly()) {
        fields().forEach(field -> names.add(field.name()));
      }
      return appendOnly() || input.lasting().containsAll(names) ? names : Set.of();
    }
  }

  /**
   * Every row of the input with the results of functions over the partition that it is in.
   *
   * @param partition fields of the input; a single constant if all rows are one partition
   * @param calls the functions, total: they depend on no order but the one that they name
   */
  record Window(Node input, List<Field> partition, List<Item> calls) implements Unary {
    @Override
    public List<Field> fields() {
      List<Field> fields = new ArrayList<>(input.fields());
      calls.forEach(call -> fields.add(call.field()));
      return fields;
    }

    /** A partition whose rows all come in one batch and never again keeps its results. */
    @Override
    public boolean appendOnly() {
      Optional<String> closing = closing(input);
      return closing.isPresent()
          && partition.stream().anyMatch(field -> field.name().equals(closing.get()));
    }

    /** The field of groups that are published together, when a watermark has passed it. */
    private static Optional<String> closing(Node node) {
      if (node instanceof Aggregate aggregate) {
        return Optional.ofNullable(aggregate.closes());
      }
      boolean passes =
          node instanceof Filter
              || node instanceof Extend
              || (node instanceof Window window && window.appendOnly());
      return passes ? closing(node.inputs().get(0)) : Optional.empty();
    }

    /** A change concerns the rows of one partition, whenever they came. */
    @Override
    public Map<String, String> watermarks() {
      if (appendOnly()) {
        return input.watermarks();
      }
      Map<String, String> marks = new LinkedHashMap<>();
      for (Field field : partition) {
        String mark = input.watermarks().get(field.name());
        if (mark != null) {
          marks.put(field.name(), mark);
        }
      }
      return marks;
    }

    /** A row whose results change stays what it is. */
    @Override
    public Set<String> lasting() {
      Set<String> names = new HashSet<>(input.lasting());
      if (appendOnly()) {
        fields().forEach(field -> names.add(field.name()));
      } else if (input.appendOnly()) {
        input.fields().forEach(field -> names.add(field.name()));
      }
      return names;
    }
  }
}
