package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.ftpserver.ConnectionConfigFactory;
import org.apache.ftpserver.FtpServer;
import org.apache.ftpserver.FtpServerFactory;
import org.apache.ftpserver.ftplet.FtpException;
import org.apache.ftpserver.ftplet.UserManager;
import org.apache.ftpserver.listener.ListenerFactory;
import org.apache.ftpserver.usermanager.PropertiesUserManagerFactory;
import org.apache.ftpserver.usermanager.impl.BaseUser;
import org.apache.ftpserver.usermanager.impl.ConcurrentLoginPermission;
import org.apache.ftpserver.usermanager.impl.WritePermission;
import org.jspecify.annotations.Nullable;

/**
 * Apache's FTP server, in this process, over the folder {@code files} of its own. It listens on the
 * loopback address only; the password of its user {@code millrace} is made once.
 */
public final class FtpSystem implements EmbeddedSystem {
  static final String USER = "millrace";
  private static final int MAX_LOGINS = 50;

  private final String name;
  private final Path folder;
  private final Ports ports;

  private int port;
  private volatile @Nullable FtpServer server;

  /**
   * Describes a server; nothing runs yet.
   *
   * @param name the system's name
   * @param folder for files and password; exists
   * @param ports where to ask for a port
   */
  public FtpSystem(String name, Path folder, Ports ports) {
    this.name = name;
    this.folder = folder.toAbsolutePath().normalize();
    this.ports = ports;
  }

  @Override
  public String name() {
    return name;
  }

  /** The folder whose files it serves. */
  public Path files() {
    return folder.resolve("files");
  }

  @Override
  public Map<String, Object> start() {
    stop();
    if (port == 0) {
      port = ports.port(name);
    }
    try {
      Path root = Files.createDirectories(files());
      String password = PasswordFile.readOrCreate(folder.resolve("password"));
      FtpServerFactory factory = new FtpServerFactory();
      ListenerFactory listener = new ListenerFactory();
      listener.setServerAddress("127.0.0.1");
      listener.setPort(port);
      factory.addListener("default", listener.createListener());
      ConnectionConfigFactory connections = new ConnectionConfigFactory();
      connections.setAnonymousLoginEnabled(false);
      connections.setMaxLogins(MAX_LOGINS);
      factory.setConnectionConfig(connections.createConnectionConfig());
      factory.setUserManager(users(root, password));
      FtpServer made = factory.createServer();
      server = made;
      made.start();
      return Map.of("url", "ftp://127.0.0.1:" + port, "user", USER, "password", password);
    } catch (IOException | FtpException | RuntimeException e) {
      stop();
      throw new RetryException(
          Problem.error(
              EmbeddedError.EMBEDDED_START,
              null,
              "FTP (`%s`) did not start: %s".formatted(name, e.getMessage()),
              null),
          e);
    }
  }

  private static UserManager users(Path root, String password) throws FtpException {
    UserManager users = new PropertiesUserManagerFactory().createUserManager();
    BaseUser user = new BaseUser();
    user.setName(USER);
    user.setPassword(password);
    user.setHomeDirectory(root.toString());
    user.setAuthorities(
        List.of(new WritePermission(), new ConcurrentLoginPermission(MAX_LOGINS, MAX_LOGINS)));
    users.save(user);
    return users;
  }

  @Override
  public Optional<String> failure() {
    FtpServer current = server;
    return current == null || current.isStopped()
        ? Optional.of("it is not running")
        : Optional.empty();
  }

  @Override
  public void stop() {
    FtpServer current = server;
    server = null;
    if (current != null) {
      current.stop();
    }
  }
}
