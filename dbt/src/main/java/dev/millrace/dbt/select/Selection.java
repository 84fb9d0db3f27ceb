package dev.millrace.dbt.select;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.dbt.select.SelectionSpec.Combination;
import dev.millrace.dbt.select.SelectionSpec.Criterion;
import dev.millrace.dbt.select.SelectionSpec.Group;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Finds the nodes that a selection is about, as dbt does. */
public final class Selection {
  private final Manifest manifest;
  private final NodeGraph graph;
  private final Methods methods;
  private final Problems problems;

  private Selection(Manifest manifest, Optional<StateComparison> state, Problems problems) {
    this.manifest = manifest;
    this.graph = new NodeGraph(manifest);
    this.methods = new Methods(manifest, state.map(s -> new StateMethods(s)), problems);
    this.problems = problems;
  }

  /** Nodes of which some come only with others: tests that wait for their other parents. */
  private record Found(Set<String> direct, Set<String> indirect) {}

  /**
   * Selects.
   *
   * @param problems gets what is wrong with the selection; that nothing fits is a warning
   * @return ids, in the manifest's order
   */
  public static Set<String> of(Manifest manifest, SelectionRequest request, Problems problems) {
    Selection selection = new Selection(manifest, request.state(), problems);
    SelectionSpec spec = spec(manifest, request, problems);
    return selection.filter(selection.find(spec).direct(), request);
  }

  /**
   * Selects from all kinds of nodes by texts.
   *
   * @param select texts of {@code --select}; empty for everything
   * @param exclude texts of {@code --exclude}
   * @param state what {@code state:} compares with
   * @param problems gets what is wrong with the selection
   * @return ids, in the manifest's order
   */
  public static Set<String> of(
      Manifest manifest,
      List<String> select,
      List<String> exclude,
      Optional<StateComparison> state,
      Problems problems) {
    SelectionRequest request = SelectionRequest.everything().with(select, exclude);
    return of(manifest, state.map(request::withState).orElse(request), problems);
  }

  private static SelectionSpec spec(
      Manifest manifest, SelectionRequest request, Problems problems) {
    IndirectSelection indirect = request.indirect();
    SpecParser parser = new SpecParser(indirect, problems);
    boolean written = !request.select().isEmpty();
    if (request.selector().isPresent() || (!written && request.exclude().isEmpty())) {
      SelectorsFile selectors =
          SelectorsFile.read(manifest.folder(), indirect, request.texts(), problems);
      Optional<SelectionSpec> chosen =
          request.selector().isPresent()
              ? selectors.find(request.selector().get())
              : selectors.standard();
      if (chosen.isPresent()) {
        return chosen.get();
      }
      if (request.selector().isPresent()) {
        return new Group(Combination.UNION, List.of(), indirect, Optional.empty());
      }
    }
    Group included =
        parser.union(
            written ? request.select() : List.of("fqn:*", "source:*", "exposure:*"), written);
    Group excluded = parser.union(request.exclude(), true);
    return new Group(
        Combination.DIFFERENCE,
        List.of(included, excluded),
        IndirectSelection.EAGER,
        Optional.empty());
  }

  private Set<String> filter(Set<String> ids, SelectionRequest request) {
    Set<String> selected = new LinkedHashSet<>();
    for (Node node : manifest.nodes().values()) {
      if (ids.contains(node.id())
          && request.types().contains(node.type())
          && (request.emptyNodes() || !isEmpty(node))) {
        selected.add(node.id());
      }
    }
    return selected;
  }

  private static boolean isEmpty(Node node) {
    return switch (node.type()) {
      case MODEL, SNAPSHOT, TEST, ANALYSIS -> node.code().isBlank();
      default -> false;
    };
  }

  private Found find(SelectionSpec spec) {
    return spec instanceof Criterion criterion ? find(criterion) : find((Group) spec);
  }

