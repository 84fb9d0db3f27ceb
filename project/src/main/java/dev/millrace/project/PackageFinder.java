package dev.millrace.project;

import dev.millrace.api.error.Problems;
import dev.millrace.api.error.SourceLocation;
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
 * {@code local:}, at their own place. The packages of packages too. For one thread.
 */
public final class PackageFinder {
  /** Where packages are installed, unless the project says otherwise. */
  public static final String INSTALLED = "dbt_packages";

  /** The file that a package has in its folder. */
  public static final String PROJECT = "dbt_project.yml";

  private static final List<String> KINDS =
      List.of("package", "git", "local", "tarball", "private");

  private final Path root;
  private final Texts texts;
  private final Problems problems;
  private final Map<String, Path> found = new LinkedHashMap<>();

  /** Renders a text of a YAML file; empty, with a problem, if that fails. */
  @FunctionalInterface
  public interface Texts {
    /** The text, rendered; {@code where} is the template's place. */
    Optional<String> render(String template, YamlNode.Places where);
  }

  /**
   * A finder.
   *
   * @param root the project's folder, absolute
   * @param texts renders templates in packages.yml
   * @param problems gets what is not installed
   */
  public PackageFinder(Path root, Texts texts, Problems problems) {
    this.root = root;
    this.texts = texts;
    this.problems = problems;
  }

  /**
   * What packages.yml asks for.
   *
   * @param kind the key that says where it is: {@code package}, {@code git}, {@code local}, {@code
   *     tarball}, {@code private}
   * @param value of that key
   * @param entry all keys
   * @param where the value's place
   */
  public record Wanted(String kind, String value, YamlNode.Mapping entry, SourceLocation where) {
    /** The folder of a repository that the package is in; empty for the first that is a project. */
    public Optional<String> subdirectory() {
      return entry
          .get("subdirectory")
          .filter(YamlNode.Scalar.class::isInstance)
          .map(n -> ((YamlNode.Scalar) n).text());
    }
  }

  /**
   * The folders of the packages, by name.
   *
   * @param own the project's name, which no package has
   * @param installPath where packages are installed, below the project's folder
   */
  public Map<String, Path> find(String own, String installPath) {
    Path installed = root.resolve(installPath);
    List<Wanted> wanted = wanted(root);
    if (Files.isDirectory(installed)) {
      try (Stream<Path> folders = Files.list(installed)) {
        folders.filter(f -> Files.isRegularFile(f.resolve(PROJECT))).sorted().forEach(this::add);
      } catch (IOException e) {
        problems.error(
            ProjectError.MISSING_PACKAGE,
            SourceLocation.ofFile(installPath),
            "the folder of packages cannot be read: " + e.getMessage(),
            null);
      }
    }
    found.remove(own);
    local(root, wanted);
    found.remove(own);
    wanted.forEach(w -> check(w, installed));
    return found;
  }

  private void local(Path folder, List<Wanted> wanted) {
    for (Wanted local : wanted) {
      if (!local.kind().equals("local")) {
        continue;
      }
      Path path = folder.resolve(local.value()).toAbsolutePath().normalize();
      if (!Files.isRegularFile(path.resolve(PROJECT))) {
        problems.error(
            ProjectError.MISSING_PACKAGE,
            local.where(),
            "no dbt project in `" + local.value() + "`",
            "`local:` is a path from the folder of the project that names it");
        continue;
      }
      if (add(path)) {
        local(path, wanted(path));
      }
    }
  }

  /** False if the package is there already. */
  private boolean add(Path folder) {
    Path real = real(folder);
    return found.putIfAbsent(name(real), real) == null;
  }

  private static Path real(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder;
    }
  }

  /** The name that a package gives itself; whoever reads it reports what is wrong with its file. */
  private String name(Path folder) {
    Problems own = new Problems();
    return new PackageFiles(root, folder, own)
        .read(folder.resolve(PROJECT))
        .flatMap(file -> YamlReader.readAsPython(file, own))
        .filter(YamlNode.Mapping.class::isInstance)
        .flatMap(block -> ((YamlNode.Mapping) block).get("name"))
        .filter(YamlNode.Scalar.class::isInstance)
        .map(name -> ((YamlNode.Scalar) name).text())
        .orElse(String.valueOf(folder.getFileName()));
  }

  private void check(Wanted wanted, Path installed) {
    String value = wanted.value();
    String last = value.substring(value.lastIndexOf('/') + 1).replaceAll("\\.git$", "");
    boolean there =
        switch (wanted.kind()) {
          case "package" -> found.containsKey(last) || Files.isDirectory(installed.resolve(last));
          case "git", "tarball", "private" -> isInstalled(last, installed);
          default -> true;
        };
    if (!there) {
      problems.error(
          ProjectError.MISSING_PACKAGE,
          wanted.where(),
          "the package `" + value + "` is not installed in " + root.relativize(installed),
          "`millrace deps` installs it");
    }
  }

  /** A package of git may be named unlike its repository; then something else must be there. */
  private boolean isInstalled(String last, Path installed) {
    return Stream.of(last, last.replace('-', '_'))
            .anyMatch(n -> found.containsKey(n) || Files.isDirectory(installed.resolve(n)))
        || (!found.isEmpty() && Files.isDirectory(installed));
  }

  /** What packages.yml and dependencies.yml of a project ask for, in order. */
  public List<Wanted> wanted(Path folder) {
    List<Wanted> wanted = new ArrayList<>();
    PackageFiles files = new PackageFiles(root, folder, problems);
    for (String name : List.of("packages.yml", "dependencies.yml")) {
      if (!Files.isRegularFile(folder.resolve(name))) {
        continue;
      }
      Optional<YamlNode> node =
          files.read(folder.resolve(name)).flatMap(f -> YamlReader.readAsPython(f, problems));
      if (node.isPresent()
          && node.get() instanceof YamlNode.Mapping block
          && block.get("packages").orElse(block) instanceof YamlNode.Sequence list) {
        list.items().forEach(item -> wanted(item, wanted));
      }
    }
    return wanted;
  }

  private void wanted(YamlNode item, List<Wanted> wanted) {
    if (!(item instanceof YamlNode.Mapping entry)) {
      return;
    }
    for (String kind : KINDS) {
      if (entry.get(kind).orElse(entry) instanceof YamlNode.Scalar value) {
        String text = value.text();
        String rendered =
            text.contains("{{") ? texts.render(text, value.places()).orElse(text) : text;
        wanted.add(new Wanted(kind, rendered, entry, value.where()));
        return;
      }
    }
  }
}
