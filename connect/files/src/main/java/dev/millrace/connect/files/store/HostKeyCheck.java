package dev.millrace.connect.files.store;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.FilesError;
import java.net.SocketAddress;
import java.security.PublicKey;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.keyverifier.KnownHostsServerKeyVerifier;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.jspecify.annotations.Nullable;

/** Decides whether a server's key is the one that it has to have, and remembers why not. */
final class HostKeyCheck implements ServerKeyVerifier {
  private final SftpAddress address;
  private volatile @Nullable Problem refused;

  HostKeyCheck(SftpAddress address) {
    this.address = address;
  }

  @Override
  public boolean verifyServerKey(ClientSession session, SocketAddress remote, PublicKey serverKey) {
    if (!address.verifyHost()) {
      return true;
    }
    Optional<String> expected = address.hostKey();
    if (expected.isPresent()) {
      return matches(expected.get().strip(), serverKey)
          || refuse("another than `host_key`", serverKey);
    }
    KnownHostsServerKeyVerifier known =
        new KnownHostsServerKeyVerifier(
            (s, r, key) -> refuse("not in " + address.knownHosts(), key), address.knownHosts());
    known.setModifiedServerKeyAcceptor(
        (s, r, entry, before, now) -> refuse("another than in " + address.knownHosts(), now));
    return known.verifyServerKey(session, remote, serverKey);
  }

  private static boolean matches(String expected, PublicKey key) {
    if (expected.startsWith("SHA256:")) {
      return expected.equals(fingerprint(key));
    }
    // A line of a .pub file: type, key and perhaps a comment.
    List<String> words = List.of(expected.split("\\s+"));
    List<String> actual = List.of(PublicKeyEntry.toString(key).split(" "));
    return words.size() >= 2 && words.subList(0, 2).equals(actual.subList(0, 2));
  }

  private static String fingerprint(PublicKey key) {
    return KeyUtils.getFingerPrint(key);
  }

  private boolean refuse(String why, PublicKey key) {
    refused =
        Problem.error(
            FilesError.FILES_HOST_KEY,
            null,
            "the key of %s, `%s`, is %s".formatted(address, fingerprint(key), why),
            "if that is the server's key, put it into `host_key` or the file of known hosts;"
                + " if the server has not changed its key, somebody may be listening");
    return false;
  }

  /** The exception that tells why the last key was refused; empty if none was. */
  Optional<StopException> refusal(Exception cause) {
    return Optional.ofNullable(refused).map(p -> new StopException(p, cause));
  }
}
