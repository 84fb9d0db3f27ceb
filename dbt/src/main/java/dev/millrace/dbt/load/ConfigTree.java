package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.NodeType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What dbt_project.yml says of resources by package, folder and name: keys with {@code +} before
 * them, and keys whose value is no block, are configuration for everything below.
 */
final class ConfigTree {
  private final Map<String, @Nullable Object> project;
  private final Map<Map<?, ?>, Map<String, @Nullable Object>> levels = new IdentityHashMap<>();
  private final Map<NodeType, Map<String, @Nullable Object>> sections = new HashMap<>();

  /**
   * The tree of a project's file.
   *
   * @param project all of the file's keys
   */
  ConfigTree(Map<String, @Nullable Object> project) {
    this.project = project;
  }

  /** What the tree says, the nearest last. */
  List<Map<String, @Nullable Object>> of(NodeType type, List<String> fqn) {
    List<Map<String, @Nullable Object>> found = new ArrayList<>();
    Map<String, @Nullable Object> level = section(type);
    found.add(config(level));
    for (String part : fqn) {
      if (!(level.get(part) instanceof Map<?, ?> below)) {
        break;
      }
      level = Values.map(below);
      found.add(config(level));
    }
    return found;
  }

  private Map<String, @Nullable Object> section(NodeType type) {
    return sections.computeIfAbsent(
        type,
        t -> {
          Optional<Object> section =
              switch (t) {
                case MODEL, ANALYSIS, OPERATION -> Optional.ofNullable(project.get("models"));
                case TEST ->
                    Optional.ofNullable(project.get("data_tests"))
                        .or(() -> Optional.ofNullable(project.get("tests")));
                case UNIT_TEST -> Optional.ofNullable(project.get("unit_tests"));
                default -> Optional.ofNullable(project.get(t.text() + "s"));
              };
          return Values.map(section.orElse(null));
        });
  }

  private Map<String, @Nullable Object> config(Map<String, @Nullable Object> level) {
    return levels.computeIfAbsent(
        level,
        l -> {
          Map<String, @Nullable Object> config = new LinkedHashMap<>();
          level.forEach(
              (key, value) -> {
                if (key.startsWith("+")) {
                  config.put(key.substring(1).strip(), value);
                } else if (!(value instanceof Map<?, ?>)) {
                  config.put(key, value);
                }
              });
          return config;
        });
  }
}
