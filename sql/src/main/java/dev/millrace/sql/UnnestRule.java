package dev.millrace.sql;

import dev.millrace.sql.Node.Item;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The delta of unnest: the elements of each row that changes come and go with it. */
final class UnnestRule {
  private UnnestRule() {}

  static Delta plan(Planner planner, Unnest unnest, Set<String> needed) {
    Set<String> below = new LinkedHashSet<>(Planner.own(unnest.input(), needed));
    unnest.items().forEach(item -> below.addAll(item.expr().refs()));
    if (!unnest.appendOnly()) {
      // Equal elements of different rows must not meet before they are consolidated.
      below.addAll(unnest.input().identity());
    }
    Delta input = planner.plan(unnest.input(), below);
    StringBuilder select = new StringBuilder("SELECT " + Sql.leading(below));
    List<String> lengths = new ArrayList<>();
    for (Item item : unnest.items()) {
      String list = item.expr().sql();
      String filled = "CASE WHEN len(" + list + ") > 0 THEN " + list + " ELSE [NULL] END";
      select.append("unnest(").append(unnest.keepsEmpty() ? filled : list).append(") AS ");
      select.append(item.field().sql()).append(", ");
      lengths.add("coalesce(len(" + list + "), 0)");
    }
    String most =
        lengths.size() == 1 ? lengths.get(0) : "greatest(" + String.join(", ", lengths) + ")";
    String ordinals = "range(1, " + most + " + 1)";
    if (unnest.keepsEmpty()) {
      ordinals = "CASE WHEN " + most + " > 0 THEN " + ordinals + " ELSE [CAST(NULL AS BIGINT)] END";
    }
    select.append("unnest(").append(ordinals).append(") AS ").append(unnest.ordinal().sql());
    select.append(", _w FROM ").append(input.from());
    Set<String> out = Planner.own(unnest, needed);
    String from = "(SELECT " + Sql.leading(out) + "_w FROM (" + select + "))";
    return new Delta(from, false, false, unnest.appendOnly(), input.stateful());
  }
}
