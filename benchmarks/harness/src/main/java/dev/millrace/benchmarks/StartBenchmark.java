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
 * campaign_minutes} in a query's answer: on a new project folder, and again where it stopped.
 */
final class StartBenchmark {
  private static final String ROWS = "SELECT count(*) FROM campaign_minutes";

  private final Workplace place;
  private final int runs;

  StartBenchmark(Workplace place, int runs) {
    this.place = place;
    this.runs = runs;
  }

  void run() throws Exception {
    List<Double> first = new ArrayList<>();
    List<Double> again = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      Path folder = place.runs().resolve("start");
      Folders.delete(folder);
      Files.createDirectories(folder);
      Path project = folder.resolve("project");
      AdsProject.whole(place, project, 1_000);
      first.add(seconds(project));
      again.add(seconds(project));
    }
    Figures fresh = new Figures(first);
    Figures resumed = new Figures(again);
    String text =
        String.format(
            Locale.ROOT,
            """
            From `millrace run` to the first result in a query, embedded Kafka and PostgreSQL \
            included; %d runs.

            | | median | min | max |
            |---|---|---|---|
            | new folder | %.2f s | %.2f s | %.2f s |
            | again where it stopped | %.2f s | %.2f s | %.2f s |

            Bar: under 6 s: %s.
            """,
            runs,
            fresh.median(),
            fresh.min(),
            fresh.max(),
            resumed.median(),
            resumed.min(),
            resumed.max(),
            fresh.median() < 6 ? "met" : "**missed**");
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("new_seconds", first);
    json.put("again_seconds", again);
    new Results(place, "start").write("Start", text, json);
  }

  private double seconds(Path project) throws Exception {
    long start = System.nanoTime();
    try (MillraceProcess millrace =
        MillraceProcess.run(place, "start", project, List.of(), Map.of())) {
      return (millrace.awaitPositive(ROWS, Duration.ofMinutes(2)) - start) / 1e9;
    }
  }
}
