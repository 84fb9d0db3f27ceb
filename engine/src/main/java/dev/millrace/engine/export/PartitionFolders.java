package dev.millrace.engine.export;

import dev.millrace.api.fault.FaultPoint;
import dev.millrace.api.table.HiveField;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The folder of an export while it is written. New partitions come to be in a hidden folder beside
 * it, which readers of whatever pattern do not meet, and take the places of the old ones by one
 * exchange each. What a killed export has left is cleared away by the next. One export of a folder
 * at a time, of all processes. For one thread.
 */
final class PartitionFolders implements AutoCloseable {
  private static final int SHOWN = 3;

  // Closing any channel of a file frees all of the process's locks on it (POSIX).
  private static final Set<Path> HELD = new HashSet<>();

  private final Path folder;
  private final List<HiveField> fields;
  private final Path staging;
  private final FileChannel lock;

  private PartitionFolders(Path folder, List<HiveField> fields, Path staging, FileChannel lock) {
    this.folder = folder;
    this.fields = fields;
    this.staging = staging;
    this.lock = lock;
  }

  /**
   * Takes a folder, which is made if there is none.
   *
   * @throws dev.millrace.api.error.StopException if another export has it, or it has other things
   */
  static PartitionFolders open(Path folder, List<HiveField> fields) throws IOException {
    Path name = folder.getFileName();
    if (name == null) {
      throw ExportError.EXPORT_FOLDER.stop(
          "`" + folder + "` is no folder for a table", "name one of its own");
    }
    Path staging = folder.resolveSibling("." + name + ".export");
    makeFolder(staging);
    Path file = staging.resolve("lock");
    synchronized (HELD) {
      if (HELD.contains(file)) {
        throw running(folder);
      }
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      boolean taken = false;
      try {
        if (channel.tryLock() == null) {
          throw running(folder);
        }
        HELD.add(file);
        taken = true;
      } finally {
        if (!taken) {
          channel.close();
        }
      }
      PartitionFolders folders = new PartitionFolders(folder, fields, staging, channel);
      boolean good = false;
      try {
        folders.recover();
        folders.check();
        good = true;
        return folders;
      } finally {
        if (!good) {
          folders.close();
        }
      }
    }
  }

  private static dev.millrace.api.error.StopException running(Path folder) {
    return ExportError.EXPORT_RUNNING.stop(
        "another export writes `" + folder + "` now", "wait until it has ended");
  }

  /** Where DuckDB may write. */
  Path written() {
    return staging.resolve("written");
  }

  private Path fresh() {
    return staging.resolve("new").resolve("t");
  }

  private Path old() {
    return staging.resolve("old").resolve("t");
  }

  /** Puts back what was taken away where its place is empty, and clears away the rest. */
  private void recover() throws IOException {
    for (Path partition : leaves(old())) {
      Path place = folder.resolve(partition);
      if (!Files.exists(place)) {
        makeFolder(parent(place));
        Files.move(old().resolve(partition), place, StandardCopyOption.ATOMIC_MOVE);
        force(parent(place));
      }
    }
    clear();
  }

  private void clear() throws IOException {
    delete(written());
    delete(staging.resolve("new"));
    delete(staging.resolve("old"));
  }

  /** Nothing that somebody else has put there may be deleted by mistake. */
  private void check() throws IOException {
    if (Files.exists(folder) && !Files.isDirectory(folder)) {
      throw ExportError.EXPORT_FOLDER.stop("`" + folder + "` is no folder", "name another one");
    }
    List<String> foreign = new ArrayList<>();
    check(folder, 0, foreign);
    if (!foreign.isEmpty()) {
      throw ExportError.EXPORT_FOLDER.stop(
          "`%s` has things that are no part of this export, such as `%s`"
              .formatted(
                  folder, String.join("`, `", foreign.stream().sorted().limit(SHOWN).toList())),
          fields.isEmpty()
              ? "name an empty folder; an export without partitions has files `part-*.parquet`"
              : "name an empty folder; this export has folders `" + fields.get(0).name() + "=...`");
    }
  }

