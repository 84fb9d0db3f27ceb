package dev.millrace.dbt.artifact;

import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder of artifacts, in which {@code compiled} has each node's query and {@code run} the
 * statements that ran, under the node's path as dbt has it. Thread-safe.
 */
public final class TargetFolder {
  private final Path folder;
  private final Path project;
  private final Map<String, Path> packages;

  /** The folders that were made, so that it is not tried for each file. */
  private final Set<Path> made = ConcurrentHashMap.newKeySet();

  /**
   * A target folder.
   *
   * @param folder absolute
   * @param project the root project's folder
   * @param packages absolute folders, by package
   */
  public TargetFolder(Path folder, Path project, Map<String, Path> packages) {
    this.folder = folder;
    this.project = project;
    this.packages = Map.copyOf(packages);
  }

  /** Where it is. */
  public Path path() {
    return folder;
  }

  /** Where a node's compiled SQL is. */
  public Path compiled(Node node) {
    return folder.resolve("compiled").resolve(below(node));
  }

  /** Where the statements are that ran for a node. */
  public Path run(Node node) {
    return folder.resolve("run").resolve(below(node));
  }

  /** The package, and the file as it is in the package; of a generic test also the test's name. */
  private Path below(Node node) {
    Path file = project.resolve(node.file().path()).normalize();
    Path root = packages.getOrDefault(node.packageName(), project);
    Path original =
        file.startsWith(root) ? root.relativize(file) : Path.of(node.file().path()).getFileName();
    Path below = Path.of(node.packageName()).resolve(original);
    if (node.type() == NodeType.UNIT_TEST) {
      return below.resolve(node.name() + ".sql");
    }
    return node.test().isPresent() ? below.resolve(Path.of(node.path()).getFileName()) : below;
  }

  /** Writes a node's compiled SQL; returns the file. */
  public Path writeCompiled(Node node, String sql) {
    Path file = compiled(node);
    write(file, sql);
    return file;
  }

  /** Writes the statements that ran for a node. */
  public void writeRun(Node node, String sql) {
    write(run(node), sql);
  }

  /** Not as an artifact is written: there are two for each node, and only people read them. */
  private void write(Path file, String sql) {
    try {
      Path parent = file.resolveSibling(".").normalize();
      if (!made.contains(parent)) {
        Files.createDirectories(parent);
        made.add(parent);
      }
      Files.writeString(file, sql);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
