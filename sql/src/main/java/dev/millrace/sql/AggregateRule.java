package dev.millrace.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The delta of GROUP BY. If the state of every aggregate can be brought up to date from the changes
 * alone, groups are merged ({@link MergedGroups}), else the groups that changed are computed anew
 * from their rows ({@link RecomputedGroups}).
 */
final class AggregateRule {
  private static final Set<String> COMPARABLE =
      Set.of("VARCHAR", "DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID", "BLOB");

  private final Planner planner;
  private final Node.Aggregate aggregate;
  private final Set<String> needed;

  AggregateRule(Planner planner, Node.Aggregate aggregate, Set<String> needed) {
    this.planner = planner;
    this.aggregate = aggregate;
    this.needed = needed;
  }

  Delta plan() {
    List<AggregateCall> calls =
        aggregate.calls().stream().filter(c -> needed.contains(c.result().name())).toList();
    boolean retracts = !aggregate.input().appendOnly();
    boolean mergeable = calls.stream().allMatch(call -> isMergeable(call, retracts));
    Set<String> below = new LinkedHashSet<>();
    aggregate.groups().forEach(group -> below.add(group.name()));
    calls.forEach(call -> below.addAll(call.refs()));
    Set<String> own = Planner.own(aggregate.input(), below);
    if (!mergeable && retracts) {
      own.addAll(aggregate.input().identity());
    }
    Delta input = planner.plan(aggregate.input(), own);
    Groups groups = new Groups(planner.program(), aggregate, calls, bound());
    return mergeable
        ? new MergedGroups(groups, input, own).plan()
        : new RecomputedGroups(groups, input, own).plan();
  }

  /** A group whose time is before its watermark cannot change any more. */
  private Optional<JoinTimes.Bound> bound() {
    return aggregate.watermarks().entrySet().stream()
        .map(
            mark ->
                new JoinTimes.Bound(
                    mark.getKey(), mark.getValue(), aggregate.partial().contains(mark.getKey())))
        .min(Comparator.comparing(JoinTimes.Bound::partial));
  }

  static boolean isMergeable(AggregateCall call, boolean retracts) {
    if (!call.orders().isEmpty()) {
      return false;
    }
    String type = call.argumentTypes().isEmpty() ? "" : call.argumentTypes().get(0);
    return switch (call.function()) {
      case "count_star" -> !call.distinct();
      case "count" -> call.arguments().size() == 1;
      case "count_if", "countif", "bool_and", "bool_or" -> type.equals("BOOLEAN");
      case "sum", "avg", "mean" -> {
        boolean average = !call.function().equals("sum");
        boolean exact = Partials.isExact(type) && !(average && type.equals("BOOLEAN"));
        // Adding and taking away doubles drifts; adding alone is what a sum does anyway.
        yield exact || (Partials.isFloating(type) && !retracts);
      }
      case "min", "max" -> call.arguments().size() == 1 && isComparable(type);
      default -> false;
    };
  }

  /** True if {@code greatest} and {@code max} order the type's values alike. */
  static boolean isComparable(String type) {
    return Partials.isExact(type) || Partials.isFloating(type) || COMPARABLE.contains(type);
  }

  static List<String> names(List<Field> fields) {
    List<String> names = new ArrayList<>();
    fields.forEach(field -> names.add(field.name()));
    return names;
  }
}
