package dev.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * From {@code millrace run examples/ads} on a built tree to the first row of {@code
 * campaign_minutes} in a query's answer: on a new project folder, and again where it stopped. There
 * the first answer holds what was stored, so that the time until new rows come is told as well; and
 * each time that until PostgreSQL holds something, which no answer waits for.
 */
final class StartBenchmark {
  private static final String RESULTS = "SELECT count(*) FROM campaign_minutes";
  private static final String ROWS = "SELECT sum(\"rows\")::BIGINT FROM system.sources";
  private static final String DELIVERED =
      "SELECT coalesce(sum(delivered), 0)::BIGINT FROM system.sinks";
  private static final Duration LIMIT = Duration.ofMinutes(2);

  /** Seconds since {@code millrace run}. */
  private record Start(double result, double rows, double delivered) {}

  private final Workplace place;
  private final int runs;

  StartBenchmark(Workplace place, int runs) {
    this.place = place;
    this.runs = runs;
  }

  void run() throws Exception {
    List<Start> first = new ArrayList<>();
    List<Start> again = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      Path folder = place.runs().resolve("start");
      Folders.delete(folder);
      Files.createDirectories(folder);
      Path project = folder.resolve("project");
      AdsProject.whole(place, project, 1_000);
      first.add(start(project));
      again.add(start(project));
    }
    Figures fresh = new Figures(first.stream().map(Start::result).toList());
    Figures resumed = new Figures(again.stream().map(Start::result).toList());
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            """
            From `millrace run` to the first result in a query, embedded Kafka and PostgreSQL \
            included; %d runs. It is asked for twenty times a second.

            | | median | min | max |
            |---|---|---|---|
            """,
            runs));
    line(text, "**new folder: first result**", fresh);
    line(text, "PostgreSQL holds something", delivered(first));
    line(text, "**again where it stopped: first result** (stored)", resumed);
    line(text, "new rows", new Figures(again.stream().map(Start::rows).toList()));
    line(text, "PostgreSQL is given more", delivered(again));
    text.append(
        String.format(
            Locale.ROOT,
            "%nBar: under 6 s: %s.%n",
            Math.max(fresh.median(), resumed.median()) < 6 ? "met" : "**missed**"));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("new", first);
    json.put("again", again);
    new Results(place, "start").write("Start", text.toString(), json);
  }

  private static Figures delivered(List<Start> starts) {
    return new Figures(starts.stream().map(Start::delivered).toList());
  }

  private static void line(StringBuilder text, String what, Figures figures) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %.2f s | %.2f s | %.2f s |%n",
            what,
            figures.median(),
            figures.min(),
            figures.max()));
  }

  private Start start(Path project) throws Exception {
    long start = System.nanoTime();
    try (MillraceProcess millrace =
        MillraceProcess.run(place, "start", project, List.of(), Map.of())) {
      double result = (millrace.awaitAbove(0, RESULTS, LIMIT) - start) / 1e9;
      long rows = millrace.number(ROWS);
      long delivered = millrace.number(DELIVERED);
      double more = (millrace.awaitAbove(rows, ROWS, LIMIT) - start) / 1e9;
      double sent = (millrace.awaitAbove(delivered, DELIVERED, LIMIT) - start) / 1e9;
      return new Start(result, more, sent);
    }
  }
}
