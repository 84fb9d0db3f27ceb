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
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Local copies of files that are elsewhere and never change, by their location. What was not used
 * for longest goes first once there is too much of it; what was used in the last minutes stays,
 * since DuckDB may be reading it, and so does what a view reads: a pin, which is a file with the
 * names of those that stay, and which whoever has the view renews. Processes may share the folder.
 */
final class FileCache {
  /** Longer than a statement reads the files that it was given. */
  private static final Duration IN_USE = Duration.ofMinutes(10);

  /** How long a view is believed to be there that nobody has renewed. */
  private static final Duration PINNED = Duration.ofDays(90);

  /**
   * How long a view's earlier version stays, for readers of it and if its change comes to nothing.
   */
  private static final Duration REPLACED = Duration.ofHours(1);

  private static final String PINS = "pins";
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
    Files.createDirectories(folder.resolve(PINS));
    this.mostBytes = mostBytes;
  }

  /** Where the copy of a file is, or would be. */
  Path path(String location) {
    return folder.resolve(hash(location) + ".parquet");
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
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

  /**
   * Keeps copies for a view. What was kept for it before goes an hour later.
   *
   * @param version tells this set of copies from others
   * @param copies as {@link #path} names them
   */
  void pin(String view, String version, List<Path> copies) throws IOException {
    String prefix = hash(view) + "-";
    Path pin = folder.resolve(PINS).resolve(prefix + hash(version));
    Instant now = Instant.now();
    if (Files.exists(pin)) {
      Files.setLastModifiedTime(pin, FileTime.from(now));
    } else {
      Path unfinished = folder.resolve(UUID.randomUUID() + UNFINISHED);
      Files.write(unfinished, copies.stream().map(c -> String.valueOf(c.getFileName())).toList());
      Files.move(unfinished, pin, StandardCopyOption.ATOMIC_MOVE);
    }
    for (Path other : pins(prefix)) {
      if (!other.equals(pin) && age(other, now).compareTo(REPLACED) > 0) {
        Files.deleteIfExists(other);
      }
    }
  }

  private List<Path> pins(String prefix) throws IOException {
    try (Stream<Path> pins = Files.list(folder.resolve(PINS))) {
      return pins.filter(p -> String.valueOf(p.getFileName()).startsWith(prefix)).toList();
    }
  }

  /** No age, if another process has just deleted it. */
  private static Duration age(Path file, Instant now) throws IOException {
    try {
      return Duration.between(Files.getLastModifiedTime(file).toInstant(), now);
    } catch (NoSuchFileException e) {
      return Duration.ZERO;
    }
  }

  private Set<String> pinned() throws IOException {
    Set<String> names = new HashSet<>();
    Instant now = Instant.now();
    for (Path pin : pins("")) {
      if (age(pin, now).compareTo(PINNED) > 0) {
        Files.deleteIfExists(pin);
      } else {
        try {
          names.addAll(Files.readAllLines(pin));
        } catch (NoSuchFileException e) {
          // The view has another version by now.
        }
      }
    }
    return names;
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
    if (bytes <= mostBytes) {
      return;
    }
    Set<String> pinned = pinned();
    copies.removeIf(c -> pinned.contains(String.valueOf(c.path().getFileName())));
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
