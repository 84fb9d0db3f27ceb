package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which models a running Millrace keeps up to date, so that a build leaves them alone: streams, and
 * in a project with millrace.yml the views that read nothing that a build makes.
 */
final class KeptModels {
  private KeptModels() {}

  /**
   * Their ids.
   *
   * @param nodes each after those that it reads
   * @param millrace whether the project has a millrace.yml
   */
  static Set<String> of(Map<String, Node> nodes, boolean millrace) {
    Set<String> kept = new LinkedHashSet<>();
    // Ephemeral models are of either kind, and sources are nobody's work.
    Set<String> live = new LinkedHashSet<>();
    for (Node node : nodes.values()) {
      String kind = node.type() == NodeType.MODEL ? node.config().materialized() : "";
      boolean stream = kind.equals("stream") || kind.equals("lambda");
      boolean followsStreams =
          millrace
              && (kind.equals("view") || kind.equals("ephemeral"))
              && node.extra().get("version") == null
              && live.containsAll(node.dependsOn());
      if (stream || followsStreams || node.type() == NodeType.SOURCE) {
        live.add(node.id());
      }
      if (stream || (followsStreams && kind.equals("view"))) {
        kept.add(node.id());
      }
    }
    return kept;
  }
}
