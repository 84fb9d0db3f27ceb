package dev.millrace.connect.files;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.api.connect.LedgerEntry;
import dev.millrace.api.connect.SharedLedger;
import dev.millrace.api.error.RetryException;
import dev.millrace.api.error.StopException;
import dev.millrace.connect.files.redis.RedisAddress;
import dev.millrace.embedded.ChildProcess;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.embedded.RedisSystem;
import dev.millrace.testing.OptionValues;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Redis behind TLS, as {@code rediss://} names one, and a user of its own. */
class RedisTlsTest {
  private static final String SECRET = "secret";

  @TempDir static Path folder;
  private static ChildProcess server;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    makeCertificate();
    DataFolder data = DataFolder.open(folder);
    Ports ports = new Ports(data);
    port = ports.port("tls");
    Path settings =
        Files.writeString(
            folder.resolve("tls.conf"),
            """
            bind 127.0.0.1
            port 0
            tls-port %d
            tls-auth-clients no
            tls-cert-file %s/server.pem
            tls-key-file %s/key.pem
            tls-ca-cert-file %s/server.pem
            user default off
            user millrace on >%s ~millrace:files:* +@all
            user reader on >%s ~* +ping +hget
            save ""
            dir %s
            """
                .formatted(port, folder, folder, folder, SECRET, SECRET, folder));
    server =
        ChildProcess.start(
            new ChildProcess.Command(
                "redis",
                List.of(program(data, ports).toString(), settings.toString()),
                Map.of(),
                folder,
                Optional.empty(),
                folder.resolve("tls.log")));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptionsInstanceOf(RetryException.class)
        .untilAsserted(() -> open("localhost", Map.of()).close());
  }

  /** The embedded system unpacks it. */
  private static Path program(DataFolder data, Ports ports) throws Exception {
    Path unpacked = data.resolve("redis");
    RedisSystem embedded = new RedisSystem("redis", unpacked, ports);
    embedded.start();
    embedded.stop();
    try (Stream<Path> files = Files.list(unpacked)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("redis-server-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void makeCertificate() throws Exception {
    Path store = folder.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=dns:localhost",
                "-keystore",
                store.toString(),
                "-storepass",
                "changeit")
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, "changeit".toCharArray());
    }
    pem("server.pem", "CERTIFICATE", keys.getCertificate("server").getEncoded());
    pem("key.pem", "PRIVATE KEY", keys.getKey("server", "changeit".toCharArray()).getEncoded());
  }

  private static void pem(String file, String kind, byte[] content) throws Exception {
    String text = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(content);
    Files.writeString(
        folder.resolve(file),
        "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, text, kind));
  }

  @AfterAll
  static void stop() {
    server.stop("TERM", Duration.ofSeconds(10));
  }

  private static SharedLedger open(String host, Map<String, String> other) {
    Map<String, String> texts = new HashMap<>();
    texts.put("url", "rediss://" + host + ":" + port);
    texts.put("user", "millrace");
    texts.put("password", SECRET);
    texts.put("certificates", "server.pem");
    texts.putAll(other);
    return new FilesConnector()
        .openLedger(OptionValues.of(RedisAddress.OPTIONS, texts), folder, "project", "test");
  }

  @Test
  void ledgerIsReadAndWritten() {
    try (SharedLedger ledger = open("localhost", Map.of())) {
      ledger.write(List.of(new LedgerEntry("a", "1")), ledger.place(), "t:1");
      assertThat(ledger.find("a")).contains("1");
      assertThat(ledger.place()).contains("t:1");
    }
  }

  @Test
  void unknownCertificateAndOtherNameStop() {
    String javas = Path.of(System.getProperty("java.home"), "none.pem").toString();
    assertThatThrownBy(() -> open("localhost", Map.of("certificates", javas)))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("cannot be read");
    assertThatThrownBy(() -> open("127.0.0.1", Map.of()))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("does not prove who it is")
        .hasMessageContaining("127.0.0.1");
    open("127.0.0.1", Map.of("verify_certificate", "false")).close();
  }

  @Test
  void certificateOfNobodyJavaKnowsStops() {
    Map<String, String> texts =
        Map.of("url", "rediss://localhost:" + port, "user", "millrace", "password", SECRET);
    assertThatThrownBy(
            () ->
                new FilesConnector()
                    .openLedger(
                        OptionValues.of(RedisAddress.OPTIONS, texts), folder, "project", "test"))
        .isInstanceOf(StopException.class)
        .hasMessageContaining("does not prove who it is")
        .hasMessageContaining("[FILES_HOST_KEY]");
  }

  @Test
  void userWithoutRightsStopsAndIsToldWhich() {
    try (SharedLedger ledger = open("localhost", Map.of("user", "reader"))) {
      assertThatThrownBy(ledger::place)
          .isInstanceOf(StopException.class)
          .hasMessageContaining("NOPERM")
          .hasMessageContaining("[REDIS_LOGIN]");
    }
  }
}
