package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Programs that artifacts carry, each version of them unpacked once. */
final class Programs {
  /**
   * The system property that names a folder in which all projects share what is unpacked; the
   * launcher sets it. Without it, or where it cannot be written, each project unpacks for itself.
   */
  static final String SHARED = "millrace.programs";

  /** What names begin with that a process has not filled yet; its number follows. */
  static final String UNFINISHED = "unpacking-";

  private static final Logger LOG = LoggerFactory.getLogger(Programs.class);

  private Programs() {}

  /** Makes a file or a folder with programs. */
  @FunctionalInterface
  interface Unpacking {
    void to(Path target) throws IOException;
  }

  /**
   * Where the programs are: unpacked into the shared folder or else below {@code folder} if they
   * are in neither yet.
   *
   * @param folder the system's own
   * @param kind what names of all versions begin with
   * @param version names this one
   * @throws dev.millrace.api.error.StopException if the disk refuses
   */
  static Path unpack(Path folder, String kind, String version, Unpacking unpacking) {
    String name = kind + "-" + version;
    Optional<Path> shared = shared(name, unpacking);
    if (shared.isPresent()) {
      return shared.get();
    }
    Path home = folder.resolve(name);
    try {
      if (!Files.exists(home)) {
        unpack(unpacking, folder, home);
        deleteOthers(folder, kind + "-", home);
      }
      return home;
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
    }
  }

  private static Optional<Path> shared(String name, Unpacking unpacking) {
    String folder = System.getProperty(SHARED, "");
    if (folder.isEmpty()) {
      return Optional.empty();
    }
    Path home = Path.of(folder, name);
    try {
      if (!Files.exists(home)) {
        Files.createDirectories(Path.of(folder));
        unpack(unpacking, Path.of(folder), home);
      }
      return Optional.of(home);
    } catch (IOException e) {
      LOG.info("{} cannot be shared by projects: {}", home, Reasons.of(e));
      return Optional.empty();
    }
  }

  /** Another process may do the same at the same time: the first one wins. */
  private static void unpack(Unpacking unpacking, Path folder, Path home) throws IOException {
    deleteUnfinished(folder);
    Path unfinished = home.resolveSibling(UNFINISHED + ProcessHandle.current().pid());
    try {
      unpacking.to(unfinished);
      Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.exists(home)) {
        throw e;
      }
    } finally {
      deleteTree(unfinished);
    }
  }

  /** What processes left that were killed while they unpacked, this one's number among them. */
  static void deleteUnfinished(Path folder) throws IOException {
    for (Path leftover : entries(folder, UNFINISHED)) {
      String pid = leftover.getFileName().toString().substring(UNFINISHED.length());
      boolean alive = pid.matches("\\d{1,10}") && ProcessHandle.of(Long.parseLong(pid)).isPresent();
      if (!alive || pid.equals(Long.toString(ProcessHandle.current().pid()))) {
        deleteTree(leftover);
      }
    }
  }

  private static void deleteOthers(Path folder, String prefix, Path kept) throws IOException {
    for (Path other : entries(folder, prefix)) {
      if (!other.equals(kept)) {
        deleteTree(other);
      }
    }
  }

  private static List<Path> entries(Path folder, String prefix) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(p -> p.getFileName().toString().startsWith(prefix)).toList();
    }
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(root)) {
      paths = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : paths) {
      Files.delete(path);
    }
  }

  /** The operating system, as names of PostgreSQL's artifacts have it. */
  static String system() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : "linux";
  }

  /** The processor, as names of PostgreSQL's artifacts have it. */
  static String architecture() {
    String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> name;
    };
  }
}
