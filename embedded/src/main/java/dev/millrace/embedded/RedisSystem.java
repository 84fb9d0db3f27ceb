package dev.millrace.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Redis server in a child process, with its data, program and log in one folder. It listens on
 * the loopback address only, and its user {@code default} has a password that was generated once.
 * It answers a write once that is on the disk (append-only file, {@code appendfsync always}).
 */
public final class RedisSystem extends ChildSystem {
  private static final int PING_MILLIS = 1000;
  private static final String ORDERLY = "TERM";

  private final Path folder;
  private final Path settings;
  private final Path pidFile;

  /**
   * Describes a server; nothing runs yet.
   *
   * @param name the system's name
   * @param folder for data, program and log; exists
   * @param ports where to ask for a port
   */
  public RedisSystem(String name, Path folder, Ports ports) {
    super(name, ports, ORDERLY);
    this.folder = folder.toAbsolutePath().normalize();
    this.settings = this.folder.resolve("redis.conf");
    this.pidFile = this.folder.resolve("redis.pid");
  }

  @Override
  public Map<String, Object> start() {
    Path program = RedisBinary.unpack(folder);
    ChildProcess.endStale(pidFile, settings.toString(), ORDERLY, STOP_LIMIT);
    String password = prepare();
    launch(
        "Redis",
        new ChildProcess.Command(
            name(),
            List.of(program.toString(), settings.toString()),
            Map.of("TZ", "UTC"),
            folder,
            Optional.of(pidFile),
            folder.resolve("redis.log")),
        started -> isReady(password));
    return Map.of("url", "redis://127.0.0.1:" + port(), "user", "default", "password", password);
  }

  /** Writes the settings, and gives the password in them. */
  private String prepare() {
    try {
      Files.createDirectories(folder.resolve("data"));
      String password = PasswordFile.readOrCreate(folder.resolve("password"));
      PasswordFile.write(settings, settings(password));
      return password;
    } catch (IOException e) {
      throw DataFolder.unusable(folder, e);
    }
  }

  // In a file, as command lines are for everybody to read.
  private String settings(String password) {
    return """
    # Written by Millrace at each start.
    bind 127.0.0.1
    port %d
    requirepass %s
    dir %s
    daemonize no
    # By its command line the next start knows it.
    set-proc-title no
    appendonly yes
    appendfsync always
    save ""
    maxmemory-policy noeviction
    """
        .formatted(port(), password, quoted(folder.resolve("data").toString()));
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** True once it answers, which it does not while it reads its file. */
  private boolean isReady(String password) {
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(PING_MILLIS);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port()), PING_MILLIS);
      socket
          .getOutputStream()
          .write("AUTH %s\r\nPING\r\nQUIT\r\n".formatted(password).getBytes(US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
      return answer.equals("+OK\r\n+PONG\r\n+OK\r\n");
    } catch (IOException e) {
      return false;
    }
  }
}
