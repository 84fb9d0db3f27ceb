package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs programs that refuse to run as root, as PostgreSQL does, where Millrace itself runs as root.
 */
final class Unprivileged {
  private Unprivileged() {}

  /**
   * What to put before a command: nothing for an ordinary user; for root, {@code unshare -U}, whose
   * new user namespace maps nobody, so that the program sees an ordinary user with the same files.
   *
   * @param folder of the caller's, whose owner tells who it is
   * @throws StopException if the caller is root and the machine forbids user namespaces
   */
  static List<String> prefix(Path folder) {
    if (!isRoot(folder)) {
      return List.of();
    }
    Optional<Path> unshare = Executables.find("unshare");
    if (unshare.isPresent() && succeeds(List.of(unshare.get().toString(), "-U", "true"))) {
      return List.of(unshare.get().toString(), "-U");
    }
    throw new StopException(
        Problem.error(
            EmbeddedError.EMBEDDED_UNAVAILABLE,
            null,
            "PostgreSQL refuses to run as root, and this machine has no `unshare -U` to change that",
            "run Millrace as an ordinary user, or give the target a `url` of a PostgreSQL server"),
        null);
  }

  private static boolean isRoot(Path folder) {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(folder, "unix:uid"));
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
    } catch (UnsupportedOperationException e) {
      // No POSIX system, so no root.
      return false;
    }
  }

  private static boolean succeeds(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
