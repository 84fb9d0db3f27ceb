package dev.millrace.dbt.run;

import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which of the selected nodes wait for which. Besides the nodes that it reads, a node waits for the
 * tests of whatever is before it, as {@code dbt build} does it: a test of several nodes holds up
 * only those that come after all of them. A model waits for its unit tests too.
 */
final class BuildGraph {
  private final List<Node> nodes = new ArrayList<>();
  private final Map<String, Integer> indexes = new HashMap<>();
  private final List<Set<Integer>> parents = new ArrayList<>();
  private final List<Set<Integer>> children = new ArrayList<>();
  private final BitSet selected = new BitSet();
  private final Map<String, Set<String>> waitsFor = new LinkedHashMap<>();

  /**
   * A graph of a manifest's nodes.
   *
   * @param chosen ids of those that run
   * @param tests whether models wait for tests
   */
  BuildGraph(Manifest manifest, Set<String> chosen, boolean tests) {
    for (Node node : manifest.nodes().values()) {
      indexes.put(node.id(), nodes.size());
      nodes.add(node);
      parents.add(new LinkedHashSet<>());
      children.add(new LinkedHashSet<>());
    }
    for (int i = 0; i < nodes.size(); i++) {
      if (chosen.contains(nodes.get(i).id())) {
        selected.set(i);
      }
      for (String id : nodes.get(i).dependsOn()) {
        Integer parent = indexes.get(id);
        if (parent != null) {
          edge(parent, i);
        }
      }
    }
    if (tests) {
      addTests();
      addUnitTests();
    }
    Map<Integer, Set<Integer>> nearest = new HashMap<>();
    for (int i = selected.nextSetBit(0); i >= 0; i = selected.nextSetBit(i + 1)) {
      Set<String> ids = new LinkedHashSet<>();
      for (int before : selectedBefore(i, nearest)) {
        ids.add(nodes.get(before).id());
      }
      waitsFor.put(nodes.get(i).id(), ids);
    }
  }

  private void edge(int from, int to) {
    if (from != to) {
      parents.get(to).add(from);
      children.get(from).add(to);
    }
  }

  private static boolean isTest(Node node) {
    return node.type() == NodeType.TEST || node.type() == NodeType.UNIT_TEST;
  }

  private void addTests() {
    List<int[]> edges = new ArrayList<>();
    List<BitSet> before = null;
    for (int test = 0; test < nodes.size(); test++) {
      if (nodes.get(test).type() != NodeType.TEST) {
        continue;
      }
      List<Integer> tested = List.copyOf(parents.get(test));
      if (tested.size() == 1) {
        for (int child : children.get(tested.get(0))) {
          // What comes after the child waits for the child.
          if (!isTest(nodes.get(child))) {
            edges.add(new int[] {test, child});
          }
        }
      } else if (tested.size() > 1) {
        before = before == null ? ancestors() : before;
        for (int node = 0; node < nodes.size(); node++) {
          if (!isTest(nodes.get(node)) && tested.stream().allMatch(before.get(node)::get)) {
            edges.add(new int[] {test, node});
          }
        }
      }
    }
    edges.forEach(e -> edge(e[0], e[1]));
  }

  /** A model's unit tests run when the model could, and before it. */
  private void addUnitTests() {
    for (int test = 0; test < nodes.size(); test++) {
      Node node = nodes.get(test);
      if (node.type() == NodeType.UNIT_TEST && !node.dependsOn().isEmpty()) {
        Integer model = indexes.get(node.dependsOn().get(0));
        if (model == null) {
          continue;
        }
        parents.get(test).remove(model);
        children.get(model).remove(test);
        for (int parent : List.copyOf(parents.get(model))) {
          if (nodes.get(parent).type() != NodeType.UNIT_TEST) {
            edge(parent, test);
          }
        }
        edge(test, model);
      }
    }
  }

  /** For each node, all before it. Nodes are in an order in which each comes after its parents. */
  private List<BitSet> ancestors() {
    List<BitSet> ancestors = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      ancestors.add(new BitSet());
    }
    for (int i : topological()) {
      for (int parent : parents.get(i)) {
        ancestors.get(i).or(ancestors.get(parent));
        ancestors.get(i).set(parent);
      }
    }
    return ancestors;
  }

  private List<Integer> topological() {
    int[] left = new int[nodes.size()];
    Deque<Integer> ready = new ArrayDeque<>();
    for (int i = 0; i < left.length; i++) {
      left[i] = parents.get(i).size();
      if (left[i] == 0) {
        ready.add(i);
      }
    }
    List<Integer> order = new ArrayList<>();
    while (!ready.isEmpty()) {
      int next = ready.remove();
      order.add(next);
      for (int child : children.get(next)) {
        if (--left[child] == 0) {
          ready.add(child);
        }
      }
    }
    return order;
  }

  /** The nearest selected nodes before one, through those that are not selected. */
  private Set<Integer> selectedBefore(int node, Map<Integer, Set<Integer>> known) {
    Set<Integer> found = new LinkedHashSet<>();
    for (int parent : parents.get(node)) {
      if (selected.get(parent)) {
        found.add(parent);
      } else {
        Set<Integer> before = known.get(parent);
        if (before == null) {
          before = selectedBefore(parent, known);
          known.put(parent, before);
        }
        found.addAll(before);
      }
    }
    return found;
  }

  /** By id of each selected node, the ids of the selected nodes that have to end before. */
  Map<String, Set<String>> waitsFor() {
    return waitsFor;
  }

  /** How many edges the longest way from a node without parents has, by id of a selected node. */
  Map<String, Integer> depths() {
    int[] depth = new int[nodes.size()];
    Map<String, Integer> depths = new HashMap<>();
    for (int i : topological()) {
      for (int parent : parents.get(i)) {
        depth[i] = Math.max(depth[i], depth[parent] + 1);
      }
      if (selected.get(i)) {
        depths.put(nodes.get(i).id(), depth[i]);
      }
    }
    return depths;
  }
}
