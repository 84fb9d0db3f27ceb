package dev.millrace.dbt.load;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.TextFile;
import dev.millrace.project.yaml.YamlNode;
import dev.millrace.project.yaml.YamlReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the packages of a project: those in the folder where they are installed, and those that are
 * {@code local:}, at their own place. The packages of packages too.
 */
final class PackageFinder {
  private final Path root;
  private final Problems problems;
  private final ProjectFileReader reader;
  private final Map<String, ProjectFileReader.Unrendered> found = new LinkedHashMap<>();

  PackageFinder(Path root, Problems problems) {
    this.root = root;
    this.problems = problems;
    this.reader = new ProjectFileReader(root, problems);
  }

  /**
   * What packages.yml asks for.
   *
   * @param kind the key that says where it is: {@code package}, {@code git}, {@code local}, {@code
   *     tarball}, {@code private}
   * @param value of that key
   * @param entry all keys
   */
  record Wanted(String kind, String value, YamlNode.Mapping entry, SourceLocation where) {
    /** The folder of a repository that the package is in; empty for the first that is a project. */
    Optional<String> subdirectory() {
      return entry
          .get("subdirectory")
          .filter(YamlNode.Scalar.class::isInstance)
          .map(n -> ((YamlNode.Scalar) n).text());
    }
  }

  /** The packages by name, without the root. */
  Map<String, ProjectFileReader.Unrendered> find(
      ProjectFileReader.Unrendered project, String installPath, YamlTexts texts) {
    Path installed = root.resolve(installPath);
    List<Wanted> wanted = wanted(root, texts);
    if (Files.isDirectory(installed)) {
      try (Stream<Path> folders = Files.list(installed)) {
        folders
            .filter(f -> Files.isRegularFile(f.resolve(ProjectFileReader.DBT)))
            .sorted()
            .forEach(this::add);
      } catch (IOException e) {
        problems.error(
            LoadError.MISSING_PACKAGE,
            SourceLocation.ofFile(installPath),
            "the folder of packages cannot be read: " + e.getMessage(),
            null);
      }
    }
    project.text("name").ifPresent(found::remove);
    local(root, wanted, texts);
    project.text("name").ifPresent(found::remove);
    wanted.forEach(w -> check(w, installed));
    return found;
  }

  private void local(Path folder, List<Wanted> wanted, YamlTexts texts) {
    for (Wanted local : wanted) {
      if (!local.kind().equals("local")) {
        continue;
      }
      Path path = folder.resolve(local.value()).toAbsolutePath().normalize();
      if (!Files.isRegularFile(path.resolve(ProjectFileReader.DBT))) {
        problems.error(
            LoadError.MISSING_PACKAGE,
            local.where(),
            "no dbt project in `" + local.value() + "`",
            "`local:` is a path from the folder of the project that names it");
        continue;
      }
      if (add(path)) {
        local(path, wanted(path, texts), texts);
      }
    }
  }

  /** False if the package is there already, or is none. */
  private boolean add(Path folder) {
    Optional<ProjectFileReader.Unrendered> read = reader.read(real(folder));
    Optional<String> name = read.flatMap(p -> p.text("name"));
    if (name.isEmpty()) {
      return false;
    }
    return found.putIfAbsent(name.get(), read.get()) == null;
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder;
    }
  }

  private void check(Wanted wanted, Path installed) {
    String value = wanted.value();
    String last = value.substring(value.lastIndexOf('/') + 1).replaceAll("\\.git$", "");
    boolean there =
        switch (wanted.kind()) {
          case "package" -> found.containsKey(last) || Files.isDirectory(installed.resolve(last));
          case "git", "tarball", "private" -> isInstalled(wanted, last, installed);
          default -> true;
        };
    if (!there) {
      problems.error(
          LoadError.MISSING_PACKAGE,
          wanted.where(),
          "the package `" + value + "` is not installed in " + root.relativize(installed),
          "`millrace deps` installs it");
    }
  }

  /** A package of git may be named unlike its repository; then something else must be there. */
  private boolean isInstalled(Wanted wanted, String last, Path installed) {
    if (found.containsKey(last) || found.containsKey(last.replace('-', '_'))) {
      return true;
    }
    if (Files.isDirectory(installed.resolve(last))
        || Files.isDirectory(installed.resolve(last.replace('-', '_')))) {
      return true;
    }
    return !found.isEmpty() && Files.isDirectory(installed);
  }

  /** What packages.yml and dependencies.yml of a project ask for, in order. */
  List<Wanted> wanted(Path folder, YamlTexts texts) {
    List<Wanted> wanted = new ArrayList<>();
    PackageFiles files = new PackageFiles(root, folder, problems);
    for (String name : List.of("packages.yml", "dependencies.yml")) {
      if (!Files.isRegularFile(folder.resolve(name))) {
        continue;
      }
      Optional<TextFile> file = files.read(folder.resolve(name));
      Optional<YamlNode> node = file.flatMap(f -> YamlReader.readAsPython(f, problems));
      if (node.isPresent()
          && node.get() instanceof YamlNode.Mapping block
          && block.get("packages").orElse(block) instanceof YamlNode.Sequence list) {
        list.items().forEach(item -> wanted(item, texts, wanted));
      }
    }
    return wanted;
  }

  private static void wanted(YamlNode item, YamlTexts texts, List<Wanted> wanted) {
    if (!(item instanceof YamlNode.Mapping entry)) {
      return;
    }
    for (String kind : List.of("package", "git", "local", "tarball", "private")) {
      if (entry.get(kind).orElse(entry) instanceof YamlNode.Scalar value) {
        String text = value.text();
        String rendered =
            text.contains("{{") ? texts.text(text, value.places()).orElse(text) : text;
        wanted.add(new Wanted(kind, rendered, entry, value.where()));
        return;
      }
    }
  }
}
