package dev.millrace.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * DuckDB's shared library, of which its driver unpacks a copy of 70 MB into the temporary folder
 * for every process, and deletes it when the process ends, unless that is killed.
 */
public final class DuckDbLibrary {
  private static final Path MAPPED = Path.of("/proc/self/maps");
  private static final AtomicBoolean DELETED = new AtomicBoolean();

  private DuckDbLibrary() {}

  /**
   * Deletes the file of a library that is loaded, which Linux then keeps until the process ends,
   * however it does. Elsewhere, and where the file is not the process's own, nothing happens. To be
   * called after a first connection; thread-safe.
   */
  public static void deleteFile() {
    if (!Files.isReadable(MAPPED) || DELETED.getAndSet(true)) {
      return;
    }
    Path folder = Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath();
    try (Stream<String> lines = Files.lines(MAPPED)) {
      Stream<Path> files =
          lines
              .filter(line -> line.contains("/libduckdb_java") && line.endsWith(".so"))
              .map(line -> Path.of(line.substring(line.indexOf('/'))))
              .distinct();
      for (Path file : files.toList()) {
        if (folder.equals(file.getParent())) {
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException ignored) {
      // Then the driver deletes it at the end.
    }
  }
}
