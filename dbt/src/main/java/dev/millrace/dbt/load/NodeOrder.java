package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.project.ProjectError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Puts nodes in an order in which each comes after those it depends on. */
final class NodeOrder {
  private enum State {
    OPEN,
    DONE
  }

  private final Map<String, Draft> byId = new LinkedHashMap<>();
  private final Map<String, State> states = new HashMap<>();
  private final List<Draft> path = new ArrayList<>();
  private final List<Draft> ordered = new ArrayList<>();
  private final Problems problems;

  private NodeOrder(List<Draft> drafts, Problems problems) {
    drafts.forEach(d -> byId.put(d.id, d));
    this.problems = problems;
  }

  /** The nodes in order; one in a circle is somewhere, and the circle is a problem. */
  static List<Draft> of(List<Draft> drafts, Problems problems) {
    NodeOrder order = new NodeOrder(drafts, problems);
    drafts.forEach(order::visit);
    return order.ordered;
  }

  /** Depth first, without recursion: chains of thousands of models are not rare. */
  private void visit(Draft start) {
    if (states.containsKey(start.id)) {
      return;
    }
    List<List<String>> left = new ArrayList<>();
    open(start, left);
    while (!path.isEmpty()) {
      List<String> next = left.get(left.size() - 1);
      if (next.isEmpty()) {
        Draft done = path.remove(path.size() - 1);
        left.remove(left.size() - 1);
        states.put(done.id, State.DONE);
        ordered.add(done);
        continue;
      }
      Draft below = byId.get(next.remove(0));
      if (below == null) {
        continue;
      }
      State state = states.get(below.id);
      if (state == null) {
        open(below, left);
      } else if (state == State.OPEN) {
        report(below);
      }
    }
  }

  private void open(Draft draft, List<List<String>> left) {
    states.put(draft.id, State.OPEN);
    path.add(draft);
    left.add(new ArrayList<>(draft.dependsOn));
  }

  private void report(Draft again) {
    int start = path.indexOf(again);
    String circle =
        path.subList(start, path.size()).stream()
            .map(d -> d.name)
            .collect(Collectors.joining("` → `", "`", "`"));
    Draft last = path.get(path.size() - 1);
    problems.error(
        ProjectError.MODEL_CYCLE,
        last.refs.stream()
            .filter(r -> r.name().equals(again.name))
            .map(r -> r.where())
            .findFirst()
            .orElse(last.where),
        "nodes read one another in a circle: " + circle + " → `" + again.name + "`",
        "one of them must not read the next");
  }
}
