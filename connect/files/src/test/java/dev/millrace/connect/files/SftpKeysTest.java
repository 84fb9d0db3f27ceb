package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.store.SftpAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.file.virtualfs.VirtualFileSystemFactory;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.config.keys.AuthorizedKeysAuthenticator;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.sftp.server.SftpSubsystemFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logins by key, and the file of known hosts, with keys that OpenSSH made. */
class SftpKeysTest {
  private static final List<Path> KEYGEN =
      List.of(Path.of("/usr/bin/ssh-keygen"), Path.of("/bin/ssh-keygen"));

  @TempDir Path folder;
  private final Map<String, String> options = new HashMap<>();
  private SshServer server;
  private SimpleGeneratorHostKeyProvider hostKey;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(KEYGEN.stream().anyMatch(Files::exists), "there is no ssh-keygen");
    for (String type : List.of("ed25519", "rsa")) {
      command("ssh-keygen", "-q", "-t", type, "-N", "open sesame", "-f", type);
      Files.writeString(
          folder.resolve("authorized_keys"),
          Files.readString(folder.resolve(type + ".pub")),
          java.nio.file.StandardOpenOption.CREATE,
          java.nio.file.StandardOpenOption.APPEND);
    }
    Files.writeString(
        Files.createDirectories(folder.resolve("files")).resolve("a.csv"), "id,name\n1,x\n");
    hostKey = new SimpleGeneratorHostKeyProvider(folder.resolve("host_key"));
    hostKey.setAlgorithm("EC");
    hostKey.setKeySize(256);
    server = SshServer.setUpDefaultServer();
    server.setHost("127.0.0.1");
    server.setKeyPairProvider(hostKey);
    server.setPublickeyAuthenticator(
        new AuthorizedKeysAuthenticator(folder.resolve("authorized_keys")));
    server.setSubsystemFactories(List.of(new SftpSubsystemFactory.Builder().build()));
    server.setFileSystemFactory(new VirtualFileSystemFactory(folder.resolve("files")));
    server.start();
    options.put("url", "sftp://me@127.0.0.1:" + server.getPort());
    options.put("known_hosts", "known_hosts");
    options.put("passphrase", "open sesame");
    know(PublicKeyEntry.toString(hostKey.loadKeys(null).iterator().next().getPublic()));
  }

  @AfterEach
  void stop() throws IOException {
    if (server != null) {
      server.stop(true);
    }
  }

  private void know(String key) throws IOException {
    Files.writeString(
        folder.resolve("known_hosts"), "[127.0.0.1]:" + server.getPort() + " " + key + "\n");
  }

  private String command(String... words) throws Exception {
    Process process =
        new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes());
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private FilesRun run() {
    return new FilesRun(folder).system("sftp", SftpAddress.OPTIONS, options);
  }

  @Test
  void logsInByKeyWithPassphrase() {
    for (String type : List.of("ed25519", "rsa")) {
      options.put("private_key", type);
      assertThat(run().run().rows()).as(type).hasSize(1);
    }
  }

  @Test
  void wrongPassphraseOrNoKeyStops() {
    options.put("private_key", "ed25519");
    options.put("passphrase", "wrong-secret");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_PRIVATE_KEY))
        .hasMessageNotContaining("wrong-secret");
    options.remove("private_key");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_LOGIN));
  }

  @Test
  void unknownAndChangedHostKeysStop() throws Exception {
    options.put("private_key", "ed25519");
    Files.writeString(folder.resolve("known_hosts"), "");
    assertThatThrownBy(() -> run().run())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("is not in ");
    SimpleGeneratorHostKeyProvider other =
        new SimpleGeneratorHostKeyProvider(folder.resolve("other_key"));
    other.setAlgorithm("EC");
    other.setKeySize(256);
    know(PublicKeyEntry.toString(other.loadKeys(null).iterator().next().getPublic()));
    assertThatThrownBy(() -> run().run())
        .isInstanceOf(StopException.class)
        .hasMessageContaining("is another than in ");
    options.put("verify_host", "false");
    assertThat(run().run().rows()).hasSize(1);
  }
}
