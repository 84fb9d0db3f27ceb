package dev.millrace.connect.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.Source;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.store.FtpAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** FTP and FTPS of vsftpd, which wants data connections to go on with the TLS session. */
class VsftpdTest {
  private static final String VSFTPD = "/usr/sbin/vsftpd";

  @TempDir Path folder;
  private final Map<String, String> options = new HashMap<>();
  private DebianServer server;

  @BeforeEach
  void prepare() throws Exception {
    server = new DebianServer(folder, VSFTPD);
    // Which the service makes at the machine's start.
    Files.createDirectories(Path.of("/run/vsftpd/empty"));
    certificate("own", "IP:127.0.0.1");
    certificate("other", "DNS:elsewhere.example.org");
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  private void certificate(String name, String host) throws Exception {
    DebianServer.run(
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=" + name,
        "-addext",
        "subjectAltName=" + host,
        "-keyout",
        folder.resolve(name + ".key").toString(),
        "-out",
        folder.resolve(name + ".pem").toString());
  }

  private void start(String scheme, String... settings) throws Exception {
    int port = DebianServer.freePort();
    String common =
        """
        listen=YES
        listen_address=127.0.0.1
        listen_port=%d
        background=NO
        anonymous_enable=NO
        local_enable=YES
        write_enable=YES
        pasv_address=127.0.0.1
        secure_chroot_dir=/run/vsftpd/empty
        pam_service_name=vsftpd
        seccomp_sandbox=NO
        isolate=NO
        isolate_network=NO
        xferlog_enable=NO
        """
            .formatted(port);
    Path config =
        Files.writeString(
            folder.resolve("vsftpd.conf"), common + String.join("\n", settings) + "\n");
    server.start(port, VSFTPD, config.toString());
    options.put("url", scheme + "://" + DebianServer.USER + "@127.0.0.1:" + port);
    options.put("password", server.password());
  }

  private void startEncrypted(String name, String... more) throws Exception {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "ssl_enable=YES",
                "force_local_logins_ssl=YES",
                "force_local_data_ssl=YES",
                "rsa_cert_file=" + folder.resolve(name + ".pem"),
                "rsa_private_key_file=" + folder.resolve(name + ".key")));
    settings.addAll(List.of(more));
    start("ftps", settings.toArray(new String[0]));
  }

  private FilesRun run() {
    return new FilesRun(folder)
        .system("ftp", FtpAddress.OPTIONS, options).stream("files", "**/*.csv");
  }

  private void readsMovesAndQuarantines() throws Exception {
    int rows = 40_000;
    for (int file = 0; file < 5; file++) {
      server.write(
          "in/" + file + ".csv",
          IntStream.range(file * rows, (file + 1) * rows)
              .mapToObj(i -> i + ",x")
              .collect(Collectors.joining("\r\n", "id,name\r\n", "\r\n")));
    }
    server.write("in/bad.csv", "nothing\nat all\n");
    FilesRun run =
        run().source("after", "move").source("move_to", "done").source("quarantine", "failed");
    assertThat(run.run().rows()).hasSize(5 * rows).doesNotHaveDuplicates();
    assertThat(server.files().resolve("done/in/4.csv")).exists();
    assertThat(server.files().resolve("failed/in/bad.csv")).exists();
    assertThat(server.files().resolve("in/0.csv")).doesNotExist();
    server.write("in/9.csv", "id,name\n-1,x\n");
    assertThat(run.run().rows()).hasSize(5 * rows + 1);
  }

  @Test
  void readsOverFtp() throws Exception {
    start("ftp");
    readsMovesAndQuarantines();
    options.put("password", "wrong-secret");
    assertThatThrownBy(() -> run().run())
        .isInstanceOfSatisfying(
            StopException.class,
            e -> assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_LOGIN))
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void readsOverExplicitTls() throws Exception {
    startEncrypted("own");
    options.put("certificates", "own.pem");
    readsMovesAndQuarantines();
  }

  @Test
  void readsOverImplicitTls() throws Exception {
    startEncrypted("own", "implicit_ssl=YES");
    options.put("certificates", "own.pem");
    options.put("tls", "implicit");
    readsMovesAndQuarantines();
  }

  @Test
  void aServerThatDoesNotProveWhoItIsStopsTheSource() throws Exception {
    server.write("a.csv", "id,name\n1,x\n");
    startEncrypted("other");
    // Signed by nobody that Java knows.
    assertThatThrownBy(() -> run().run()).isInstanceOfSatisfying(StopException.class, this::isKey);
    // Trusted, but another machine's.
    options.put("certificates", "other.pem");
    assertThatThrownBy(() -> run().run()).isInstanceOfSatisfying(StopException.class, this::isKey);
    options.put("certificates", "own.pem");
    assertThatThrownBy(() -> run().run()).isInstanceOfSatisfying(StopException.class, this::isKey);
    options.put("verify_certificate", "false");
    assertThat(run().run().rows()).hasSize(1);
  }

  @Test
  void aServerThatStallsInTheMiddleIsReadOnLater() throws Exception {
    startEncrypted("own");
    options.put("certificates", "own.pem");
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

  private void isKey(StopException e) {
    assertThat(e.problems().get(0).code()).isEqualTo(FilesError.FILES_HOST_KEY);
  }
}
