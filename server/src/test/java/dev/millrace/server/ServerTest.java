package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.StopException;
import dev.millrace.engine.Status;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServerTest {
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir static Path folder;
  private LiveStore store;
  private MillraceServer server;

  @BeforeAll
  void start() throws Exception {
    store = new LiveStore(folder, AdsProject.load());
    store.step(5_000, Duration.ofMinutes(10), Instant.now());
    server = MillraceServer.start(store, OptionalInt.empty());
  }

  @AfterAll
  void stop() throws Exception {
    server.close();
    store.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return HTTP.send(
        HttpRequest.newBuilder(server.address().resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws Exception {
    return Json.MAPPER.readTree(get(path).body());
  }

  private HttpResponse<String> post(String body, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.address().resolve("/api/query"))
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> query(String sql) throws Exception {
    return post(Json.write(Json.object().put("sql", sql)), "Content-Type", "application/json");
  }

  /** A request with headers that Java's client does not allow. */
  private String raw(String head) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write((head + "\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void tellsTheProject() throws Exception {
    JsonNode project = json("/api/project");
    assertThat(project.path("name").asText()).isEqualTo("ads");
    assertThat(project.path("assets")).hasSize(15);
    assertThat(project.path("edges"))
        .anyMatch(
            e ->
                e.path("from").asText().equals("attributed")
                    && e.path("to").asText().equals("campaign_minutes"));
    assertThat(project.path("dashboards").path(0).path("title").asText())
        .isEqualTo("Advertising, live");
  }

  @Test
  void tellsTheStatus() throws Exception {
    JsonNode status = json("/api/status");
    assertThat(status.path("sources").path(0).path("id").asText()).isEqualTo("ads.impressions");
    assertThat(status.path("sources").path(0).path("watermarkDelayMillis").asLong()).isPositive();
    assertThat(status.path("sinks")).hasSize(4);
  }

  @ParameterizedTest
  @CsvSource({
    "ads.impressions,SOURCE",
    "attributed,STREAM",
    "clean_clicks,EPHEMERAL",
    "sink:campaign_minutes,SINK",
    "dashboard:ads,DASHBOARD"
  })
  void tellsAnAsset(String id, String kind) throws Exception {
    JsonNode asset = json("/api/assets/" + id.replace(":", "%3A"));
    assertThat(asset.path("id").asText()).isEqualTo(id);
    assertThat(asset.path("kind").asText()).isEqualTo(kind);
    assertThat(asset.path("upstream").size() + asset.path("downstream").size()).isPositive();
  }

  @Test
  void anAssetShowsItsRowsAndThoseThatWereNotAdmitted() throws Exception {
    JsonNode model = json("/api/assets/campaign_minutes");
    assertThat(model.path("sample").path("rows").size()).isBetween(20, 50);
    assertThat(model.path("columns").path(5).path("description").asText()).isEqualTo("In EUR.");
    JsonNode source = json("/api/assets/ads.impressions");
    JsonNode rejected = source.path("aside").path("rejected");
    assertThat(rejected.path("rows")).hasSize(40);
    assertThat(rejected.path("rows").path(0).toString()).contains("malformed JSON");
    assertThat(source.path("aside").path("late").path("rows")).isEmpty();
  }

  @Test
  void answersQueriesThroughTheGate() throws Exception {
    HttpResponse<String> ok = query("SELECT count(*) AS n, 'ä' AS t FROM system.rejected");
    assertThat(ok.statusCode()).isEqualTo(200);
    assertThat(Json.MAPPER.readTree(ok.body()).path("rows").toString()).isEqualTo("[[40,\"ä\"]]");
    HttpResponse<String> refused = query("SELECT 1,\n  * FROM read_text('/etc/passwd')");
    assertThat(refused.statusCode()).isEqualTo(422);
    JsonNode error = Json.MAPPER.readTree(refused.body()).path("error");
    assertThat(error.path("code").asText()).isEqualTo("QUERY_TABLE_FUNCTION_REFUSED");
    assertThat(error.path("line").asInt()).isEqualTo(2);
    assertThat(error.path("column").asInt()).isEqualTo(10);
  }

  @Test
  void numbersThatJavaScriptCannotHoldAreText() throws Exception {
    HttpResponse<String> answer =
        query(
            "SELECT 9007199254740993, 9007199254740992, 'NaN'::DOUBLE, 12345678901234567.25::DECIMAL(20,2)");
    assertThat(Json.MAPPER.readTree(answer.body()).path("rows").toString())
        .isEqualTo("[[\"9007199254740993\",9007199254740992,\"NaN\",\"12345678901234567.25\"]]");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"sql\": 1}", "null", "{\"q\": \"SELECT 1\"}"})
  void refusesABodyThatIsNoQuery(String body) throws Exception {
    assertThat(post(body, "Content-Type", "application/json").statusCode()).isEqualTo(400);
  }

  @Test
  void refusesPostsFromElsewhere() throws Exception {
    String body = "{\"sql\": \"SELECT 1\"}";
    assertThat(post(body, "Content-Type", "text/plain").statusCode()).isEqualTo(415);
    assertThat(
            post(body, "Content-Type", "application/json", "Origin", "http://evil.example")
                .statusCode())
        .isEqualTo(403);
    assertThat(post(body, "Content-Type", "application/json", "Origin", "null").statusCode())
        .isEqualTo(403);
    String own = "http://localhost:" + server.address().getPort();
    assertThat(post(body, "Content-Type", "application/json", "Origin", own).statusCode())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "user@localhost",
        "[::2]",
        "0.0.0.0",
        "localhost:80@evil.example",
        ""
      })
  void refusesNamesThatAreNotThisMachine(String host) throws Exception {
    assertThat(raw("GET /api/project HTTP/1.1\r\nHost: " + host))
        .matches("(?s)HTTP/1.1 40[03].*")
        .doesNotContain("campaign_minutes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]:8080"})
  void knowsTheNamesOfThisMachine(String host) throws Exception {
    assertThat(raw("GET /api/project HTTP/1.1\r\nHost: " + host)).startsWith("HTTP/1.1 200");
  }

  @Test
  void crossSiteRequestsMayOpenThePageButNotAskTheApi() throws Exception {
    String head = " HTTP/1.1\r\nHost: localhost\r\nSec-Fetch-Site: cross-site";
    assertThat(raw("GET /sql" + head)).startsWith("HTTP/1.1 200");
    assertThat(raw("GET /api/status/live" + head)).startsWith("HTTP/1.1 403");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../pom.xml", "/..%2f..%2fpom.xml", "/lib/../../pom.xml", "/web/index.html",
            "/lib/other.js",
        "/.hidden", "/dev/millrace/server/Api.class", "/app.css%00", "//etc/passwd",
            "/META-INF/MANIFEST.MF"
      })
  void servesNoOtherFiles(String path) throws Exception {
    assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost"))
        .matches("(?s)HTTP/1.1 40[04].*");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/sql", "/system", "/dashboards/ads", "/assets/ads.impressions"})
  void everyViewIsThePage(String path) throws Exception {
    HttpResponse<String> page = get(path);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("<title>Millrace</title>")
        .doesNotContain("http://", "https://");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
        .startsWith("default-src 'self'");
  }

  @Test
  void servesTheLibraryOfCharts() throws Exception {
    HttpResponse<String> library = get("/lib/echarts.js");
    assertThat(library.statusCode()).isEqualTo(200);
    assertThat(library.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/javascript");
    assertThat(library.body().length()).isGreaterThan(500_000);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/assets/none",
        "/api/dashboards/none",
        "/api/none",
        "/api/live?dashboard=none",
        "/api/live"
      })
  void saysWhatThereIsNot(String path) throws Exception {
    HttpResponse<String> answer = get(path);
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("NOT_FOUND");
  }

  @Test
  void refusesARangeThatTheDashboardDoesNotOffer() throws Exception {
    assertThat(get("/api/live?dashboard=ads&range=9000%20days").statusCode()).isEqualTo(400);
  }

  @Test
  void metricsAreInPrometheusFormat() throws Exception {
    String metrics = get("/metrics").body();
    assertThat(metrics)
        .contains(
            "millrace_source_lag_records{source=\"ads.impressions\"} 7.0",
            "millrace_source_rejected_total{source=\"ads.impressions\"} 40.0",
            "millrace_source_watermark_delay_seconds{source=\"ads.clicks\"}",
            "millrace_sink_pending_changes{sink=\"campaign_minutes\"} 5.0",
            "millrace_batch_duration_seconds{quantile=\"0.99\"} 0.041",
            "millrace_store_size_bytes",
            "jvm_memory_used_bytes");
  }

  @Test
  void healthFollowsTheInstance() throws Exception {
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
    store.sinkHealth(Status.Health.STOPPED);
    try {
      assertThat(get("/healthz").statusCode()).isEqualTo(503);
    } finally {
      store.sinkHealth(Status.Health.OK);
    }
  }

  @Test
  void aPortInUseIsSaidSo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> MillraceServer.start(store, OptionalInt.of(taken.getLocalPort())))
          .isInstanceOfSatisfying(
              StopException.class,
              e -> {
                assertThat(e.problem().code()).isEqualTo(ServerError.PORT_IN_USE);
                assertThat(e.problem().hint()).contains("--port");
              });
    }
  }

  @Test
  void withoutAPortTheNextFreeOneIsTaken() {
    try (MillraceServer second = MillraceServer.start(store, OptionalInt.empty())) {
      assertThat(second.address().getPort()).isGreaterThan(server.address().getPort());
    }
  }

  @Test
  void nothingTellsASecret() throws Exception {
    List<String> paths =
        List.of(
            "/api/project",
            "/api/status",
            "/metrics",
            "/api/assets/sink:campaign_minutes",
            "/api/dashboards/ads",
            "/api/assets/ads.impressions");
    for (String path : paths) {
      assertThat(get(path).body()).as(path).doesNotContain(AdsProject.SECRET);
    }
  }
}
