package dev.millrace.dbt.select;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.ProjectError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Artifacts of an earlier run, and the manifest of now in the same form.
 *
 * @param now the keys of manifest.json as it is now
 * @param before the same as it was; empty if the folder has none
 * @param results statuses by id in run_results.json of before
 * @param freshBefore {@code max_loaded_at} by source in sources.json of before
 * @param freshNow the same in the newest sources.json
 */
public record StateComparison(
    Map<String, @Nullable Object> now,
    Map<String, @Nullable Object> before,
    Map<String, String> results,
    Map<String, String> freshBefore,
    Map<String, String> freshNow) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads the artifacts of a folder.
   *
   * @param now the keys of manifest.json as it is now
   * @param folder with manifest.json and perhaps run_results.json and sources.json
   * @param target where the newest sources.json is
   * @param problems gets what cannot be read
   */
  public static StateComparison read(
      Map<String, @Nullable Object> now, Path folder, Path target, Problems problems) {
    Map<String, @Nullable Object> results = json(folder.resolve("run_results.json"), problems);
    Map<String, String> statuses = new HashMap<>();
    for (Map<String, @Nullable Object> result : list(results.get("results"))) {
      statuses.put(String.valueOf(result.get("unique_id")), String.valueOf(result.get("status")));
    }
    return new StateComparison(
        now,
        json(folder.resolve("manifest.json"), problems),
        statuses,
        fresh(json(folder.resolve("sources.json"), problems)),
        fresh(json(target.resolve("sources.json"), problems)));
  }

  /** The resource of that id before; empty if there was none. */
  Optional<Map<String, @Nullable Object>> old(String id) {
    return resource(before, id);
  }

  /** The resource of that id as it is now. */
  Optional<Map<String, @Nullable Object>> current(String id) {
    return resource(now, id);
  }

  private static Optional<Map<String, @Nullable Object>> resource(
      Map<String, @Nullable Object> manifest, String id) {
    for (String section : List.of("nodes", "sources", "exposures", "unit_tests")) {
      if (map(manifest.get(section)).get(id) instanceof Map<?, ?> found) {
        return Optional.of(map(found));
      }
    }
    return Optional.empty();
  }

  @SuppressWarnings("unchecked")
  static Map<String, @Nullable Object> map(@Nullable Object value) {
    return value instanceof Map<?, ?> ? (Map<String, @Nullable Object>) value : Map.of();
  }

  private static List<Map<String, @Nullable Object>> list(@Nullable Object value) {
    return value instanceof List<?> items
        ? items.stream().map(StateComparison::map).toList()
        : List.of();
  }

  private static Map<String, String> fresh(Map<String, @Nullable Object> sources) {
    Map<String, String> loaded = new HashMap<>();
    for (Map<String, @Nullable Object> result : list(sources.get("results"))) {
      Object at = result.get("max_loaded_at");
      if (at != null) {
        loaded.put(String.valueOf(result.get("unique_id")), String.valueOf(at));
      }
    }
    return loaded;
  }

  private static Map<String, @Nullable Object> json(Path file, Problems problems) {
    if (!Files.isRegularFile(file)) {
      return Map.of();
    }
    try {
      return map(JSON.readValue(file.toFile(), Map.class));
    } catch (IOException e) {
      problems.error(
          ProjectError.UNREADABLE_FILE,
          SourceLocation.ofFile(file.toString()),
          "the artifact cannot be read: " + e.getMessage(),
          "give a folder with artifacts of an earlier run");
      return Map.of();
    }
  }
}
