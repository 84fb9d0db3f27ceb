package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A PostgreSQL server in a child process, with its data, programs and log in one folder. It listens
 * on the loopback address only, commits durably, and decodes its log for change data capture
 * ({@code wal_level=logical}). Its superuser {@code millrace} has a password that was generated
 * once; its database has the project's name.
 */
public final class PostgresSystem extends ChildSystem {
  /** The major version whose data folders this can open. */
  static final String MAJOR_VERSION = "18";

  static final String USER = "millrace";

  private static final String FAST_SHUTDOWN = "INT";

  private final String database;
  private final Path folder;
  private final Path data;

  /**
   * Describes a server; nothing runs yet.
   *
   * @param name the system's name
   * @param database is created with the data folder
   * @param folder for data, programs and log; exists
   * @param ports where to ask for a port
   */
  public PostgresSystem(String name, String database, Path folder, Ports ports) {
    super(name, ports, FAST_SHUTDOWN);
    this.database = database;
    this.folder = folder.toAbsolutePath().normalize();
    this.data = this.folder.resolve("data");
  }

  @Override
  public Map<String, Object> start() {
    List<String> unprivileged = Unprivileged.prefix(folder);
    Path home = PostgresBinaries.unpack(folder);
    PostgresData cluster = new PostgresData(home, folder, unprivileged);
    ChildProcess.endStale(
        data.resolve("postmaster.pid"), data.toString(), FAST_SHUTDOWN, STOP_LIMIT);
    String password = cluster.prepare(data, database);
    launch("PostgreSQL", command(home, unprivileged), this::isReady);
    return Map.of(
        "url",
        "jdbc:postgresql://127.0.0.1:%d/%s".formatted(port(), database),
        "user",
        USER,
        "password",
        password);
  }

  private ChildProcess.Command command(Path home, List<String> unprivileged) {
    List<String> words = new ArrayList<>(unprivileged);
    words.add(home.resolve("bin/postgres").toString());
    words.addAll(List.of("-D", data.toString(), "-p", Integer.toString(port())));
    settings()
        .forEach(
            (setting, value) -> {
              words.add("-c");
              words.add(setting + "=" + value);
            });
    // postgres writes its own pid file.
    return new ChildProcess.Command(
        name(), words, Map.of("TZ", "UTC"), folder, Optional.empty(), logFile());
  }

  private Path logFile() {
    return folder.resolve("postgres.log");
  }

  // On the command line rather than in postgresql.conf, so that they follow Millrace's version.
  private static Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("listen_addresses", "127.0.0.1"),
        Map.entry("unix_socket_directories", ""),
        Map.entry("fsync", "on"),
        Map.entry("synchronous_commit", "on"),
        Map.entry("full_page_writes", "on"),
        Map.entry("wal_level", "logical"),
        Map.entry("shared_buffers", "32MB"),
        Map.entry("max_connections", "50"),
        Map.entry("max_wal_size", "512MB"),
        Map.entry("max_slot_wal_keep_size", "4GB"),
        Map.entry("io_method", "sync"),
        Map.entry("jit", "off"),
        Map.entry("client_connection_check_interval", "1s"),
        // For passwords that people give to further users; our own was made with one.
        Map.entry("scram_iterations", "4096"),
        Map.entry("timezone", "UTC"),
        Map.entry("log_timezone", "UTC"));
  }

  // The last line of postmaster.pid tells the server's state, as pg_ctl reads it.
  private boolean isReady(ChildProcess started) {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      return lines.size() >= 8
          && lines.get(0).strip().equals(Long.toString(started.pid()))
          && lines.get(7).strip().equals("ready");
    } catch (IOException e) {
      return false;
    }
  }

  /** Another PostgreSQL wrote the data folder. */
  static StopException otherVersion(Path data, String found) {
    return new StopException(
        Problem.error(
            EmbeddedError.DATA_FOLDER_VERSION,
            null,
            "`%s` holds data of PostgreSQL %s, and this Millrace carries PostgreSQL %s"
                .formatted(data, found, MAJOR_VERSION),
            "dump it with the Millrace that wrote it, or move the folder away to start afresh: sinks"
                + " then deliver everything again"),
        null);
  }
}
