package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.PackageFinder;
import dev.millrace.project.ProjectError;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads dbt_project.yml, or millrace.yml where there is none. */
final class ProjectFileReader {
  static final String DBT = PackageFinder.PROJECT;
  static final String MILLRACE = "millrace.yml";

  private static final Set<String> KEYS =
      Set.of(
          "name",
          "version",
          "config-version",
          "profile",
          "project-root",
          "model-paths",
          "source-paths",
          "seed-paths",
          "data-paths",
          "test-paths",
          "analysis-paths",
          "macro-paths",
          "snapshot-paths",
          "docs-paths",
          "asset-paths",
          "function-paths",
          "target-path",
          "log-path",
          "packages-install-path",
          "modules-path",
          "clean-targets",
          "quoting",
          "require-dbt-version",
          "models",
          "seeds",
          "snapshots",
          "data_tests",
          "tests",
          "sources",
          "unit_tests",
          "exposures",
          "metrics",
          "semantic-models",
          "saved-queries",
          "functions",
          "analyses",
          "vars",
          "dispatch",
          "on-run-start",
          "on-run-end",
          "query-comment",
          "packages",
          "flags",
          "dbt-cloud",
          "restrict-access",
          "manifest-version",
          "anchors",
          "unrendered",
          "vars-file",
          "semantic_models",
          "saved_queries");
  private static final Set<String> MILLRACE_KEYS =
      Set.of("name", "description", "time_zone", "vars", "default_target", "targets", "models");
  private static final Set<String> UNRENDERED =
      Set.of("on-run-start", "on-run-end", "query-comment", "vars", "targets");
  private static final Set<String> HOOKS = Set.of("pre-hook", "post-hook", "pre_hook", "post_hook");

  private final Path root;
  private final Problems problems;

  ProjectFileReader(Path root, Problems problems) {
    this.root = root;
    this.problems = problems;
  }

  /** A project's file before it is rendered. */
  record Unrendered(PackageFiles files, TextFile file, YamlNode.Mapping block, boolean isMillrace) {
    /** The text of a key, as written. */
    Optional<String> text(String key) {
      return block
          .get(key)
          .filter(n -> n instanceof YamlNode.Scalar)
          .map(n -> ((YamlNode.Scalar) n).text());
    }
  }

  /** Reads the file of a folder; empty, with a problem, if there is none or it is no YAML. */
  Optional<Unrendered> read(Path folder) {
    PackageFiles files = new PackageFiles(root, folder, problems);
    boolean millrace = !Files.isRegularFile(folder.resolve(DBT));
    Path path = folder.resolve(millrace ? MILLRACE : DBT);
    if (!Files.isRegularFile(path)) {
      problems.error(
          ProjectError.NO_PROJECT,
          SourceLocation.ofFile(files.shown(folder.resolve(DBT))),
          "the folder `" + folder + "` has no `dbt_project.yml`, so it is no dbt project",
          null);
      return Optional.empty();
    }
    Optional<TextFile> file = files.read(path);
    Optional<YamlNode> node = file.flatMap(f -> YamlReader.readAsPython(f, problems));
    if (file.isEmpty() || node.isEmpty() && problems.hasErrors()) {
      return Optional.empty();
    }
    if (node.isEmpty() || !(node.get() instanceof YamlNode.Mapping block)) {
      problems.error(
          ProjectError.MISSING_KEY,
          SourceLocation.ofFile(file.get().path()),
          "the file has no keys",
          "begin with `name: my_project`");
      return Optional.empty();
    }
    return Optional.of(new Unrendered(files, file.get(), block, millrace));
  }

  /** Renders a project's file. */
  Optional<PackageProject> render(Unrendered project, YamlTexts texts) {
    YamlNode.Mapping block = project.block();
    warnOfUnknownKeys(project);
    Map<String, @Nullable Object> values =
        new YamlValues(texts, ProjectFileReader::isRendered).of(block);
    Optional<String> name = Values.text(values, "name");
    if (name.isEmpty()) {
      problems.error(
          ProjectError.MISSING_KEY,
          SourceLocation.ofFile(project.file().path()),
          "the project has no `name`",
          "begin with `name: my_project`");
      return Optional.empty();
    }
    return Optional.of(
        new PackageProject(
            name.get(),
            project.files(),
            project.file(),
            block,
            values,
            YamlValues.plain(block),
            project.isMillrace()));
  }

  private static boolean isRendered(List<String> path) {
    if (UNRENDERED.contains(path.get(0))) {
      return false;
    }
    return path.stream().noneMatch(p -> HOOKS.contains(p.startsWith("+") ? p.substring(1) : p));
  }

  private void warnOfUnknownKeys(Unrendered project) {
    Set<String> known = project.isMillrace() ? MILLRACE_KEYS : KEYS;
    for (YamlNode.Entry entry : project.block().entries()) {
      if (!known.contains(entry.key().text())) {
        problems.warning(
            ProjectError.UNKNOWN_KEY,
            entry.key().where(),
            "`" + entry.key().text() + "` is no key of a project",
            Suggestion.didYouMean(entry.key().text(), known));
      }
    }
  }
}
