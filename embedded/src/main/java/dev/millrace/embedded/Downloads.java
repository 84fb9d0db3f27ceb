package dev.millrace.embedded;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What is fetched on its first use, once for all projects of a user. */
final class Downloads {
  /** The system property that names the folder of downloads, in place of the user's cache. */
  static final String CACHE = "millrace.cache";

  private static final long LIMIT_MINUTES = 20;
  private static final int LAST_LINES = 3;

  private Downloads() {}

  /** Fetches into an empty folder, and says what in it, or it itself, is the download. */
  @FunctionalInterface
  interface Fetch {
    Path into(Path folder) throws IOException;
  }

  /** The folder of that name has that file. */
  static boolean has(String name, String file) {
    return Files.exists(cache().resolve(name).resolve(file));
  }

  /**
   * A folder of the user's cache, fetched if it is not there yet. Another process may do the same
   * at the same time: the first one wins. Within this process one waits for the other.
   *
   * @param name of the folder, and of no other version
   * @param file that it has when it is complete
   * @throws dev.millrace.api.error.StopException if the disk refuses
   */
  static synchronized Path once(String name, String file, Fetch fetch) {
    Path cache = cache();
    Path home = cache.resolve(name);
    if (has(name, file)) {
      return home;
    }
    Path unfinished = cache.resolve(Programs.UNFINISHED + ProcessHandle.current().pid());
    try {
      Files.createDirectories(cache);
      Programs.deleteUnfinished(cache);
      Files.createDirectories(unfinished);
      try {
        move(fetch.into(unfinished), home, file);
      } finally {
        Programs.deleteTree(unfinished);
      }
    } catch (IOException e) {
      throw DataFolder.unusable(cache, e);
    }
    return home;
  }

  private static void move(Path fetched, Path home, String file) throws IOException {
    try {
      Files.move(fetched, home, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (!Files.exists(home.resolve(file))) {
        throw e;
      }
    }
  }

  /**
   * Runs a program that fetches.
   *
   * @param folder where it runs
   * @return the last that it said, where it failed; perhaps nothing
   */
  static Optional<String> run(Path folder, List<String> words) throws IOException {
    Path output = folder.resolve("output.log");
    Process process =
        new ProcessBuilder(words)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    process.getOutputStream().close();
    boolean ended = false;
    try {
      ended = process.waitFor(LIMIT_MINUTES, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    if (!ended) {
      return Optional.of("it took too long");
    }
    if (process.exitValue() == 0) {
      return Optional.empty();
    }
    List<String> lines = Files.readAllLines(output).stream().filter(l -> !l.isBlank()).toList();
    return Optional.of(
        String.join("; ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size())));
  }

  private static Path cache() {
    String folder = System.getProperty(CACHE, "");
    if (!folder.isEmpty()) {
      return Path.of(folder).toAbsolutePath();
    }
    String xdg = System.getenv().getOrDefault("XDG_CACHE_HOME", "");
    return xdg.startsWith("/")
        ? Path.of(xdg, "millrace")
        : Path.of(System.getProperty("user.home"), ".cache", "millrace");
  }
}