  private Found find(Group group) {
    Set<String> direct = new LinkedHashSet<>();
    Set<String> indirect = new LinkedHashSet<>();
    boolean first = true;
    for (SelectionSpec part : group.parts()) {
      Found found = find(part);
      Set<String> both = new LinkedHashSet<>(found.direct());
      both.addAll(found.indirect());
      if (first) {
        direct.addAll(found.direct());
        indirect.addAll(both);
      } else {
        combine(group.combination(), direct, found.direct());
        combine(group.combination(), indirect, both);
      }
      first = false;
    }
    Set<String> complete = incorporate(direct, indirect, group.indirect());
    if (group.raw().isPresent() && complete.isEmpty()) {
      problems.warning(
          SelectError.NOTHING_SELECTED,
          null,
          "`" + group.raw().get() + "` selects nothing that is enabled",
          null);
    }
    return new Found(complete, indirect);
  }

  private static void combine(Combination how, Set<String> all, Set<String> more) {
    switch (how) {
      case UNION -> all.addAll(more);
      case INTERSECTION -> all.retainAll(more);
      case DIFFERENCE -> all.removeAll(more);
    }
  }

  private Found find(Criterion criterion) {
    Predicate<Node> fits = methods.of(criterion);
    Set<String> selected = new LinkedHashSet<>();
    for (Node node : manifest.nodes().values()) {
      if (fits.test(node)) {
        selected.add(node.id());
      }
    }
    Set<String> all = new LinkedHashSet<>(selected);
    if (criterion.childrensParents()) {
      Set<String> below = new LinkedHashSet<>(graph.children(selected, -1));
      below.addAll(selected);
      all.addAll(below);
      all.addAll(graph.parents(below, -1));
    }
    all.addAll(graph.parents(selected, criterion.parents()));
    all.addAll(graph.children(selected, criterion.children()));
    return withTests(all, criterion.indirect());
  }

  /** Adds tests of what is selected. */
  private Found withTests(Set<String> selected, IndirectSelection how) {
    Set<String> direct = new LinkedHashSet<>(selected);
    Set<String> indirect = new LinkedHashSet<>();
    if (how == IndirectSelection.EMPTY) {
      return new Found(direct, indirect);
    }
    Set<String> reachable = new LinkedHashSet<>(selected);
    if (how == IndirectSelection.BUILDABLE) {
      reachable.addAll(graph.parents(selected, -1));
      manifest.nodes().values().stream()
          .filter(n -> n.type() == NodeType.SOURCE)
          .forEach(n -> reachable.add(n.id()));
    }
    for (String id : graph.successors(selected)) {
      Node node = manifest.nodes().get(id);
      if (node == null || !isTest(node)) {
        continue;
      }
      if (how == IndirectSelection.EAGER
          || selected.containsAll(node.dependsOn())
          || how == IndirectSelection.BUILDABLE && reachable.containsAll(node.dependsOn())) {
        direct.add(id);
      } else {
        indirect.add(id);
      }
    }
    return new Found(direct, indirect);
  }

  private static boolean isTest(Node node) {
    return node.type() == NodeType.TEST || node.type() == NodeType.UNIT_TEST;
  }

  /** Adds tests whose parents were selected by several parts together. */
  private Set<String> incorporate(Set<String> direct, Set<String> indirect, IndirectSelection how) {
    if (direct.equals(indirect)
        || how == IndirectSelection.EAGER
        || how == IndirectSelection.EMPTY) {
      return direct;
    }
    Set<String> reachable = new LinkedHashSet<>(direct);
    if (how == IndirectSelection.BUILDABLE) {
      reachable.addAll(graph.parents(direct, -1));
    }
    Set<String> selected = new LinkedHashSet<>(direct);
    for (String id : indirect) {
      Node node = manifest.nodes().get(id);
      if (node != null
          && node.type() != NodeType.UNIT_TEST
          && (how == IndirectSelection.CAUTIOUS ? selected : reachable)
              .containsAll(node.dependsOn())) {
        selected.add(id);
      }
    }
    return selected;
  }

  /** What {@code ls} calls a node: {@code source:shop.raw.orders}, {@code shop.staging.orders}. */
  public static String name(Node node) {
    return switch (node.type()) {
      case SOURCE ->
          "source:"
              + node.packageName()
              + "."
              + node.extra().get("source_name")
              + "."
              + node.name();
      case EXPOSURE -> "exposure:" + node.packageName() + "." + node.name();
      case UNIT_TEST ->
          "unit_test:"
              + node.packageName()
              + "."
              + node.name()
              + (node.extra().get("version") == null ? "" : "_v" + node.extra().get("version"));
      default -> String.join(".", node.fqn());
    };
  }
}
