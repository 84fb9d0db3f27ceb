package dev.millrace.dbt.load;

import dev.millrace.project.PackageFiles;
import dev.millrace.project.TextFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The texts between {@code {% docs name %}} and {@code {% enddocs %}} of all packages. */
public final class DocsBlocks {
  private static final Pattern BLOCK =
      Pattern.compile(
          "\\{%-?\\s*docs\\s+(\\w+)\\s*-?%\\}(.*?)\\{%-?\\s*enddocs\\s*-?%\\}", Pattern.DOTALL);

  private final String rootProject;
  private final Map<String, Block> blocks = new LinkedHashMap<>();

  /**
   * One block.
   *
   * @param id {@code doc.<package>.<name>}
   * @param packageName whose file it is in
   * @param name of the block
   * @param path of the file below the folder that was searched
   * @param originalPath of the file below the package's folder
   * @param text without white space around it
   */
  public record Block(
      String id, String packageName, String name, String path, String originalPath, String text) {}

  DocsBlocks(String rootProject) {
    this.rootProject = rootProject;
  }

  void read(PackageProject project) {
    for (PackageFiles.Found found : project.files().find(project.docsPaths(), ".md")) {
      Optional<TextFile> file = project.files().read(found.path());
      if (file.isEmpty()) {
        continue;
      }
      Matcher matcher = BLOCK.matcher(file.get().text());
      while (matcher.find()) {
        String id = "doc." + project.name() + "." + matcher.group(1);
        blocks.putIfAbsent(
            id,
            new Block(
                id,
                project.name(),
                matcher.group(1),
                found.relative(),
                found.original(),
                matcher.group(2).strip()));
      }
    }
  }

  /** All of them, in the order of packages and files. */
  public Collection<Block> all() {
    return List.copyOf(blocks.values());
  }

  /** The names of all. */
  public List<String> names() {
    return blocks.values().stream().map(Block::name).distinct().toList();
  }

  /** The block of that name in one package. */
  public Optional<String> find(String packageName, String name) {
    return Optional.ofNullable(blocks.get("doc." + packageName + "." + name)).map(Block::text);
  }

  /**
   * The block that {@code doc(name)} means in a package: the root's, the package's, any other's.
   */
  public Optional<String> findFrom(String packageName, String name) {
    List<String> packages = new ArrayList<>(List.of(rootProject, packageName));
    blocks.values().forEach(b -> packages.add(b.packageName()));
    return packages.stream().flatMap(p -> find(p, name).stream()).findFirst();
  }
}
