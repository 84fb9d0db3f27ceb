package dev.millrace.dbt.load;

import dev.millrace.project.PackageFiles;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One project: the root or a package, as its project file has it.
 *
 * @param name of the project
 * @param files of it
 * @param file dbt_project.yml, or millrace.yml
 * @param block the file's keys
 * @param values rendered where dbt renders them
 * @param raw as written
 * @param isMillrace true if millrace.yml describes it
 */
record PackageProject(
    String name,
    PackageFiles files,
    TextFile file,
    YamlNode.Mapping block,
    Map<String, @Nullable Object> values,
    Map<String, @Nullable Object> raw,
    boolean isMillrace) {

  private List<String> paths(String key, String old, String... fallback) {
    Object value = values.get(key) != null ? values.get(key) : values.get(old);
    return value == null ? List.of(fallback) : Values.texts(value);
  }

  List<String> modelPaths() {
    return paths("model-paths", "source-paths", "models");
  }

  List<String> seedPaths() {
    return paths("seed-paths", "data-paths", "seeds");
  }

  List<String> testPaths() {
    return paths("test-paths", "test-paths", "tests");
  }

  List<String> analysisPaths() {
    return paths("analysis-paths", "analysis-paths", "analyses");
  }

  List<String> macroPaths() {
    return paths("macro-paths", "macro-paths", "macros");
  }

  List<String> snapshotPaths() {
    return paths("snapshot-paths", "snapshot-paths", "snapshots");
  }

  /** Where property files are. */
  List<String> propertyPaths() {
    Set<String> all = new LinkedHashSet<>(modelPaths());
    all.addAll(seedPaths());
    all.addAll(snapshotPaths());
    all.addAll(analysisPaths());
    all.addAll(macroPaths());
    all.addAll(testPaths());
    if (isMillrace) {
      all.add("sources");
    }
    return List.copyOf(all);
  }

  /** Where files with docs blocks are. */
  List<String> docsPaths() {
    List<String> own = paths("docs-paths", "docs-paths");
    return own.isEmpty() ? propertyPaths() : own;
  }

  /** Where macros are: {@code macro-paths}, and {@code generic} in the folders of tests. */
  List<String> allMacroPaths() {
    List<String> all = new ArrayList<>(macroPaths());
    testPaths().forEach(path -> all.add(path + "/generic"));
    return all;
  }

  String packagesPath() {
    return Values.text(values, "packages-install-path")
        .or(() -> Values.text(values, "modules-path"))
        .orElse("dbt_packages");
  }

  Optional<String> version() {
    return Values.text(values, "version");
  }
}
