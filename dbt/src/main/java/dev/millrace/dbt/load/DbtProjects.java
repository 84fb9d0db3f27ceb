package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.manifest.DbtTarget;
import dev.millrace.project.PackageFiles;
import dev.millrace.project.PackageFinder;
import dev.millrace.project.TextFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Loads dbt projects: a folder with dbt_project.yml, or with millrace.yml alone. Reads files and
 * nothing else. Stateless.
 */
public final class DbtProjects {
  private DbtProjects() {}

  /** True if the folder has a project file. */
  public static boolean isProject(Path folder) {
    return Files.isRegularFile(folder.resolve(ProjectFileReader.DBT))
        || Files.isRegularFile(folder.resolve(ProjectFileReader.MILLRACE));
  }

  /**
   * Loads a project.
   *
   * @param folder where dbt_project.yml is
   * @param problems gets everything that is found, warnings too
   * @throws dev.millrace.api.error.StopException with every problem of the project, if one is an
   *     error
   */
  public static LoadedProject load(Path folder, LoadSetting setting, Problems problems) {
    Path root = folder.toAbsolutePath().normalize();
    ProjectFileReader reader = new ProjectFileReader(root, problems);
    Optional<ProjectFileReader.Unrendered> project = reader.read(root);
    problems.throwIfErrors();
    YamlTexts bare = texts(setting, Map.of(), problems);
    ProjectFileReader.Unrendered unrendered = project.orElseThrow();
    DbtTarget target = new Profiles(root, setting, problems).target(unrendered, bare);
    Map<String, @Nullable Object> names = new LinkedHashMap<>();
    names.put("target", TargetValues.of(target));
    YamlTexts texts = texts(setting, names, problems);
    PackageProject first = reader.render(unrendered, texts).orElse(null);
    problems.throwIfErrors();
    List<PackageProject> packages = new ArrayList<>();
    PackageProject own = Objects.requireNonNull(first, "the project was rendered");
    packages.add(own);
    new PackageFinder(root, texts::text, problems)
        .find(unrendered.text("name").orElse(""), own.packagesPath())
        .values()
        .forEach(
            p -> reader.read(p).flatMap(u -> reader.render(u, texts)).ifPresent(packages::add));
    problems.throwIfErrors();
    return new ProjectLoad(root, setting, target, packages, problems).load();
  }

  private static YamlTexts texts(
      LoadSetting setting, Map<String, @Nullable Object> names, Problems problems) {
    return new YamlTexts(setting.environment(), setting.vars(), names, problems);
  }

  /** The macro files of packages, the root project's first. */
  static Map<String, List<TextFile>> macroFiles(List<PackageProject> packages) {
    Map<String, List<TextFile>> files = new LinkedHashMap<>();
    for (PackageProject project : packages) {
      List<TextFile> own = new ArrayList<>();
      for (PackageFiles.Found found : project.files().find(project.allMacroPaths(), ".sql")) {
        project.files().read(found.path()).ifPresent(own::add);
      }
      files.put(project.name(), own);
    }
    return files;
  }
}
