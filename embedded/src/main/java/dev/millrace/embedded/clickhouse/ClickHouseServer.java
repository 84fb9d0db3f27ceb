package dev.millrace.embedded.clickhouse;

import com.sun.jna.Native;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.embedded.clickhouse.ChdbConnection.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * The main class of the process: arguments are the library, the folder of the data, the folder for
 * rows on their way, the port, the process with which it ends, and a database to make. The password
 * is the environment's {@code MILLRACE_CLICKHOUSE_PASSWORD}.
 */
public final class ClickHouseServer {
  /** The variable of the environment that has the password. */
  public static final String PASSWORD = "MILLRACE_CLICKHOUSE_PASSWORD";

  private static final int CONNECTIONS = 4;
  private static final int THREADS = 16;
  private static final int BACKLOG = 64;
  private static final int PARENT_LOOKS_MILLIS = 200;

  private ClickHouseServer() {}

  /** Runs until it is told to end, or its parent is gone. */
  public static void main(String[] arguments)
      throws IOException, EngineException, InterruptedException {
    String password = System.getenv().getOrDefault(PASSWORD, "");
    if (password.isEmpty()) {
      throw new IllegalStateException(PASSWORD + " is not set: anybody could come in");
    }
    Optional<ProcessHandle> parent = ProcessHandle.of(Long.parseLong(arguments[4]));
    Path rows = Path.of(arguments[2]);
    empty(rows);
    ChdbLibrary library = Native.load(arguments[0], ChdbLibrary.class);
    library.chdb_set_signal_handlers_enabled(0);
    ChdbPool pool = new ChdbPool(library, arguments[1], CONNECTIONS);
    Sessions sessions = new Sessions(pool::open, System::nanoTime);
    ChdbConnection connection = pool.take();
    connection.execute("CREATE DATABASE IF NOT EXISTS `" + arguments[5].replace("`", "\\`") + "`");
    pool.giveBack(connection);
    HttpServer server =
        HttpServer.create(
            new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[3])),
            BACKLOG);
    server.setExecutor(
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "clickhouse-http");
              thread.setDaemon(true);
              return thread;
            }));
    server.createContext("/", new HttpInterface(pool, sessions, rows, password)::handle);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(server, sessions, pool), "clickhouse-stop"));
    server.start();
    while (parent.isPresent() && parent.get().isAlive()) {
      Thread.sleep(PARENT_LOOKS_MILLIS);
    }
    System.exit(0);
  }

  private static void stop(HttpServer server, Sessions sessions, ChdbPool pool) {
    server.stop(1);
    sessions.close();
    try {
      pool.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Drops rows that a killed process left. */
  private static void empty(Path folder) throws IOException {
    Files.createDirectories(folder);
    List<Path> leftovers;
    try (Stream<Path> files = Files.list(folder)) {
      leftovers = files.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path leftover : leftovers) {
      Files.delete(leftover);
    }
  }
}
