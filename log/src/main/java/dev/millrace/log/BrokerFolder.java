package dev.millrace.log;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Properties;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;

/**
 * The broker's folder, held by a lock for as long as this object is open: {@code data} belongs to
 * Kafka, {@code broker.properties} remembers the port and which Kafka wrote the data.
 */
final class BrokerFolder implements AutoCloseable {
  private final Path folder;
  private final FileChannel channel;
  private final Properties remembered;

  private BrokerFolder(Path folder, FileChannel channel, Properties remembered) {
    this.folder = folder;
    this.channel = channel;
    this.remembered = remembered;
  }

  /** Locks the folder, creating it if it is missing. */
  static BrokerFolder open(Path folder) {
    FileChannel channel = null;
    try {
      Files.createDirectories(folder);
      channel =
          FileChannel.open(
              folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        throw locked(folder);
      }
      BrokerFolder opened = new BrokerFolder(folder, channel, read(folder));
      opened.refuseNewer();
      return opened;
    } catch (IOException e) {
      closeQuietly(channel);
      throw new StopException(
          Problem.error(
              LogError.BROKER_FOLDER_UNUSABLE,
              null,
              "the broker's data folder `" + folder + "` cannot be used: " + e,
              "check the folder's owner and the space on its disk"),
          e);
    } catch (StopException e) {
      closeQuietly(channel);
      throw e;
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false;
    }
  }

  private static StopException locked(Path folder) {
    return new StopException(
        Problem.error(
            LogError.BROKER_FOLDER_LOCKED,
            null,
            "the broker's data folder `" + folder + "` is used by another process",
            "stop the other instance of this project first"),
        null);
  }

  private static Properties read(Path folder) throws IOException {
    Properties properties = new Properties();
    Path file = folder.resolve("broker.properties");
    if (Files.exists(file)) {
      try (var in = Files.newInputStream(file)) {
        properties.load(in);
      }
    }
    return properties;
  }

  private void refuseNewer() {
    String written = remembered.getProperty("kafka", "0");
    String own = AppInfoParser.getVersion();
    if (compareVersions(written, own) > 0) {
      throw new StopException(
          Problem.error(
              LogError.BROKER_FOLDER_NEWER,
              null,
              "the broker's data folder `%s` was written by Kafka %s, newer than the %s here"
                  .formatted(folder, written, own),
              "use the Millrace version that wrote it, or start over with `--fresh`"),
          null);
    }
  }

  /** Compares dotted numbers; parts that are no numbers count as 0. */
  static int compareVersions(String a, String b) {
    String[] left = a.split("[.-]");
    String[] right = b.split("[.-]");
    for (int i = 0; i < Math.max(left.length, right.length); i++) {
      int order = Integer.compare(part(left, i), part(right, i));
      if (order != 0) {
        return order;
      }
    }
    return 0;
  }

  private static int part(String[] parts, int i) {
    return i < parts.length && parts[i].matches("[0-9]{1,9}") ? Integer.parseInt(parts[i]) : 0;
  }

  Path data() {
    return folder.resolve("data");
  }

  boolean formatted() {
    return Files.exists(data().resolve("meta.properties"));
  }

  /** The port of the last start; 0 if there was none. */
  int lastPort() {
    String port = remembered.getProperty("port", "0");
    return port.matches("[0-9]{1,5}") ? Integer.parseInt(port) : 0;
  }

  /** Writes the port and the version for the next start. */
  void remember(int port) throws IOException {
    remembered.setProperty("port", Integer.toString(port));
    remembered.setProperty("kafka", AppInfoParser.getVersion());
    Path file = folder.resolve("broker.properties");
    Path next = folder.resolve("broker.properties.next");
    try (OutputStream out = Files.newOutputStream(next)) {
      remembered.store(out, null);
    }
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Releases the lock; never throws. */
  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(@Nullable FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // The operating system releases the lock with the process at the latest.
      }
    }
  }
}