  private void check(Path above, int level, List<String> foreign) throws IOException {
    if (!Files.isDirectory(above)) {
      return;
    }
    try (Stream<Path> entries = Files.list(above)) {
      for (Path entry : entries.toList()) {
        String name = name(entry);
        // What readers pass over, such as _SUCCESS, may be there beside partitions.
        boolean hidden = !fields.isEmpty() && (name.startsWith(".") || name.startsWith("_"));
        if (fields.isEmpty()) {
          if (!Files.isRegularFile(entry) || !name.matches("part-.*\\.parquet")) {
            foreign.add(name);
          }
        } else if (!hidden) {
          boolean ours =
              Files.isDirectory(entry) && name.startsWith(fields.get(level).name() + "=");
          if (!ours) {
            foreign.add(folder.relativize(entry).toString());
          } else if (level + 1 < fields.size()) {
            check(entry, level + 1, foreign);
          }
        }
      }
    }
  }

  private static String name(Path path) {
    return Objects.requireNonNull(path.getFileName()).toString();
  }

  /** The partitions that there are, below the folder; the folder itself if it is in one piece. */
  List<Path> partitions() throws IOException {
    return leaves(folder);
  }

  private List<Path> leaves(Path root) throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(root, fields.size())) {
      return all.filter(Files::isDirectory)
          .map(root::relativize)
          .filter(p -> level(p) == fields.size() && isPartition(p))
          .sorted()
          .toList();
    }
  }

  private static int level(Path relative) {
    return relative.toString().isEmpty() ? 0 : relative.getNameCount();
  }

  private static boolean isPartition(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (name.startsWith(".") || name.startsWith("_")) {
        return false;
      }
    }
    return true;
  }

  /** Adds a finished file to a new partition; on the disk when this returns. */
  void add(Path file, String partition) throws IOException {
    Path to = fresh().resolve(partition);
    Files.createDirectories(to);
    force(file);
    Files.move(file, to.resolve(name(file)), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Puts a new partition in its place. */
  void place(String partition) throws IOException {
    Path from = fresh().resolve(partition);
    Path place = folder.resolve(partition);
    force(from);
    makeFolder(parent(place));
    FaultPoint.pass("export-before-swap");
    try {
      if (!Files.exists(place)) {
        Files.move(from, place, StandardCopyOption.ATOMIC_MOVE);
      } else if (!Exchange.swap(from, place)) {
        Path aside = old().resolve(partition);
        makeFolder(parent(aside));
        Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
        FaultPoint.pass("export-between");
        Files.move(from, place, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (AtomicMoveNotSupportedException e) {
      throw ExportError.EXPORT_FOLDER.stop(
          "`" + folder + "` is on another disk than the folder that it is in",
          "name a folder in it, such as `" + folder.resolve("table") + "`");
    }
    force(parent(place));
    FaultPoint.pass("export-after-swap");
    delete(from);
  }

  /** Takes a partition away. */
  void remove(Path partition) throws IOException {
    Path place = folder.resolve(partition);
    Path gone = staging.resolve("written").resolve(UUID.randomUUID().toString());
    makeFolder(parent(gone));
    Files.move(place, gone, StandardCopyOption.ATOMIC_MOVE);
    force(parent(place));
    FaultPoint.pass("export-removed");
    delete(gone);
    for (Path above = parent(place); !above.equals(folder); above = parent(above)) {
      try (Stream<Path> left = Files.list(above)) {
        Optional<Path> any = left.findAny();
        if (any.isPresent()) {
          return;
        }
      }
      Files.delete(above);
    }
  }

  /** Clears away what was written and not placed, and frees the folder for others. */
  @Override
  public void close() throws IOException {
    try {
      clear();
    } finally {
      synchronized (HELD) {
        HELD.remove(staging.resolve("lock"));
        lock.close();
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static Path parent(Path path) {
    return Objects.requireNonNull(path.getParent());
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** A folder that was made is an entry of the one above it, which has to be on the disk too. */
  private static void makeFolder(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    makeFolder(parent(folder));
    try {
      Files.createDirectory(folder);
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(folder)) {
        throw e;
      }
    }
    force(parent(folder));
  }
}
