package dev.millrace.dbt.context;

import dev.millrace.dbt.manifest.Manifest;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code ref()} and {@code source()} mean. Immutable. */
final class RefIndex {
  private final String rootProject;
  private final Map<String, List<Node>> byName = new HashMap<>();
  private final Map<String, List<Node>> sources = new HashMap<>();

  RefIndex(Manifest manifest) {
    this.rootProject = manifest.projectName();
    for (Node node : manifest.nodes().values()) {
      if (node.type() == NodeType.MODEL
          || node.type() == NodeType.SEED
          || node.type() == NodeType.SNAPSHOT) {
        byName.computeIfAbsent(node.name(), name -> new ArrayList<>()).add(node);
      } else if (node.type() == NodeType.SOURCE) {
        String source = String.valueOf(node.extra().get("source_name"));
        sources.computeIfAbsent(source + "." + node.name(), name -> new ArrayList<>()).add(node);
      }
    }
  }

  /** All names. */
  Set<String> names() {
    return byName.keySet();
  }

  /** All sources as {@code source.table}. */
  Set<String> sourceNames() {
    return sources.keySet();
  }

  /** The node that a reference from a package means: the root project's, its own, anybody's. */
  Optional<Node> ref(
      String fromPackage, @Nullable String packageName, String name, @Nullable String version) {
    List<Node> named = byName.getOrDefault(name, List.of());
    for (String candidate : search(fromPackage, packageName)) {
      List<Node> found =
          named.stream()
              .filter(node -> candidate.isEmpty() || node.packageName().equals(candidate))
              .filter(node -> hasVersion(node, version))
              .toList();
      if (!found.isEmpty()) {
        return Optional.of(found.get(0));
      }
    }
    return Optional.empty();
  }

  Optional<Node> source(String fromPackage, String source, String table) {
    List<Node> named = sources.getOrDefault(source + "." + table, List.of());
    for (String candidate : search(fromPackage, null)) {
      for (Node node : named) {
        if (candidate.isEmpty() || node.packageName().equals(candidate)) {
          return Optional.of(node);
        }
      }
    }
    return Optional.empty();
  }

  private Set<String> search(String fromPackage, @Nullable String packageName) {
    return packageName != null
        ? Set.of(packageName)
        : new LinkedHashSet<>(List.of(rootProject, fromPackage, ""));
  }

  private static boolean hasVersion(Node node, @Nullable String version) {
    Object own = node.extra().get("version");
    if (version == null) {
      Object latest = node.extra().get("latest_version");
      return own == null || latest == null || String.valueOf(own).equals(String.valueOf(latest));
    }
    return String.valueOf(own).equals(version);
  }
}
