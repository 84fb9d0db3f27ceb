package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.error.Suggestion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds and reads the files of a project folder. */
final class ProjectFiles {
  static final String PROJECT = "millrace.yml";

  static final String JOBS = "jobs.yml";

  private static final String DBT_PROJECT = "dbt_project.yml";

  private static final List<String> FOLDERS =
      List.of(
          "sources",
          "models",
          "sinks",
          "dashboards",
          "macros",
          "seeds",
          "snapshots",
          "tests",
          "lib");

  private final Path folder;
  private final Problems problems;
  private final PackageFiles files;

  ProjectFiles(Path folder, Problems problems) {
    this.folder = folder;
    this.problems = problems;
    this.files = new PackageFiles(folder, folder, problems);
  }

  /** millrace.yml; empty, with a problem, if the folder has none. */
  Optional<TextFile> project() {
    if (Files.isRegularFile(folder.resolve(PROJECT))) {
      return files.read(folder.resolve(PROJECT));
    }
    String hint = "`millrace init <folder>` makes a small project that runs";
    if (!Files.isDirectory(folder)) {
      problems.error(ProjectError.NO_PROJECT, null, "no folder `" + folder + "`", hint);
    } else if (Files.exists(folder.resolve("millrace.yaml"))) {
      problems.error(
          ProjectError.NO_PROJECT,
          SourceLocation.ofFile("millrace.yaml"),
          "the project's file is called `millrace.yml`",
          "rename millrace.yaml");
    } else if (Files.exists(folder.resolve(DBT_PROJECT))) {
      problems.error(
          ProjectError.NO_PROJECT,
          SourceLocation.ofFile(DBT_PROJECT),
          "the folder is a dbt project, and has no `millrace.yml` that says what comes in",
          "`millrace build` makes its models; with a `millrace.yml` it can have streams, too");
    } else {
      problems.error(
          ProjectError.NO_PROJECT,
          SourceLocation.ofFile(PROJECT),
          "the folder `" + folder + "` has no `millrace.yml`, so it is no project",
          hint);
    }
    return Optional.empty();
  }

  /** jobs.yml; empty if there is none. A name that is nearly that gets a warning. */
  Optional<TextFile> jobs() {
    if (Files.isRegularFile(folder.resolve(JOBS))) {
      return files.read(folder.resolve(JOBS));
    }
    for (String name : List.of("jobs.yaml", "job.yml", "job.yaml")) {
      if (Files.isRegularFile(folder.resolve(name))) {
        problems.warning(
            ProjectError.NO_EFFECT,
            SourceLocation.ofFile(name),
            "the file is not read: jobs are in `" + JOBS + "`",
            "rename it");
      }
    }
    return Optional.empty();
  }

  /**
   * The files in one of the project's folders, in the order of their paths.
   *
   * @param endings such as {@code .sql}
   */
  List<TextFile> in(String name, String... endings) {
    return files.find(List.of(name), endings).stream()
        .flatMap(f -> files.read(f.path()).stream())
        .toList();
  }

  /** The paths of such files, relative to the project folder, which are not read. */
  List<String> names(String name, String... endings) {
    return files.find(List.of(name), endings).stream().map(f -> files.shown(f.path())).toList();
  }

  /** Warns about folders whose names are nearly those of a project, such as {@code source}. */
  void warnOfMisspeltFolders() {
    try (Stream<Path> paths = Files.list(folder)) {
      for (Path path : paths.filter(Files::isDirectory).sorted().toList()) {
        String name = path.getFileName().toString();
        Optional<String> meant = Suggestion.nearest(name, FOLDERS);
        if (!FOLDERS.contains(name)
            && meant.isPresent()
            && !Files.exists(folder.resolve(meant.get()))) {
          problems.warning(
              ProjectError.NO_EFFECT,
              SourceLocation.ofFile(name),
              "the folder `" + name + "` is not read",
              "did you mean `" + meant.get() + "`?");
        }
      }
    } catch (IOException e) {
      problems.error(
          ProjectError.UNREADABLE_FILE, null, "the folder cannot be read: " + e.getMessage(), null);
    }
  }
}
