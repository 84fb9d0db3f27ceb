package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once from the archive that an artifact carries. */
final class PostgresBinaries {
  private static final int EXECUTABLE_BITS = 0111;

  private PostgresBinaries() {}

  /**
   * The folder with {@code bin}, {@code lib} and {@code share}, unpacked into the shared folder or
   * else below {@code folder} if it is in neither yet.
   *
   * @throws StopException if there are no binaries for this platform, or the disk refuses
   */
  static Path unpack(Path folder) {
    String archive = "/postgres-%s-%s.txz".formatted(Programs.system(), Programs.architecture());
    URL resource = PostgresBinaries.class.getResource(archive);
    if (resource == null) {
      throw unavailable(archive);
    }
    try {
      // The size names the version: it changes with the artifact.
      String version = Long.toString(resource.openConnection().getContentLengthLong());
      return Programs.unpack(folder, "postgres", version, target -> unpack(resource, target));
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
    }
  }

  private static void unpack(URL resource, Path target) throws IOException {
    try (InputStream packed = resource.openStream()) {
      extract(packed, target);
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
}
