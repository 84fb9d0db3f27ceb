package dev.millrace.lake;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Local copies of files that are elsewhere and never change, by their location. What was not used
 * for longest goes first once there is too much of it; what was used in the last minutes stays,
 * since DuckDB may be reading it. Processes may share the folder.
 */
final class FileCache {
  /** Longer than a statement reads the files that it was given. */
  private static final Duration IN_USE = Duration.ofMinutes(10);

  private static final String UNFINISHED = ".unfinished";

  private final Path folder;
  private final long mostBytes;

  /**
   * A cache, empty or as it was left.
   *
   * @param folder is made if it is missing
   * @param mostBytes how much is kept, besides what is in use
   */
  FileCache(Path folder, long mostBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.mostBytes = mostBytes;
  }

  /** Where the copy of a file is, or would be. */
  Path path(String location) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(location.getBytes(StandardCharsets.UTF_8));
      return folder.resolve(HexFormat.of().formatHex(digest) + ".parquet");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Whether there is a copy of that size; it counts as used. */
  boolean use(String location, long bytes) throws IOException {
    Path path = path(location);
    try {
      if (Files.size(path) != bytes) {
        return false;
      }
      Files.setLastModifiedTime(path, FileTime.from(Instant.now()));
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Takes what a stream gives as the copy of a file. */
  void put(String location, long bytes, InputStream from) throws IOException {
    Path unfinished = folder.resolve(UUID.randomUUID() + UNFINISHED);
    try {
      long copied = Files.copy(from, unfinished);
      if (copied != bytes) {
        throw new IOException(
            "%s has %d bytes, and %d in the table's list".formatted(location, copied, bytes));
      }
      LocalFileIO.force(unfinished);
      Files.move(unfinished, path(location), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Takes a finished local file, which is gone from where it was, as the copy. */
  void adopt(String location, Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    Files.move(file, path(location), StandardCopyOption.REPLACE_EXISTING);
  }

  private record Copy(Path path, long bytes, Instant used) {}

  /** Deletes what is too much. */
  void trim() throws IOException {
    trim(Instant.now().minus(IN_USE));
  }

  /** As {@link #trim()}; what was used since then stays. */
  void trim(Instant inUse) throws IOException {
    List<Copy> copies = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try {
          copies.add(new Copy(file, Files.size(file), Files.getLastModifiedTime(file).toInstant()));
        } catch (NoSuchFileException e) {
          // Another process trims too.
        }
      }
    }
    long bytes = copies.stream().mapToLong(Copy::bytes).sum();
    copies.sort(Comparator.comparing(Copy::used));
    for (Copy copy : copies) {
      if (bytes <= mostBytes || !copy.used().isBefore(inUse)) {
        return;
      }
      Files.deleteIfExists(copy.path());
      bytes -= copy.bytes();
    }
  }
}
