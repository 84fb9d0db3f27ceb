package dev.millrace.dbt.manifest;

import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A dbt project that was read and whose references are resolved, for one target. Immutable.
 *
 * @param projectName of the root project
 * @param folder of the root project, absolute
 * @param target the chosen target
 * @param timeZone of every connection
 * @param vars by package, the root project's name among them
 * @param nodes enabled ones by id, sources and exposures too, in an order in which each comes after
 *     those it reads
 * @param kept ids of the models that a running Millrace keeps up to date, which a build leaves
 *     alone
 * @param disabled ids of disabled resources
 * @param dispatch by macro namespace: the packages in which {@code adapter.dispatch} looks, in
 *     order
 * @param packages names of all packages, the root project first
 * @param onRunStart templates of hooks, of packages too, in order
 * @param onRunEnd the same at the end
 */
public record Manifest(
    String projectName,
    Path folder,
    DbtTarget target,
    ZoneId timeZone,
    Map<String, Map<String, @Nullable Object>> vars,
    Map<String, Node> nodes,
    Set<String> kept,
    List<String> disabled,
    Map<String, List<String>> dispatch,
    List<String> packages,
    List<Node> onRunStart,
    List<Node> onRunEnd) {
  /** Copies lists and maps. */
  public Manifest {
    vars = Map.copyOf(vars);
    nodes = Collections.unmodifiableMap(new LinkedHashMap<>(nodes));
    kept = Set.copyOf(kept);
    disabled = List.copyOf(disabled);
    dispatch = Map.copyOf(dispatch);
    packages = List.copyOf(packages);
    onRunStart = List.copyOf(onRunStart);
    onRunEnd = List.copyOf(onRunEnd);
  }

  /** The node of that id. */
  public Optional<Node> node(String id) {
    return Optional.ofNullable(nodes.get(id));
  }
}
