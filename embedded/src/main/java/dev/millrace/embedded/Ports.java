package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Properties;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Chooses free ports on the loopback address and remembers them in the data folder, so that a
 * system has the same port after a restart if nobody took it meanwhile. Thread-safe.
 */
public final class Ports {
  // Below the range from which the kernel takes ports of outgoing connections: a client that
  // retries a port within that range can connect to itself and so occupy it.
  private static final int LOWEST = 20_000;
  private static final int HIGHEST = 30_000;

  private final Path file;
  private final Properties remembered = new Properties();
  private final Set<Integer> given = new HashSet<>();

  /** Ports remembered in the file {@code ports} of the folder. */
  public Ports(DataFolder folder) {
    file = folder.path().resolve("ports");
    if (Files.exists(file)) {
      try (Reader reader = Files.newBufferedReader(file)) {
        remembered.load(reader);
      } catch (IOException | IllegalArgumentException e) {
        // Unreadable memory costs no more than new ports.
        remembered.clear();
      }
    }
  }

  /**
   * A port that is free now: the one that {@code name} had before, else any other.
   *
   * @throws RetryException if no port can be had
   */
  public synchronized int port(String name) {
    int port = remembered(name);
    if (port == 0 || given.contains(port) || !isFree(port)) {
      port = anyFree();
      remembered.setProperty(name, Integer.toString(port));
      store();
    }
    given.add(port);
    return port;
  }

  /** True if a server could listen on the port of the loopback address now. */
  public static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private int remembered(String name) {
    String text = remembered.getProperty(name, "");
    int port = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
    return port <= 65_535 ? port : 0;
  }

  private int anyFree() {
    SplittableRandom random = new SplittableRandom();
    for (int attempt = 0; attempt < 1000; attempt++) {
      int port = random.nextInt(LOWEST, HIGHEST);
      if (!given.contains(port)
          && !remembered.containsValue(Integer.toString(port))
          && isFree(port)) {
        return port;
      }
    }
    throw new RetryException(
        Problem.error(
            EmbeddedError.EMBEDDED_START,
            null,
            "no free port between %d and %d".formatted(LOWEST, HIGHEST),
            null),
        null);
  }

  private void store() {
    try (Writer writer = Files.newBufferedWriter(file)) {
      remembered.store(writer, "Ports of the embedded systems, kept over restarts");
    } catch (IOException e) {
      throw DataFolder.unusable(file, e);
    }
  }
}
