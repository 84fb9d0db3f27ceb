package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.embedded.ClickHouseSystem;
import dev.millrace.testing.ChildJvm;
import dev.millrace.testing.Chromium;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The examples as they are, run, and their dashboards looked at in a real Chromium. */
@Tag("long")
class ExamplePagesTest {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  /** Panels that wait for something out of the ordinary. */
  private static final Set<String> MAY_BE_EMPTY = Set.of("Unusual minutes");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"ads", "sms", "music"})
  void everyPanelOfEveryDashboardIsFilled(String example) throws Exception {
    assumeTrue(Chromium.program().isPresent(), "there is no Chromium on the PATH");
    assumeTrue(ClickHouseSystem.isAvailable(), "ClickHouse's engine cannot be had here");
    Path project = folder.resolve(example);
    AdsRun.copyExample(example, project);
    int port = freePort();
    String address = "http://127.0.0.1:" + port;
    try (ChildJvm child =
            ChildJvm.start(
                Millrace.class,
                Map.of(),
                "run",
                project.toString(),
                "--port",
                Integer.toString(port));
        Chromium browser = Chromium.start()) {
      browser.size(1400, 900, false);
      // Opened anew while nothing is served yet, but not before it can have been drawn.
      await()
          .atMost(LIMIT)
          .pollInterval(Duration.ofSeconds(5))
          .ignoreExceptions()
          .until(
              () -> {
                boolean drawn = !dashboards(browser).isEmpty();
                if (!drawn) {
                  browser.open(address);
                }
                return drawn;
              });
      browser.clearErrors();
      for (String dashboard : dashboards(browser)) {
        browser.open(address + dashboard);
        await()
            .atMost(LIMIT)
            .pollInterval(Duration.ofMillis(500))
            .ignoreExceptions()
            .untilAsserted(
                () -> {
                  assertThat(child.isAlive()).isTrue();
                  assertThat(panels(browser, true)).as("%s of %s", dashboard, example).isNotEmpty();
                  assertThat(panels(browser, false))
                      .as("%s of %s", dashboard, example)
                      .isSubsetOf(MAY_BE_EMPTY);
                });
        assertThat(browser.evaluate("document.querySelectorAll('.problem-message').length").asInt())
            .isZero();
      }
      assertThat(browser.errors()).isEmpty();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static List<String> dashboards(Chromium browser) throws Exception {
    return texts(
        browser.evaluate(
            "[...new Set([...document.querySelectorAll('a[href^=\"/dashboards/\"]')]"
                + ".map(a => a.getAttribute('href')))]"));
  }

  /** The titles of panels that have something in them, or of those that have nothing. */
  private static List<String> panels(Chromium browser, boolean filled) throws Exception {
    return texts(
        browser.evaluate(
            "[...document.querySelectorAll('.panel')].filter(p => %s(p.querySelector('canvas, tbody tr')"
                    .formatted(filled ? "" : "!")
                + " || p.querySelector('.figure')?.dataset.value))"
                + ".map(p => p.querySelector('h2').textContent)"));
  }

  private static List<String> texts(JsonNode values) {
    List<String> texts = new ArrayList<>();
    values.forEach(value -> texts.add(value.asText()));
    return texts;
  }
}
