package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Holds a project's data folder for one process. The operating system frees the lock however the
 * process ends; a readable file beside it tells others who runs and where its page is. Thread-safe.
 */
public final class InstanceLock implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  // Closing any channel of a file frees all of the process's locks on it (POSIX), so a process
  // must not open a lock file that it holds.
  private static final Set<Path> HELD = new HashSet<>();

  /**
   * A running instance, as it describes itself.
   *
   * @param pid its process
   * @param started when it took the folder
   * @param address the page's address; empty while it is starting
   */
  public record Instance(long pid, Instant started, Optional<String> address) {}

  private final Path lockFile;
  private final Path infoFile;
  private final FileChannel channel;
  private final Instance self;

  private InstanceLock(Path lockFile, Path infoFile, FileChannel channel, Instance self) {
    this.lockFile = lockFile;
    this.infoFile = infoFile;
    this.channel = channel;
    this.self = self;
  }

  /**
   * Takes the folder for this process.
   *
   * @throws StopException if another process, or another part of this one, holds it; names its
   *     process id and address
   */
  public static InstanceLock acquire(DataFolder folder) {
    Path lockFile = folder.path().resolve("instance.lock");
    Path infoFile = infoFile(folder);
    synchronized (HELD) {
      if (HELD.contains(lockFile)) {
        throw running(folder);
      }
      FileChannel channel = null;
      try {
        channel = lock(lockFile).orElseThrow(() -> running(folder));
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        Instance self = new Instance(ProcessHandle.current().pid(), now, Optional.empty());
        write(infoFile, self);
        HELD.add(lockFile);
        return new InstanceLock(lockFile, infoFile, channel, self);
      } catch (IOException e) {
        close(channel);
        throw DataFolder.unusable(lockFile, e);
      }
    }
  }

  /** Tells other processes where the page is. */
  public void announce(String address) {
    try {
      write(infoFile, new Instance(self.pid(), self.started(), Optional.of(address)));
    } catch (IOException e) {
      throw DataFolder.unusable(infoFile, e);
    }
  }

  /** The instance that holds the folder now, whichever process it is; empty if none does. */
  public static Optional<Instance> find(DataFolder folder) {
    Path lockFile = folder.path().resolve("instance.lock");
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (isHeld(lockFile)) {
      Optional<Instance> found = read(folder);
      if (found.isPresent() || System.nanoTime() > deadline) {
        return found;
      }
      // Taken this instant, and not described yet.
      Pause.millis(20);
    }
    return Optional.empty();
  }

  private static boolean isHeld(Path lockFile) {
    synchronized (HELD) {
      if (HELD.contains(lockFile)) {
        return true;
      }
      if (!Files.exists(lockFile)) {
        return false;
      }
      try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.READ);
          FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true)) {
        return lock == null;
      } catch (IOException e) {
        throw DataFolder.unusable(lockFile, e);
      }
    }
  }

  /** Gives the folder back. */
  @Override
  public void close() {
    synchronized (HELD) {
      if (HELD.remove(lockFile)) {
        try {
          Files.deleteIfExists(infoFile);
        } catch (IOException e) {
          // Without the lock the file means nothing.
        }
        close(channel);
      }
    }
  }

  private static Optional<FileChannel> lock(Path lockFile) throws IOException {
    FileChannel channel =
        FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try {
      // A reader's find() holds the lock for an instant, which is no reason to give up.
      while (channel.tryLock() == null) {
        if (System.nanoTime() > deadline) {
          channel.close();
          return Optional.empty();
        }
        Pause.millis(20);
      }
      return Optional.of(channel);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static StopException running(DataFolder folder) {
    Optional<Instance> other = read(folder);
    String who =
        other
            .map(
                i ->
                    "process %d, started %s%s"
                        .formatted(
                            i.pid(), i.started(), i.address().map(a -> ", page " + a).orElse("")))
            .orElse("another process");
    String hint =
        other.map(i -> "stop it first, for example with `kill %d`".formatted(i.pid())).orElse("");
    return new StopException(
        Problem.error(
            EmbeddedError.INSTANCE_RUNNING,
            null,
            "`%s` is already run by %s".formatted(folder.path().getParent(), who),
            hint.isEmpty() ? "wait until it has ended, or stop it" : hint),
        null);
  }

  private static Path infoFile(DataFolder folder) {
    return folder.path().resolve("instance");
  }

  private static void write(Path infoFile, Instance instance) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("pid", Long.toString(instance.pid()));
    properties.setProperty("started", instance.started().toString());
    instance.address().ifPresent(a -> properties.setProperty("address", a));
    Path fresh = infoFile.resolveSibling(infoFile.getFileName() + ".new");
    try (Writer writer = Files.newBufferedWriter(fresh)) {
      properties.store(writer, "The process that runs this project");
    }
    Files.move(fresh, infoFile, StandardCopyOption.ATOMIC_MOVE);
  }

  private static Optional<Instance> read(DataFolder folder) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(infoFile(folder))) {
      properties.load(reader);
      return Optional.of(
          new Instance(
              Long.parseLong(properties.getProperty("pid", "")),
              Instant.parse(properties.getProperty("started", "")),
              Optional.ofNullable(properties.getProperty("address"))));
    } catch (IOException | IllegalArgumentException | DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static void close(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The lock is gone either way.
      }
    }
  }
}
