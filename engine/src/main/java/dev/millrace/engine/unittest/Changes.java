package dev.millrace.engine.unittest;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What changed between two bags of rows, as rows with a weight before them. */
final class Changes {
  private Changes() {}

  static List<List<@Nullable String>> between(
      List<List<@Nullable String>> before, List<List<@Nullable String>> after) {
    Map<List<@Nullable String>, Integer> weights = new LinkedHashMap<>();
    before.forEach(row -> weights.merge(row, -1, Integer::sum));
    after.forEach(row -> weights.merge(row, 1, Integer::sum));
    List<List<@Nullable String>> changes = new ArrayList<>();
    weights.forEach(
        (row, weight) -> {
          for (int i = 0; i < Math.abs(weight); i++) {
            List<@Nullable String> change = new ArrayList<>();
            change.add(weight < 0 ? "-1" : "1");
            change.addAll(row);
            changes.add(Collections.unmodifiableList(change));
          }
        });
    return changes;
  }

  /** Some values of a row. */
  static List<@Nullable String> pick(List<@Nullable String> row, List<Integer> places) {
    List<@Nullable String> picked = new ArrayList<>();
    places.forEach(p -> picked.add(row.get(p)));
    return Collections.unmodifiableList(picked);
  }
}
