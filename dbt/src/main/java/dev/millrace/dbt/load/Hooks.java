package dev.millrace.dbt.load;

import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.project.PackageFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the nodes of {@code on-run-start} and {@code on-run-end}, those of packages too. */
final class Hooks {
  private Hooks() {}

  /** The hooks of one key, in the order in which they run. */
  static List<Draft> of(String key, Iterable<PackageProject> projects) {
    List<Draft> drafts = new ArrayList<>();
    for (PackageProject project : projects) {
      List<@Nullable Object> hooks = Values.list(project.values().get(key));
      for (int i = 0; i < hooks.size(); i++) {
        if (hooks.get(i) != null) {
          drafts.add(draft(project, key, i, String.valueOf(hooks.get(i))));
        }
      }
    }
    drafts.sort(
        (a, b) ->
            Long.compare(
                (Long) a.extra.getOrDefault("index", 0L),
                (Long) b.extra.getOrDefault("index", 0L)));
    return drafts;
  }

  private static Draft draft(PackageProject project, String key, int index, String sql) {
    String name = project.name() + "-" + key + "-" + index;
    PackageFiles.Found found =
        new PackageFiles.Found("", ProjectFileReader.DBT, Path.of(project.file().path()));
    Draft draft =
        new Draft(
            NodeType.OPERATION,
            project,
            name,
            found,
            project.file(),
            sql,
            List.of(project.name(), "hooks", name));
    draft.path = "hooks/" + name + ".sql";
    draft.tags.add(key);
    draft.extra.put("index", (long) index);
    return draft;
  }
}
