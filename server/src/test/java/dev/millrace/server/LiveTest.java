package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.project.DashboardSpec;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveTest {
  private static final SourceLocation PLACE = SourceLocation.ofFile("dashboards/odd.yml");

  @TempDir Path folder;
  private LiveStore store;
  private MillraceServer server;

  @BeforeEach
  void start() throws Exception {
    store =
        new LiveStore(
            folder,
            AdsProject.load(
                dashboard(
                    "odd",
                    panel("SELECT count(*) FROM attributed"),
                    panel("SELECT nothing FROM attributed"),
                    panel("SELECT 1"),
                    panel("SELECT * FROM read_text('/etc/passwd')"),
                    panel("SELECT $to - $from, $to <= now()"))));
    store.step(1_000, Duration.ofMinutes(5), Instant.now());
    server = MillraceServer.start(store, OptionalInt.empty());
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    store.close();
  }

  private static DashboardSpec dashboard(String name, DashboardSpec.Panel... panels) {
    return new DashboardSpec(
        name,
        name,
        "",
        List.of(Duration.ofHours(1)),
        Duration.ofHours(1),
        List.of(),
        List.of(panels),
        PLACE);
  }

  private static DashboardSpec.Panel panel(String sql) {
    return new DashboardSpec.Panel(
        sql,
        DashboardSpec.Kind.NUMBER,
        sql,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        "number",
        3,
        "",
        PLACE);
  }

  private Events watch(String parameters) throws Exception {
    return new Events(server.address().resolve("/api/live?" + parameters));
  }

  private static String value(JsonNode panel) {
    return panel.path("rows").path(0).path(0).asText();
  }

  private static void patiently(ThrowingRunnable check) {
    await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50)).untilAsserted(check);
  }

  @Test
  void aCommitReachesThePageAndOnlyWhatChangedIsSent() throws Exception {
    try (Events events = watch("dashboard=odd")) {
      patiently(() -> assertThat(events.ticks()).isPositive());
      assertThat(value(events.panel(0).get(0))).isEqualTo("1000");
      store.step(500, Duration.ofSeconds(1), Instant.now());
      patiently(() -> assertThat(value(last(events, 0))).isEqualTo("1500"));
      assertThat(value(last(events, 0))).isEqualTo(store.value("SELECT count(*) FROM attributed"));
      assertThat(events.panel(2)).as("a panel that never changes").hasSize(1);
    }
  }

  private static JsonNode last(Events events, int panel) {
    List<JsonNode> all = events.panel(panel);
    return all.get(all.size() - 1);
  }

  @Test
  void anErrorStaysInItsPanel() throws Exception {
    try (Events events = watch("dashboard=odd")) {
      patiently(() -> assertThat(events.ticks()).isPositive());
      assertThat(events.panel(1).get(0).path("error").path("message").asText()).contains("nothing");
      assertThat(events.panel(1).get(0).path("error").path("place").asText())
          .isEqualTo("dashboards/odd.yml");
      assertThat(events.panel(3).get(0).path("error").path("code").asText())
          .isEqualTo("QUERY_TABLE_FUNCTION_REFUSED");
      assertThat(value(events.panel(2).get(0))).isEqualTo("1");
      assertThat(events.panel(4).get(0).path("rows").toString()).isEqualTo("[[\"01:00:00\",true]]");
    }
  }

  @Test
  void filtersAndRangesChangeThePanels() throws Exception {
    try (Events all = watch("dashboard=ads");
        Events one = watch("dashboard=ads&filter.campaign=1&range=1%20hour");
        Events none = watch("dashboard=ads&filter.campaign=x")) {
      patiently(
          () -> {
            assertThat(all.ticks()).isPositive();
            assertThat(one.ticks()).isPositive();
            assertThat(none.ticks()).isPositive();
          });
      assertThat(value(last(all, 0))).isEqualTo("1000");
      assertThat(value(last(one, 0)))
          .isEqualTo(store.value("SELECT count(*) FROM attributed WHERE campaign_id = 1"));
      // A filter that is no number is an error of the panels that use it, not of the stream.
      assertThat(last(none, 0).has("error")).isTrue();
    }
  }

  @Test
  void aSecondPageSeesAtOnceWhatTheFirstSees() throws Exception {
    try (Events first = watch("dashboard=odd")) {
      patiently(() -> assertThat(first.ticks()).isPositive());
      try (Events second = watch("dashboard=odd")) {
        patiently(() -> assertThat(second.panel(0)).isNotEmpty());
        assertThat(value(second.panel(0).get(0))).isEqualTo("1000");
      }
    }
  }

  /** Browsers that open the stream and then read nothing hold up nobody. */
  @Test
  void aPageThatDoesNotReadHoldsUpNobody() throws Exception {
    List<Socket> deaf = new ArrayList<>();
    try (Events good = watch("dashboard=ads")) {
      for (int i = 0; i < 20; i++) {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1024);
        URI address = server.address();
        socket.connect(new InetSocketAddress("127.0.0.1", address.getPort()));
        socket
            .getOutputStream()
            .write(
                "GET /api/live?dashboard=ads HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        deaf.add(socket);
      }
      for (int i = 1; i <= 5; i++) {
        store.step(1_000, Duration.ofMinutes(5), Instant.now());
        String expected = String.valueOf(1_000 + i * 1_000);
        patiently(() -> assertThat(value(last(good, 0))).isEqualTo(expected));
      }
    } finally {
      for (Socket socket : deaf) {
        socket.close();
      }
    }
  }

  @Test
  void theStatusArrivesEverySecond() throws Exception {
    try (Events events = new Events(server.address().resolve("/api/status/live"))) {
      patiently(() -> assertThat(events.heard.size()).isGreaterThan(2));
      assertThat(events.heard).allMatch(e -> e.name().equals("status"));
    }
  }

  @Test
  void closingEndsEveryStream() throws Exception {
    try (Events events = watch("dashboard=odd")) {
      patiently(() -> assertThat(events.ticks()).isPositive());
      server.close();
      patiently(() -> assertThat(events.ended()).isTrue());
    }
  }
}
