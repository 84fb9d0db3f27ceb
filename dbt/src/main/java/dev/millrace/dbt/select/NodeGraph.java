package dev.millrace.dbt.select;

import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Who reads whom. */
final class NodeGraph {
  private final Map<String, List<String>> parents = new HashMap<>();
  private final Map<String, List<String>> children = new HashMap<>();

  NodeGraph(Manifest manifest) {
    for (Node node : manifest.nodes().values()) {
      for (String parent : node.dependsOn()) {
        if (manifest.nodes().containsKey(parent)) {
          parents.computeIfAbsent(node.id(), id -> new ArrayList<>()).add(parent);
          children.computeIfAbsent(parent, id -> new ArrayList<>()).add(node.id());
        }
      }
    }
  }

  /** Those directly below. */
  Set<String> successors(Set<String> ids) {
    Set<String> found = new LinkedHashSet<>();
    ids.forEach(id -> found.addAll(children.getOrDefault(id, List.of())));
    return found;
  }

  /**
   * Everything above.
   *
   * @param depth how many steps; -1 for all
   */
  Set<String> parents(Set<String> ids, int depth) {
    return reach(ids, parents, depth);
  }

  /**
   * Everything below.
   *
   * @param depth how many steps; -1 for all
   */
  Set<String> children(Set<String> ids, int depth) {
    return reach(ids, children, depth);
  }

  private static Set<String> reach(Set<String> from, Map<String, List<String>> edges, int depth) {
    Set<String> found = new LinkedHashSet<>();
    Set<String> layer = from;
    for (int step = 0; !layer.isEmpty() && step != depth; step++) {
      Set<String> next = new LinkedHashSet<>();
      for (String id : layer) {
        for (String other : edges.getOrDefault(id, List.of())) {
          if (!found.contains(other)) {
            next.add(other);
          }
        }
      }
      found.addAll(next);
      layer = next;
    }
    return found;
  }
}
