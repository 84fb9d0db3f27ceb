package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
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
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once from the archive that an artifact carries. */
final class PostgresBinaries {
  private static final int EXECUTABLE_BITS = 0111;

  private PostgresBinaries() {}

  /**
   * The folder with {@code bin}, {@code lib} and {@code share}, unpacked below {@code folder} if it
   * is not there yet.
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
      Path home = folder.resolve("postgres-" + resource.openConnection().getContentLengthLong());
      if (!Files.isDirectory(home)) {
        Path unfinished = folder.resolve("unpacking");
        deleteTree(unfinished);
        try (InputStream packed = resource.openStream()) {
          extract(packed, unfinished);
        }
        Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        deleteOthers(folder, home);
      }
      return home;
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
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
    List<Path> others;
    try (Stream<Path> entries = Files.list(folder)) {
      others =
          entries
              .filter(p -> p.getFileName().toString().startsWith("postgres-") && !p.equals(kept))
              .toList();
    }
    for (Path other : others) {
      deleteTree(other);
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

  private static String system() {
    String name = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : "linux";
  }

  private static String architecture() {
    String name = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
    return switch (name) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> name;
    };
  }
}
