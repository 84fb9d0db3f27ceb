package dev.millrace.embedded;

import com.sun.jna.Native;
import dev.millrace.embedded.clickhouse.ClickHouseServer;
import java.io.File;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * ClickHouse's engine in a child process, with its data and log in one folder, behind ClickHouse's
 * HTTP interface on the loopback address. Its user {@code default} has a password that was
 * generated once. The process ends with its parent.
 */
public final class ClickHouseSystem extends ChildSystem {
  private static final int PING_MILLIS = 1000;
  private static final String ORDERLY = "TERM";

  private final String database;
  private final Path folder;
  private final Path data;
  private final Path pidFile;

  /**
   * Describes a server; nothing runs yet.
   *
   * @param name the system's name
   * @param database is created if it is missing
   * @param folder for data and log; exists
   * @param ports where to ask for a port
   */
  public ClickHouseSystem(String name, String database, Path folder, Ports ports) {
    super(name, ports, ORDERLY);
    this.database = database;
    this.folder = folder.toAbsolutePath().normalize();
    this.data = this.folder.resolve("data");
    this.pidFile = this.folder.resolve("clickhouse.pid");
  }

  /** True if this machine has the engine, or could fetch it. */
  public static boolean isAvailable() {
    return ClickHouseEngine.isAvailable();
  }

  @Override
  public Map<String, Object> start() {
    Path library = ClickHouseEngine.library();
    ChildProcess.endStale(pidFile, data.toString(), ORDERLY, STOP_LIMIT);
    String password = password();
    launch("ClickHouse", command(library, password), started -> isReady());
    return Map.of(
        "url",
        "http://127.0.0.1:" + port(),
        "user",
        "default",
        "password",
        password,
        "database",
        database);
  }

  private String password() {
    Path file = folder.resolve("password");
    try {
      return PasswordFile.readOrCreate(file);
    } catch (IOException e) {
      throw DataFolder.unusable(file, e);
    }
  }

  private ChildProcess.Command command(Path library, String password) {
    Path java = Path.of(System.getProperty("java.home"));
    List<String> words =
        new ArrayList<>(
            List.of(
                java.resolve("bin/java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Else each answer waits for an acknowledgement, 40 ms.
                "-Dsun.net.httpserver.nodelay=true",
                "-Djna.tmpdir=" + folder,
                "-cp",
                classPath()));
    words.add(ClickHouseServer.class.getName());
    words.addAll(
        List.of(
            library.toString(),
            data.toString(),
            folder.resolve("rows").toString(),
            Integer.toString(port()),
            Long.toString(ProcessHandle.current().pid()),
            database));
    Map<String, String> environment = new HashMap<>();
    environment.put(ClickHouseServer.PASSWORD, password);
    environment.put("TZ", "UTC");
    // The engine sets handlers of signals that the JVM needs for itself: this chains them.
    environment.put("LD_PRELOAD", java.resolve("lib/libjsig.so").toString());
    return new ChildProcess.Command(
        name(), words, environment, folder, Optional.of(pidFile), logFile());
  }

  /** Where the classes of the child come from: this module and JNA. */
  private static String classPath() {
    return Stream.of(ClickHouseServer.class, Native.class)
        .map(c -> c.getProtectionDomain().getCodeSource().getLocation())
        .map(
            url -> {
              try {
                return Path.of(url.toURI()).toString();
              } catch (URISyntaxException e) {
                throw new IllegalStateException(url.toString(), e);
              }
            })
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private Path logFile() {
    return folder.resolve("clickhouse.log");
  }

  private boolean isReady() {
    HttpURLConnection connection = null;
    try {
      connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:" + port() + "/ping").toURL().openConnection();
      connection.setConnectTimeout(PING_MILLIS);
      connection.setReadTimeout(PING_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException e) {
      return false;
    } finally {
      if (connection != null) {
        connection.disconnect();
      }
    }
  }
}
