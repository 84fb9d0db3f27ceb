package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Source;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.store.SftpAddress;
import dev.millrace.testing.ChildJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SFTP of OpenSSH's own server, by password, key and agent. */
class OpenSshTest {
  private static final String SSHD = "/usr/sbin/sshd";

  @TempDir Path folder;
  private final Map<String, String> options = new HashMap<>();
  private DebianServer server;
  private int port;

  @BeforeEach
  void start() throws Exception {
    server = new DebianServer(folder, SSHD);
    // Which the service makes at the machine's start.
    Files.createDirectories(Path.of("/run/sshd"));
    for (String key : new String[] {"host_key", "user_key", "other_key"}) {
      DebianServer.run(
          "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder.resolve(key).toString());
    }
    Files.copy(folder.resolve("user_key.pub"), folder.resolve("authorized_keys"));
    port = DebianServer.freePort();
    Path config =
        Files.writeString(
            folder.resolve("sshd_config"),
            """
            ListenAddress 127.0.0.1:%d
            HostKey %2$s/host_key
            AuthorizedKeysFile %2$s/authorized_keys
            AllowUsers %3$s
            UsePAM no
            StrictModes no
            PasswordAuthentication yes
            PidFile none
            Subsystem sftp internal-sftp
            """
                .formatted(port, folder, DebianServer.USER));
    server.start(port, SSHD, "-D", "-e", "-f", config.toString());
    know("host_key");
    options.put("url", "sftp://" + DebianServer.USER + "@127.0.0.1:" + port + server.files());
    options.put("known_hosts", "known_hosts");
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private void know(String key) throws Exception {
    String known = Files.readString(folder.resolve(key + ".pub"));
    Files.writeString(folder.resolve("known_hosts"), "[127.0.0.1]:" + port + " " + known);
  }

  private FilesRun run() {
    return new FilesRun(folder)
        .system("sftp", SftpAddress.OPTIONS, options).stream("files", "**/*.csv");
  }

  @Test
  void readsAndMovesByPassword() throws Exception {
    options.put("password", server.password());
    int rows = 100_000;
    server.write(
        "in/a.csv",
        IntStream.range(0, rows)
            .mapToObj(i -> i + ",x")
            .collect(Collectors.joining("\n", "id,name\n", "\n")));
    server.write("b.csv", "id,name\n-1,x\n");
    server.write("in/bad.csv", "nothing\nat all\n");
    FilesRun run =
        run().source("after", "move").source("move_to", "done").source("quarantine", "failed");
    for (int lives = 0; run.records().size() < rows; lives++) {
      assertThat(lives).isLessThan(100);
      run.run(5);
    }
    assertThat(run.run().rows()).hasSize(rows + 1).doesNotHaveDuplicates();
    assertThat(server.files().resolve("done/in/a.csv")).exists();
    assertThat(server.files().resolve("failed/in/bad.csv")).exists();
    assertThat(server.files().resolve("in/a.csv")).doesNotExist();
  }

  @Test
  void readsByKeyAndKnowsTheServer() throws Exception {
    server.write("a.csv", "id,name\n1,x\n");
    options.put("private_key", "user_key");
    assertThat(run().run().rows()).hasSize(1);
    know("other_key");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_HOST_KEY));
  }

  @Test
  void wrongPasswordAndWrongKeyStop() {
    options.put("password", "wrong-secret");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_LOGIN))
        .hasMessageNotContaining("wrong-secret");
    options.remove("password");
    options.put("private_key", "other_key");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_LOGIN));
  }

  @Test
  void aServerThatStallsInTheMiddleIsReadOnLater() throws Exception {
    options.put("password", server.password());
    int rows = 400_000;
    server.write(
        "a.csv",
        IntStream.range(0, rows)
            .mapToObj(i -> i + ",x")
            .collect(Collectors.joining("\n", "id,name\n", "\n")));
    options.put("timeout", "1s");
    options.put("connect_timeout", "1s");
    FilesRun run = run();
    try (Source source = run.open()) {
      while (run.records().isEmpty()) {
        run.poll(source);
      }
      assertThat(run.records()).hasSizeLessThan(rows);
      server.signal("STOP");
      try {
        assertThatThrownBy(
                () -> {
                  while (!run.poll(source)) {
                    assertThat(run.records()).hasSizeLessThan(rows);
                  }
                })
            .isInstanceOfSatisfying(
                RetryException.class,
                e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_AWAY));
      } finally {
        server.signal("CONT");
      }
    }
    options.put("timeout", "30s");
    options.put("connect_timeout", "10s");
    assertThat(run.run().rows()).hasSize(rows).doesNotHaveDuplicates();
  }

  /** Reads with the agent that the environment names. */
  static final class Child {
    private Child() {}

    /** The address, the folder. */
    public static void main(String[] args) {
      Map<String, String> options =
          Map.of("url", args[0], "known_hosts", "known_hosts", "agent", args[2]);
      FilesRun run =
          new FilesRun(Path.of(args[1]))
              .system("sftp", SftpAddress.OPTIONS, options).stream("files", "*.csv");
      try {
        System.out.println("rows: " + run.run().rows());
        System.exit(0);
      } catch (StopException e) {
        System.out.println("stopped: " + e.problems().get(0).code());
        System.exit(1);
      }
    }
  }

  @Test
  void readsWithAKeyThatTheAgentHas() throws Exception {
    server.write("a.csv", "id,name\n1,x\n");
    Path socket = folder.resolve("agent");
    Process agent =
        new ProcessBuilder("ssh-agent", "-D", "-a", socket.toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      Awaitility.await().until(() -> Files.exists(socket));
      DebianServer.run(
          "env", "SSH_AUTH_SOCK=" + socket, "ssh-add", "-q", folder.resolve("user_key").toString());
      assertThat(child(socket, "true")).contains("rows: [{\"id\":1,\"name\":\"x\"}]");
      assertThat(child(socket, "false")).contains("stopped: FILES_LOGIN");
    } finally {
      agent.destroyForcibly().waitFor();
    }
  }

  private String child(Path agent, String use) throws Exception {
    try (ChildJvm child =
        ChildJvm.start(
            Child.class,
            Map.of(),
            Map.of("SSH_AUTH_SOCK", agent.toString()),
            options.getOrDefault("url", ""),
            folder.toString(),
            use)) {
      child.awaitExit(Duration.ofSeconds(60));
      return child.output();
    }
  }
}
