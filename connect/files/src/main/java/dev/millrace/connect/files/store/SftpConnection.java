package dev.millrace.connect.files.store;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.FilesError;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.SessionHeartbeatController.HeartbeatType;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.sftp.SftpModuleProperties;
import org.apache.sshd.sftp.client.SftpClient;
import org.apache.sshd.sftp.client.SftpClientFactory;
import org.jspecify.annotations.Nullable;

/** A client, its session and its SFTP channel. */
final class SftpConnection implements AutoCloseable {
  private static final String AGENT_SOCKET = "SSH_AUTH_SOCK";

  private final SshClient ssh;
  private final ClientSession session;
  private final SftpClient client;

  private SftpConnection(SshClient ssh, ClientSession session, SftpClient client) {
    this.ssh = ssh;
    this.session = session;
    this.client = client;
  }

  /**
   * Connects and logs in.
   *
   * @throws RetryException if the server is away
   * @throws StopException if it refuses the user, or is not the one it should be
   */
  static SftpConnection open(SftpAddress address) {
    List<KeyPair> keys = keys(address);
    SshClient ssh = client(address);
    HostKeyCheck check = new HostKeyCheck(address);
    ssh.setServerKeyVerifier(check);
    ssh.start();
    ClientSession session = null;
    try {
      session =
          ssh.connect(address.user(), address.url().host(), address.url().port())
              .verify(address.connectTimeout())
              .getSession();
      address.password().ifPresent(session::addPasswordIdentity);
      keys.forEach(session::addPublicKeyIdentity);
      session.auth().verify(address.connectTimeout());
      return new SftpConnection(
          ssh, session, SftpClientFactory.instance().createSftpClient(session));
    } catch (IOException | RuntimeException e) {
      boolean connected = session != null;
      ssh.stop();
      throw check
          .refusal(e)
          .map(MillraceException.class::cast)
          .orElse(failure(address, e, connected));
    }
  }

  private static SshClient client(SftpAddress address) {
    SshClient ssh = SshClient.setUpDefaultClient();
    // Nothing of the user's own ~/.ssh but what the options name.
    ssh.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    ssh.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    CoreModuleProperties.AUTH_TIMEOUT.set(ssh, address.connectTimeout());
    // How long an answer may take; that the session itself is idle is no fault.
    CoreModuleProperties.IDLE_TIMEOUT.set(ssh, address.timeout());
    SftpModuleProperties.SFTP_CHANNEL_OPEN_TIMEOUT.set(ssh, address.timeout());
    ssh.setSessionHeartbeat(HeartbeatType.IGNORE, address.timeout().dividedBy(3));
    String socket = System.getenv(AGENT_SOCKET);
    if (address.agent() && socket != null && !socket.isEmpty()) {
      ssh.setAgentFactory(SshAgentSocket.factory(Path.of(socket)));
    }
    return ssh;
  }

  private static List<KeyPair> keys(SftpAddress address) {
    List<KeyPair> keys = new ArrayList<>();
    if (address.privateKey().isPresent()) {
      Path file = address.privateKey().get();
      FilePasswordProvider passphrase =
          address.passphrase().map(FilePasswordProvider::of).orElse(FilePasswordProvider.EMPTY);
      try {
        Iterable<KeyPair> found =
            SecurityUtils.loadKeyPairIdentities(
                null,
                NamedResource.ofName(file.toString()),
                new ByteArrayInputStream(Files.readAllBytes(file)),
                passphrase);
        if (found != null) {
          found.forEach(keys::add);
        }
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        throw unusable(file, e.getMessage(), e);
      }
      if (keys.isEmpty()) {
        throw unusable(file, "there is no key in it", null);
      }
    }
    return keys;
  }

  private static StopException unusable(
      Path file, @Nullable String reason, @Nullable Exception cause) {
    return new StopException(
        Problem.error(
            FilesError.FILES_PRIVATE_KEY,
            null,
            "the private key `%s` cannot be read: %s".formatted(file, reason),
            "look at the path, its permissions and the `passphrase`"),
        cause);
  }

  private static MillraceException failure(SftpAddress address, Exception e, boolean connected) {
    boolean refused =
        e instanceof SshException ssh
            && ssh.getDisconnectCode()
                == SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE;
    if (connected && refused) {
      return new StopException(
          Problem.error(
              FilesError.FILES_LOGIN,
              null,
              "%s refuses user `%s`".formatted(address, address.user()),
              "look at `user`, and at `password`, `private_key` or `agent`"),
          e);
    }
    return new RetryException(
        Problem.error(
            FilesError.FILES_AWAY,
            null,
            "%s does not answer: %s".formatted(address, e.getMessage()),
            null),
        e);
  }

  SftpClient client() {
    return client;
  }

  boolean isOpen() {
    return session.isOpen() && client.isOpen();
  }

  @Override
  public void close() {
    session.close(true);
    ssh.stop();
  }
}
