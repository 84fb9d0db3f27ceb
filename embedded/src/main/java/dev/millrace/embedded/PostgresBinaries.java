package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once from the archive that an artifact carries. */
final class PostgresBinaries {
  /**
   * The system property that names a folder in which all projects share what is unpacked; the
   * launcher sets it. Without it, or where it cannot be written, each project unpacks for itself.
   */
  static final String SHARED = "millrace.programs";

  private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);

  /** What names of folders begin with that a process has not filled yet; its number follows. */
  static final String UNFINISHED = "unpacking-";

  private static final int EXECUTABLE_BITS = 0111;

  private PostgresBinaries() {}

  /**
   * The folder with {@code bin}, {@code lib} and {@code share}, unpacked into the shared folder or
   * else below {@code folder} if it is in neither yet.
   *
   * @throws StopException if there are no binaries for this platform, or the disk refuses
   */
  static Path unpack(Path folder) {
    String archive = "/postgres-%s-%s.txz".formatted(system(), architecture());
    URL resource = PostgresBinaries.class.getResource(archive);
    if (resource == null) {
      throw unavailable(archive);
    }
    try {
      // The size names the version: it changes with the artifact.
      String name = "postgres-" + resource.openConnection().getContentLengthLong();
      Path shared = shared(resource, name);
      if (shared != null) {
        return shared;
      }
      Path home = folder.resolve(name);
      if (!Files.isDirectory(home)) {
        unpack(resource, folder, home);
        deleteOthers(folder, home);
      }
      return home;
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
    }
  }

  private static @Nullable Path shared(URL resource, String name) {
    String folder = System.getProperty(SHARED, "");
    if (folder.isEmpty()) {
      return null;
    }
    Path home = Path.of(folder, name);
    try {
      if (!Files.isDirectory(home)) {
        Files.createDirectories(Path.of(folder));
        unpack(resource, Path.of(folder), home);
      }
      return home;
    } catch (IOException e) {
      LOG.info("{} cannot be shared by projects: {}", home, Reasons.of(e));
      return null;
    }
  }

  /** Another process may do the same at the same time: the first one wins. */
  private static void unpack(URL resource, Path folder, Path home) throws IOException {
    deleteUnfinished(folder);
    Path unfinished = home.resolveSibling(UNFINISHED + ProcessHandle.current().pid());
    try (InputStream packed = resource.openStream()) {
      extract(packed, unfinished);
      Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.isDirectory(home)) {
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

  private static void extract(InputStream packed, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed)))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        Path path = target.resolve(e.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("the archive leaves its folder: " + e.getName());
        }
        if (e.isDirectory()) {
          Files.createDirectories(path);
          continue;
        }
        Files.createDirectories(path.getParent());
        if (e.isSymbolicLink()) {
          Files.createSymbolicLink(path, Path.of(e.getLinkName()));
        } else {
          Files.copy(tar, path);
          boolean executable = (e.getMode() & EXECUTABLE_BITS) != 0;
          Files.setPosixFilePermissions(
              path, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }

  private static void deleteOthers(Path folder, Path kept) throws IOException {
    for (Path other : entries(folder, "postgres-")) {
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

  private static StopException unavailable(String archive) {
    return new StopException(
        Problem.error(
            EmbeddedError.EMBEDDED_UNAVAILABLE,
            null,
            "there is no embedded PostgreSQL for this machine (`%s` is not on the class path)"
                .formatted(archive.substring(1)),
            "give the target a `url` of a PostgreSQL server instead of `embedded`"),
        null);
  }

  /** The operating system, as names of artifacts have it. */
  static String system() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : "linux";
  }

  /** The processor, as names of artifacts have it. */
  static String architecture() {
    String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> name;
    };
  }
}
