package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.engine.Status;
import dev.millrace.engine.job.JobTables;
import dev.millrace.engine.store.Store;
import dev.millrace.engine.store.StoreOptions;
import dev.millrace.orchestrate.JobRunner;
import dev.millrace.orchestrate.JobRunner.Result;
import dev.millrace.orchestrate.Jobs;
import dev.millrace.project.DashboardSpec;
import dev.millrace.project.JobSpec;
import dev.millrace.project.Project;
import dev.millrace.testing.Chromium;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a real Chromium over a real store. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PageTest {
  private static final String IMPRESSIONS =
      "SELECT sum(impressions) FROM campaign_minutes WHERE minute >= now() - INTERVAL 15 MINUTE";
  private static final String VIEWS =
      "/, /dashboards/ads, /assets/ads.impressions, /assets/campaign_minutes, /sql, /system";

  @TempDir static Path folder;
  private volatile Result built = new Result(true, "PASS=7");
  private LiveStore store;
  private Store jobStore;
  private Jobs jobs;
  private MillraceServer server;
  private Chromium browser;

  @BeforeAll
  void start() throws Exception {
    assumeTrue(
        Chromium.program().isPresent(),
        "there is no Chromium on the PATH: `apt-get install chromium` (./check does it)");
    Project project = AdsProject.load(broken());
    store = new LiveStore(folder, project);
    store.step(3_000, Duration.ofMinutes(4), Instant.now());
    jobStore = Store.open(new StoreOptions(folder.resolve("jobs"), ZoneOffset.UTC, 64 << 20, 1));
    jobs = Jobs.open(project, JobTables.prepare(jobStore), this::build, Clock.systemUTC());
    jobs.start();
    serve(OptionalInt.empty());
    browser = Chromium.start();
  }

  @AfterAll
  void stop() throws Exception {
    if (browser != null) {
      browser.close();
      server.close();
      jobs.close();
      jobStore.close();
      store.close();
    }
  }

  private void serve(OptionalInt port) {
    server = MillraceServer.start(store, Optional.of(jobs), new BuildTurn(), port);
  }

  private JobRunner.Try build(JobSpec job, long run, int attempt) {
    return new JobRunner.Try() {
      @Override
      public Result run() {
        return built;
      }

      @Override
      public void cancel() {}
    };
  }

  @BeforeEach
  void forget() throws Exception {
    browser.clearErrors();
    browser.size(1400, 900, false);
    browser.dark(false);
  }

  private static DashboardSpec broken() {
    SourceLocation place = new SourceLocation("dashboards/broken.yml", 7, 5, 0);
    DashboardSpec.Panel good = panel("Good", "SELECT 42", place);
    DashboardSpec.Panel bad = panel("Bad", "SELECT nothing FROM attributed", place);
    return new DashboardSpec(
        "broken",
        "Broken",
        "",
        List.of(Duration.ofHours(1)),
        Duration.ofHours(1),
        List.of(),
        List.of(good, bad),
        place);
  }

  private static DashboardSpec.Panel panel(String title, String sql, SourceLocation place) {
    return new DashboardSpec.Panel(
        title,
        DashboardSpec.Kind.NUMBER,
        sql,
        Optional.empty(),
        List.of(),
        Optional.empty(),
        "number",
        6,
        "",
        place);
  }

  private void open(String path) throws Exception {
    browser.open(server.address().resolve(path).toString());
    patiently(() -> assertThat(browser.text("h1")).isNotEmpty());
  }

  private static void patiently(ThrowingRunnable check) {
    await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .untilAsserted(check);
  }

  private String figure(String title) throws Exception {
    return browser
        .evaluate(
            "[...document.querySelectorAll('.panel')].find(p => p.querySelector('h2').textContent === '"
                + title
                + "')?.querySelector('.figure')?.dataset.value ?? ''")
        .asText();
  }

  @Test
  void valuesChangeWithoutAReloadAndEqualWhatSqlReturns() throws Exception {
    open("/dashboards/ads");
    browser.evaluate("window.loaded = 1");
    patiently(() -> assertThat(figure("Impressions")).isEqualTo(store.value(IMPRESSIONS)));
    String before = figure("Impressions");
    for (int i = 0; i < 3; i++) {
      store.step(250, Duration.ofSeconds(1), Instant.now());
      patiently(() -> assertThat(figure("Impressions")).isEqualTo(store.value(IMPRESSIONS)));
    }
    assertThat(figure("Impressions")).isNotEqualTo(before);
    assertThat(browser.evaluate("window.loaded").asInt()).isEqualTo(1);
    patiently(
        () ->
            assertThat(browser.text(".panel-number .figure").replaceAll("[^0-9]", ""))
                .isEqualTo(figure("Impressions")));
    patiently(
        () ->
            assertThat(
                    browser.evaluate("document.querySelectorAll('.chart canvas').length").asInt())
                .isEqualTo(4));
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void aFilterChangesThePanelsAndTheAddress() throws Exception {
    open("/dashboards/ads");
    patiently(() -> assertThat(figure("Impressions")).isNotEmpty());
    browser.evaluate(
        "{const s = document.querySelector('select'); s.value = '1'; s.dispatchEvent(new Event('change'))}");
    patiently(
        () ->
            assertThat(figure("Impressions"))
                .isEqualTo(store.value(IMPRESSIONS + " AND campaign_id = 1")));
    assertThat(browser.evaluate("location.search").asText()).isEqualTo("?campaign=1");
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void anErrorInOnePanelLeavesTheOthersAlone() throws Exception {
    open("/dashboards/broken");
    patiently(() -> assertThat(browser.text(".problem-message")).contains("nothing"));
    assertThat(browser.text(".problem-code")).contains("dashboards/broken.yml:7:5");
    assertThat(figure("Good")).isEqualTo("42");
  }

  @Test
  void aLostConnectionIsShownAndComesBack() throws Exception {
    open("/dashboards/ads");
    patiently(() -> assertThat(browser.text(".connection")).startsWith("Live"));
    int port = server.address().getPort();
    server.close();
    patiently(() -> assertThat(browser.text(".connection")).startsWith("Paused"));
    store.step(100, Duration.ofSeconds(1), Instant.now());
    serve(OptionalInt.of(port));
    patiently(() -> assertThat(browser.text(".connection")).startsWith("Live"));
    patiently(() -> assertThat(figure("Impressions")).isEqualTo(store.value(IMPRESSIONS)));
  }

  @Test
  void theOverviewShowsTheGraphAndWhatNeedsAttention() throws Exception {
    open("/");
    patiently(
        () ->
            assertThat(browser.evaluate("document.querySelectorAll('.node').length").asInt())
                .isEqualTo(16));
    patiently(() -> assertThat(browser.text(".node[data-kind=SOURCE]")).contains("340/s"));
    store.sinkHealth(Status.Health.RETRYING);
    try {
      patiently(() -> assertThat(browser.text(".attention")).contains("does not answer"));
    } finally {
      store.sinkHealth(Status.Health.OK);
    }
    patiently(() -> assertThat(browser.text(".attention")).isEmpty());
    browser.evaluate("document.querySelector('a[href=\"/assets/campaign_minutes\"]').click()");
    patiently(() -> assertThat(browser.text("h1")).startsWith("campaign_minutes"));
    assertThat(browser.errors()).isEmpty();
  }

  @Test
  void theOverviewShowsJobsAndWhichOfThemFailed() throws Exception {
    open("/");
    patiently(() -> assertThat(job(0)).startsWith("martsevery 1 day"));
    patiently(() -> assertThat(job(0)).contains("with tests.", "Succeeded", "Nextin "));
    patiently(() -> assertThat(job(1)).startsWith("reports").contains("Succeeded"));
    long before = runs(1);
    built = new Result(false, "a bad day");
    try {
      jobs.request("reports");
      patiently(() -> assertThat(browser.text(".attention")).contains("reports failed: a bad day"));
      assertThat(job(1)).contains("Failed");
      assertThat(runs(1)).isEqualTo(before + 1);
    } finally {
      built = new Result(true, "PASS=7");
    }
    jobs.request("reports");
    patiently(() -> assertThat(browser.text(".attention")).isEmpty());
    patiently(() -> assertThat(job(1)).contains("Succeeded"));
    assertThat(
            browser.evaluate(
                "[...document.querySelectorAll('.job:nth-child(2) .job-run')].slice(-2).map(r => r.dataset.state)"))
        .extracting(JsonNode::asText)
        .containsExactly("failed", "succeeded");
    assertThat(browser.errors()).isEmpty();
  }

  private String job(int number) throws Exception {
    return browser.text(".job:nth-child(" + (number + 1) + ")");
  }

  private long runs(int job) throws Exception {
    String bars = ".job:nth-child(" + (job + 1) + ") .job-run";
    return browser.evaluate("document.querySelectorAll('" + bars + "').length").asLong();
  }

  @Test
  void theConsoleRunsQueriesAndPointsAtFaults() throws Exception {
    open("/sql");
    patiently(() -> assertThat(browser.text(".outcome")).contains("row"));
    type("SELECT count(*) AS n FROM attributed");
    patiently(
        () ->
            assertThat(browser.text(".console-output td").replace(",", ""))
                .isEqualTo(store.value("SELECT count(*) FROM attributed")));
    assertThat(browser.errors()).isEmpty();
    type("SELECT 1,\\n  getvariable('x')");
    patiently(() -> assertThat(browser.text(".problem-code")).contains("line 2, column 3"));
    assertThat(
            browser
                .evaluate(
                    "{const t = document.querySelector('textarea'); t.value.slice(t.selectionStart, t.selectionEnd)}")
                .asText())
        .isEqualTo("getvariable('x')");
  }

  private void type(String sql) throws Exception {
    browser.evaluate(
        "{const t = document.querySelector('textarea'); t.value = \""
            + sql
            + "\"; t.dispatchEvent(new Event('input')); document.querySelector('.button.primary').click()}");
  }

  @Test
  void theThemeIsChosenAndKept() throws Exception {
    open("/");
    patiently(() -> assertThat(browser.text(".brand")).isEqualTo("Millrace"));
    String background = "getComputedStyle(document.body).backgroundColor";
    String light = browser.evaluate(background).asText();
    browser.evaluate("document.querySelector('.side-foot .icon-button').click()");
    assertThat(browser.evaluate(background).asText()).isNotEqualTo(light);
    open("/system");
    assertThat(browser.evaluate(background).asText()).isNotEqualTo(light);
    browser.evaluate("localStorage.clear()");
  }

  @Test
  void theKeyboardReachesTheContentFirst() throws Exception {
    open("/");
    patiently(() -> assertThat(browser.text(".brand")).isEqualTo("Millrace"));
    browser.key("Tab", 9);
    assertThat(browser.evaluate("document.activeElement.className").asText()).isEqualTo("skip");
    browser.key("Tab", 9);
    assertThat(browser.evaluate("document.activeElement.className").asText()).isEqualTo("brand");
  }

  @ParameterizedTest
  @CsvSource({"1400,false", "1400,true", "375,false", "375,true"})
  void everyViewIsReadableInEveryWidthAndTheme(int width, boolean dark) throws Exception {
    browser.size(width, 850, width < 600);
    browser.dark(dark);
    for (String path : VIEWS.split(", ")) {
      open(path);
      patiently(
          () ->
              assertThat(browser.evaluate("document.querySelectorAll('.skeleton').length").asInt())
                  .isZero());
      JsonNode faults = browser.evaluate(FAULTS.replace("WIDTH", String.valueOf(width)));
      assertThat(faults).as(path).isEmpty();
      assertThat(browser.errors()).as(path).isEmpty();
    }
  }

  /**
   * What a checker of accessibility looks for first: names, labels, landmarks, order of headings,
   * contrast, and that nothing is wider than the screen.
   */
  private static final String FAULTS =
      """
      (() => {
        const faults = [];
        const all = (selector) => [...document.querySelectorAll(selector)];
        const visible = (e) => e.checkVisibility({checkOpacity: true, checkVisibilityCSS: true});
        const name = (e) => (e.getAttribute('aria-label') ?? e.textContent ?? '').trim() || e.labels?.[0]?.textContent.trim();
        if (!document.documentElement.lang) faults.push('no language');
        if (all('main').length !== 1 || all('h1').length !== 1) faults.push('not one main and one h1');
        if (!document.title.includes('Millrace')) faults.push('no title');
        all('a, button, select, textarea, input').filter((e) => visible(e) && !name(e)).forEach((e) => faults.push('no name: ' + e.outerHTML.slice(0, 120)));
        all('svg').filter((e) => !e.hasAttribute('aria-hidden')).forEach((e) => faults.push('drawing is read: ' + e.outerHTML.slice(0, 80)));
        const ids = all('[id]').map((e) => e.id);
        ids.filter((id, i) => ids.indexOf(id) !== i).forEach((id) => faults.push('id twice: ' + id));
        all('[aria-labelledby], [aria-controls], [aria-describedby]').forEach((e) => ['aria-labelledby', 'aria-controls', 'aria-describedby'].forEach((a) => {
          const id = e.getAttribute(a);
          if (id && !document.getElementById(id)) faults.push(a + ' of nothing: ' + id);
        }));
        let level = 0;
        all('h1, h2, h3').filter((h) => h.closest('main')).forEach((h) => {
          const next = Number(h.tagName[1]);
          if (next > level + 1) faults.push('heading skips: ' + h.textContent);
          level = next;
        });
        if (document.documentElement.scrollWidth > WIDTH) faults.push('wider than the screen: ' + document.documentElement.scrollWidth);
        const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
        const rgba = (colour) => {
          canvas.clearRect(0, 0, 1, 1);
          canvas.fillStyle = colour;
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const behind = (e) => {
          for (let at = e; at; at = at.parentElement) {
            const c = rgba(getComputedStyle(at).backgroundColor);
            if (c[3] > 250) return c;
          }
          return [255, 255, 255, 255];
        };
        const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [.2126, .7152, .0722][i], 0);
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const seen = new Set();
        while (walker.nextNode()) {
          const e = walker.currentNode.parentElement;
          if (!walker.currentNode.textContent.trim() || seen.has(e) || !visible(e) || e.closest('.visually-hidden, .skip, noscript, script, textarea')) continue;
          seen.add(e);
          const style = getComputedStyle(e);
          const colour = rgba(style.color);
          if (colour[3] < 250) continue;
          const [a, b] = [light(colour), light(behind(e))].sort((x, y) => y - x);
          const ratio = (a + .05) / (b + .05);
          if (ratio < 4.5) faults.push('contrast ' + ratio.toFixed(2) + ': ' + e.className + ' ' + e.textContent.slice(0, 40));
        }
        return faults;
      })()
      """;
}
