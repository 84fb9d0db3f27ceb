package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Suggestion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads groups, and checks that nodes are in those that there are. */
final class GroupReader {
  private final Problems problems;
  private final Map<String, Map<String, @Nullable Object>> groups = new LinkedHashMap<>();

  GroupReader(Problems problems) {
    this.problems = problems;
  }

  Map<String, Map<String, @Nullable Object>> groups() {
    return groups;
  }

  void read(PropertyFiles properties) {
    for (PropertyEntry entry : properties.of("groups")) {
      Map<String, @Nullable Object> group = new LinkedHashMap<>(entry.values());
      group.put("package_name", entry.project().name());
      group.put("path", entry.found().relative());
      group.put("original_file_path", entry.found().original());
      groups.put(entry.name(), group);
    }
  }

  void check(List<Draft> drafts) {
    for (Draft draft : drafts) {
      Object group = draft.extra.get("group");
      if (group != null && draft.isEnabled() && !groups.containsKey(String.valueOf(group))) {
        problems.error(
            LoadError.UNKNOWN_RESOURCE,
            draft.patch.map(p -> p.where("group")).orElse(draft.where),
            "no group `" + group + "`",
            Suggestion.didYouMean(String.valueOf(group), groups.keySet()));
      }
    }
  }
}
