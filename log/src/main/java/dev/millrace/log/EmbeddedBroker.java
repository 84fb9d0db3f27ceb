package dev.millrace.log;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An Apache Kafka broker in this process, with its controller, reachable on loopback only. What it
 * acknowledged survives a {@code kill -9} (the operating system holds it), though not a power cut.
 * Several brokers with different folders may run side by side. Thread-safe.
 *
 * <p>From the first start on, Kafka's code can no longer end the process: see {@code onFatal}.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(20);
  private static final Duration PORT_LIMIT = Duration.ofSeconds(1);

  private final BrokerFolder folder;
  private final int port;
  private final KafkaRaftServer server;
  private final Consumer<String> exitListener;
  private final AtomicBoolean closed = new AtomicBoolean();

  private EmbeddedBroker(
      BrokerFolder folder, int port, KafkaRaftServer server, Consumer<String> exitListener) {
    this.folder = folder;
    this.port = port;
    this.server = server;
    this.exitListener = exitListener;
  }

  /** As {@link #start(Path, int, Consumer)}, logging what would be told to {@code onFatal}. */
  public static EmbeddedBroker start(Path dataFolder, int port) {
    return start(dataFolder, port, problem -> LOG.error("{}", problem));
  }

  /**
   * Starts the broker and waits until clients can use it.
   *
   * @param dataFolder created and formatted on the first start
   * @param port to listen on; 0 takes the port of the last start if it is free, else any free one
   * @param onFatal told at most once, on a thread of the broker, if the broker gives up while
   *     running; the receiver closes it from another thread
   * @throws StopException if the folder is in use or from a newer version, the port is taken, or
   *     the broker does not start
   */
  public static EmbeddedBroker start(Path dataFolder, int port, Consumer<Problem> onFatal) {
    long begin = System.nanoTime();
    BrokerFolder folder = BrokerFolder.open(dataFolder.toAbsolutePath().normalize());
    try {
      int chosen = choosePort(port, folder.lastPort());
      EmbeddedBroker broker = startIn(folder, chosen, onFatal);
      LOG.info(
          "embedded Kafka broker on port {} started in {} ms",
          chosen,
          (System.nanoTime() - begin) / 1_000_000);
      return broker;
    } catch (IOException e) {
      folder.close();
      throw new StopException(
          Problem.error(
              LogError.BROKER_FOLDER_UNUSABLE,
              null,
              "the broker's data folder `" + dataFolder + "` cannot be used: " + e,
              "check the folder's owner and the space on its disk"),
          e);
    } catch (RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  private static EmbeddedBroker startIn(BrokerFolder folder, int port, Consumer<Problem> onFatal)
      throws IOException {
    int controllerPort = choosePort(0, 0);
    BrokerExit.divert();
    AtomicBoolean told = new AtomicBoolean();
    Consumer<String> exitListener =
        reason -> {
          if (told.compareAndSet(false, true)) {
            onFatal.accept(failed(folder, reason));
          }
        };
    KafkaRaftServer server = null;
    try {
      Map<String, Object> settings = BrokerSettings.of(folder.data(), port, controllerPort);
      if (!folder.formatted()) {
        format(folder);
      } else if (PredecessorFence.isNeeded(folder.data())) {
        PredecessorFence.raise(settings);
      }
      server = new KafkaRaftServer(new KafkaConfig(settings, false), Time.SYSTEM);
      server.startup();
      folder.remember(port);
      BrokerExit.add(exitListener);
      return new EmbeddedBroker(folder, port, server, exitListener);
    } catch (IOException e) {
      shutDown(server);
      throw e;
    } catch (Exception | Error e) {
      shutDown(server);
      throw notStarted(folder, port, e);
    }
  }

  private static void format(BrokerFolder folder) throws Exception {
    Files.createDirectories(folder.data());
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(BrokerSettings.NODE_ID)
        .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
        .setMetadataLogDirectory(folder.data().toString())
        .setDirectories(List.of(folder.data().toString()))
        .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
        .run();
  }

  private static int choosePort(int wanted, int last) {
    if (wanted != 0) {
      if (!becomesFree(wanted)) {
        throw new StopException(
            Problem.error(
                LogError.BROKER_PORT_IN_USE,
                null,
                "port " + wanted + " for the embedded Kafka broker is in use",
                "stop what listens there, or choose another port"),
            null);
      }
      return wanted;
    }
    if (last != 0 && isFree(last)) {
      return last;
    }
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new StopException(
          Problem.error(
              LogError.BROKER_PORT_IN_USE, null, "no port is free on this machine: " + e, null),
          e);
    }
  }

  /**
   * A process that is being forked holds copies of all sockets until its program starts, so also of
   * the one with which somebody found this port to be free: the port then seems to be in use for a
   * moment.
   */
  private static boolean becomesFree(int port) {
    long deadline = System.nanoTime() + PORT_LIMIT.toNanos();
    while (!isFree(port)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      // As Kafka binds: connections of a broker that was killed a moment ago are no obstacle.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static StopException notStarted(BrokerFolder folder, int port, Throwable cause) {
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return new StopException(
        Problem.error(
            LogError.BROKER_NOT_STARTED,
            null,
            "the embedded Kafka broker (port %d, folder `%s`) did not start: %s"
                .formatted(port, folder.data(), root),
            "see the log for the steps before; `--fresh` starts with an empty folder"),
        cause);
  }

  private static Problem failed(BrokerFolder folder, String reason) {
    return Problem.error(
        LogError.BROKER_FAILED,
        null,
        "the embedded Kafka broker gave up: " + reason,
        "check the space on the disk of `" + folder.data() + "`, then start again");
  }

  /** The port it listens on. */
  public int port() {
    return port;
  }

  /** How clients reach it. */
  public Cluster cluster() {
    return Cluster.of("127.0.0.1:" + port);
  }

  /**
   * Stops the broker and releases its folder, waiting some seconds at most. May be called
   * repeatedly; never throws.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      BrokerExit.remove(exitListener);
      TransactionDrain.await(cluster());
      shutDown(server);
      folder.close();
    }
  }

  /** A broker that has lost its disk may hang in its shutdown, so another thread does it. */
  private static void shutDown(@Nullable KafkaRaftServer server) {
    if (server == null) {
      return;
    }
    Thread thread =
        new Thread(
            () -> {
              try {
                server.shutdown();
                server.awaitShutdown();
              } catch (Exception | Error e) {
                LOG.warn("the embedded Kafka broker did not stop cleanly", e);
              }
            },
            "kafka-broker-stop");
    thread.setDaemon(true);
    thread.start();
    try {
      thread.join(SHUTDOWN_LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
