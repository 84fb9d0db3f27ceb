package dev.millrace.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.embedded.DataFolder;
import dev.millrace.embedded.Ports;
import dev.millrace.project.Project;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code deploy/} has for Prometheus and Grafana, with a real Prometheus: it scrapes a project
 * that runs, takes the alerts, and has data for every expression of every dashboard.
 */
@Tag("long")
class PrometheusTest {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Path DEPLOY = Path.of("..", "deploy");
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void everyExpressionHasData() throws Exception {
    assumeTrue(Files.isExecutable(PROMETHEUS), "Prometheus is not installed");
    SmallShop shop = new SmallShop(folder.resolve("shop"));
    // A source of files too: it has figures of its own.
    Path drops = Files.createDirectories(folder.resolve("in"));
    Files.writeString(drops.resolve("a.csv"), "id,at\n1,2026-01-01 00:00:00\n");
    Files.writeString(
        shop.folder().resolve("sources/drops.yml"),
        """
        sources:
          - name: drops
            connector: files
            folder: %s
            streams:
              - name: rows
                files: ["*.csv"]
                topic: shop.drops
                event_time: at
                columns: [{name: id, type: VARCHAR}, {name: at, type: TIMESTAMPTZ}]
        """
            .formatted(drops.toAbsolutePath()));
    // And a job that fails: an alert is about it.
    Files.createDirectories(shop.folder().resolve("tests"));
    Files.writeString(shop.folder().resolve("tests/never_well.sql"), "SELECT 1 AS found\n");
    Files.writeString(
        shop.folder().resolve("jobs.yml"), "jobs:\n  check: {every: 1 day, command: test}\n");
    Connectors connectors = new Connectors();
    Project project = shop.load(connectors);
    try (RunningProject running =
        RunningProject.begin(
            new RunOptions(project, OptionalInt.empty(), false, false, 128L << 20), line -> {})) {
      running.open(SmallShop.compile(project, connectors), connectors, line -> {});
      int port = new Ports(DataFolder.open(folder.resolve("prometheus"))).port("prometheus");
      Process prometheus = prometheus(running.address(), port);
      try {
        evaluate(port);
      } finally {
        prometheus.destroy();
        assertThat(prometheus.waitFor(30, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  /** Prometheus with the file of {@code deploy/}, but another address and no patience. */
  private Process prometheus(URI address, int port) throws IOException {
    Path config = Files.createDirectories(folder.resolve("config")).resolve("prometheus.yml");
    String text = Files.readString(DEPLOY.resolve("prometheus/prometheus.yml"));
    assertThat(text).contains("127.0.0.1:8080", "15s");
    Files.writeString(
        config,
        text.replace("127.0.0.1:8080", "127.0.0.1:" + address.getPort()).replace("15s", "1s"));
    Files.copy(DEPLOY.resolve("prometheus/alerts.yml"), config.resolveSibling("alerts.yml"));
    return new ProcessBuilder(
            PROMETHEUS.toString(),
            "--config.file=" + config,
            "--storage.tsdb.path=" + folder.resolve("tsdb"),
            "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("prometheus.log").toFile())
        .start();
  }

  private static void evaluate(int port) throws IOException {
    Awaitility.await("it scrapes")
        .atMost(LIMIT)
        .ignoreExceptions()
        .until(() -> query(port, "up{job=\"millrace\"} == 1") == 1);
    List<String> expressions = expressions();
    assertThat(expressions).hasSizeGreaterThan(25);
    for (String expression : expressions) {
      String asked = expression.replace("$project", ".*").replace("$__rate_interval", "30s");
      assertThat(asked).doesNotContain("$");
      Awaitility.await(asked)
          .atMost(LIMIT)
          .untilAsserted(() -> assertThat(query(port, asked)).as(asked).isPositive());
    }
    Awaitility.await("a job that failed")
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        query(port, "ALERTS{alertname=\"MillraceJobFailed\", job_name=\"check\"}"))
                    .isEqualTo(1));
    Awaitility.await("alerts are taken")
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              JsonNode rules = get(port, "/api/v1/rules").path("data").path("groups").path(0);
              assertThat(rules.path("rules")).hasSizeGreaterThan(3);
              rules
                  .path("rules")
                  .forEach(r -> assertThat(r.path("health").asText()).isEqualTo("ok"));
            });
  }

  private static List<String> expressions() throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.list(DEPLOY.resolve("grafana/dashboards"))) {
      for (Path file : files.sorted().toList()) {
        JsonNode dashboard = MAPPER.readTree(file.toFile());
        for (JsonNode panel : dashboard.path("panels")) {
          assertThat(panel.path("targets")).as(file + ": " + panel.path("title")).isNotEmpty();
          panel.path("targets").forEach(t -> found.add(t.path("expr").asText()));
        }
      }
    }
    return found;
  }

  /** How many series an expression has now. */
  private static int query(int port, String expression) throws Exception {
    JsonNode answer =
        get(port, "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    assertThat(answer.path("status").asText())
        .as("%s: %s", expression, answer)
        .isEqualTo("success");
    return answer.path("data").path("result").size();
  }

  private static JsonNode get(int port, String path) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return MAPPER.readTree(
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body());
  }
}
