package dev.millrace.registry;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.embedded.EmbeddedError;
import dev.millrace.embedded.EmbeddedSystem;
import dev.millrace.log.Cluster;
import dev.millrace.log.CompactedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The embedded schema registry: an HTTP server in this process, on the loopback address only. It
 * keeps nothing but in the topic {@value #TOPIC}.
 */
public final class RegistrySystem implements EmbeddedSystem {
  /** The topic with everything that is registered. */
  public static final String TOPIC = "_schemas";

  private static final Logger LOG = LoggerFactory.getLogger(RegistrySystem.class);
  private static final String WRITER = "millrace-schema-registry";
  private static final int THREADS = 4;

  static {
    // Without it each answer waits 40 ms for the next packet of the client.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private final String name;
  private final Cluster cluster;
  private final Runnable awaitKafka;
  private final IntSupplier ports;
  private int port;
  private volatile @Nullable Running running;

  /** One life of the server. */
  private record Running(HttpServer server, ExecutorService threads, Store store) {}

  /**
   * Describes a registry; nothing runs yet.
   *
   * @param name the system's name
   * @param cluster the Kafka that keeps the topic
   * @param awaitKafka returns once Kafka answers
   * @param port gives the port to listen on, which is asked for once
   */
  public RegistrySystem(String name, Cluster cluster, Runnable awaitKafka, IntSupplier port) {
    this.name = name;
    this.cluster = cluster;
    this.awaitKafka = awaitKafka;
    this.ports = port;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Map<String, Object> start() {
    stop();
    if (port == 0) {
      port = ports.getAsInt();
    }
    awaitKafka.run();
    Store store = new Store(cluster);
    store.settle();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS, this::thread);
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
      Registry registry = new Registry(store.subjects, store);
      server.createContext("/", new RestInterface(new Routes(registry)));
      server.setExecutor(threads);
      server.start();
      running = new Running(server, threads, store);
      LOG.info("schema registry `{}` is at http://127.0.0.1:{}", name, port);
      return Map.of("url", "http://127.0.0.1:" + port);
    } catch (IOException e) {
      threads.shutdownNow();
      store.close();
      throw new RetryException(
          Problem.error(
              EmbeddedError.EMBEDDED_START,
              null,
              "the schema registry (`%s`) cannot listen on port %d: %s"
                  .formatted(name, port, e.getMessage()),
              "end what uses the port, or give another one as `port`"),
          e);
    }
  }

  private Thread thread(Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  @Override
  public Optional<String> failure() {
    return running == null ? Optional.of("it is not running") : Optional.empty();
  }

  @Override
  public void stop() {
    Running current = running;
    running = null;
    if (current != null) {
      current.server.stop(0);
      current.threads.shutdownNow();
      current.store.close();
    }
  }

  /** The topic and what it holds. After a write that failed, the next one reads the topic anew. */
  private static final class Store implements Registry.Changes {
    private final Cluster cluster;
    private final Subjects subjects = new Subjects();
    private @Nullable CompactedLog log;

    Store(Cluster cluster) {
      this.cluster = cluster;
    }

    @Override
    public void settle() {
      open();
    }

    private synchronized CompactedLog open() {
      CompactedLog current = log;
      if (current == null) {
        current =
            CompactedLog.open(
                cluster, TOPIC, WRITER, (key, value) -> SchemaRecords.apply(key, value, subjects));
        log = current;
      }
      return current;
    }

    @Override
    public synchronized void write(List<CompactedLog.Entry> entries) {
      try {
        open().write(entries);
      } catch (MillraceException e) {
        close();
        throw e;
      }
    }

    synchronized void close() {
      CompactedLog current = log;
      log = null;
      if (current != null) {
        current.close();
      }
    }
  }
}
