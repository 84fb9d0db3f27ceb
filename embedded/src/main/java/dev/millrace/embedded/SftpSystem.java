package dev.millrace.embedded;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.jspecify.annotations.Nullable;

/**
 * Apache MINA's SFTP server, in this process, over the folder {@code files} of its own. It listens
 * on the loopback address only; its key and the password of its user {@code millrace} are made
 * once.
 */
public final class SftpSystem implements EmbeddedSystem {
  static final String USER = "millrace";
  private static final int KEY_BITS = 256;

  private final String name;
  private final Path folder;
  private final Ports ports;

  private int port;
  private volatile @Nullable SshServer server;

  /**
   * Describes a server; nothing runs yet.
   *
   * @param name the system's name
   * @param folder for files, key and password; exists
   * @param ports where to ask for a port
   */
  public SftpSystem(String name, Path folder, Ports ports) {
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
    SshServer made = SshServer.setUpDefaultServer();
    try {
      Path root = Files.createDirectories(files());
      String password = PasswordFile.readOrCreate(folder.resolve("password"));
      SimpleGeneratorHostKeyProvider key =
          new SimpleGeneratorHostKeyProvider(folder.resolve("host_key"));
      key.setAlgorithm(KeyUtils.EC_ALGORITHM);
      key.setKeySize(KEY_BITS);
      made.setHost("127.0.0.1");
      made.setPort(port);
      made.setKeyPairProvider(key);
      made.setPasswordAuthenticator(
          (user, given, session) -> user.equals(USER) && given.equals(password));
      made.setSubsystemFactories(List.of(new SftpSubsystemFactory.Builder().build()));
      made.setFileSystemFactory(new VirtualFileSystemFactory(root));
      server = made;
      made.start();
      return Map.of(
          "url",
          "sftp://127.0.0.1:" + port,
          "user",
          USER,
          "password",
          password,
          "host_key",
          KeyUtils.getFingerPrint(publicKey(key)));
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      stop();
      throw new RetryException(
          Problem.error(
              EmbeddedError.EMBEDDED_START,
              null,
              "SFTP (`%s`) did not start: %s".formatted(name, e.getMessage()),
              null),
          e);
    }
  }

  private static PublicKey publicKey(KeyPairProvider provider)
      throws IOException, GeneralSecurityException {
    return provider.loadKeys(null).iterator().next().getPublic();
  }

  @Override
  public Optional<String> failure() {
    SshServer current = server;
    return current == null || !current.isOpen()
        ? Optional.of("it is not running")
        : Optional.empty();
  }

  @Override
  public void stop() {
    SshServer current = server;
    server = null;
    if (current != null) {
      try {
        current.stop(true);
      } catch (IOException e) {
        // It is in this process, so nothing of it is left when that ends.
      }
    }
  }
}
