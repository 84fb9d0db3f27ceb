package dev.millrace.engine.why;

import dev.millrace.project.AssetGraph.Asset;
import dev.millrace.project.Project;
import java.util.List;
import java.util.Optional;

/** Assets as people call them. */
public final class AssetNames {
  /** What an id of a sink begins with. */
  static final String SINK = "sink:";

  private AssetNames() {}

  /** The id of an asset: an id itself, the name of a sink, or a name that only one asset has. */
  static Optional<String> find(Project project, String name) {
    List<Asset> assets = project.graph().assets();
    for (String id : List.of(name, SINK + name)) {
      if (assets.stream().anyMatch(a -> a.id().equals(id))) {
        return Optional.of(id);
      }
    }
    List<Asset> named = assets.stream().filter(a -> a.name().equals(name)).toList();
    return named.size() == 1 ? Optional.of(named.get(0).id()) : Optional.empty();
  }

  /** Every id, for hints. */
  public static List<String> all(Project project) {
    return project.graph().assets().stream().map(Asset::id).toList();
  }
}
