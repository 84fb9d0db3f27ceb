package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * {@code examples/ads} as it is, with all that it embeds, at a fixed rate for long: whether memory,
 * store and delay stay what they were. Joins, windows, retractions, four sinks. Delay is the age of
 * the newest event that is admitted and in the answer.
 */
final class SoakBenchmark {
  private static final String ADMITTED = "SELECT sum(\"rows\")::BIGINT FROM system.sources";
  private static final String AGE =
      "SELECT max(age)::BIGINT FROM (SELECT epoch_ms(now()) - epoch_ms(max(newest_event_time)) AS age"
          + " FROM system.watermarks GROUP BY source)";
  private static final String STATE = "SELECT sum(bytes)::BIGINT FROM system.state";
  private static final Duration SAMPLE = Duration.ofSeconds(10);

  /** After the longest `retain` of what is large, joins forget as much as they learn. */
  private static final double WARM = 0.4;

  private final Workplace place;
  private final long rate;
  private final Duration time;
  private final List<Sample> samples = new ArrayList<>();

  /** What was seen in ten seconds: the most of memory and delay, and sizes at their end. */
  record Sample(
      double minutes,
      double rowsPerSecond,
      double delayMillis,
      double processBytes,
      double treeBytes,
      double storeBytes,
      double stateBytes) {}

  SoakBenchmark(Workplace place, long rate, Duration time) {
    this.place = place;
    this.rate = rate;
    this.time = time;
  }

  void run() throws Exception {
    Path folder = place.runs().resolve("soak");
    Folders.delete(folder);
    Files.createDirectories(folder);
    Path project = folder.resolve("project");
    AdsProject.whole(place, project, rate);
    try (MillraceProcess millrace =
        MillraceProcess.run(place, "soak", project, List.of(), Map.of())) {
      long start = millrace.awaitPositive(ADMITTED, Duration.ofMinutes(2));
      while (System.nanoTime() - start < time.toNanos()) {
        samples.add(sample(millrace, project, start));
        System.out.printf(Locale.ROOT, "%s%n", samples.get(samples.size() - 1));
        if (!millrace.process().isAlive()) {
          throw new IllegalStateException("Millrace has ended; its log is beside " + folder);
        }
      }
    }
    report();
  }

  private Sample sample(MillraceProcess millrace, Path project, long start)
      throws InterruptedException, IOException {
    ProcessTree memory = millrace.process().memory();
    memory.reset();
    long from = System.nanoTime();
    long before = millrace.number(ADMITTED);
    double delay = 0;
    while (System.nanoTime() - from < SAMPLE.toNanos()) {
      Thread.sleep(500);
      delay = Math.max(delay, millrace.number(AGE));
    }
    long admitted = millrace.number(ADMITTED) - before;
    double seconds = (System.nanoTime() - from) / 1e9;
    return new Sample(
        (System.nanoTime() - start) / 60e9,
        admitted / seconds,
        delay,
        memory.peakRootBytes(),
        memory.peakBytes(),
        size(project.resolve(".millrace/store")),
        millrace.number(STATE));
  }

  private static double size(Path folder) throws IOException {
    double sum = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        try {
          sum += Files.size(file);
        } catch (NoSuchFileException e) {
          // A spilled file that was deleted since.
        }
      }
    }
    return sum;
  }

  private void report() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "`millrace run examples/ads` at %,d events/s for %d minutes. Medians over a tenth of the"
                + " time each; delay is the age of the newest admitted event, the worst of ten"
                + " seconds.%n%n![over time](soak.svg)%n%n"
                + "| minute | rows/s | delay, ms | process, MB | with PostgreSQL, MB | store, MB |"
                + " state, MB |%n|---|---|---|---|---|---|---|%n",
            rate,
            time.toMinutes()));
    int tenth = Math.max(1, samples.size() / 10);
    for (int i = 0; i + tenth <= samples.size(); i += tenth) {
      List<Sample> part = samples.subList(i, i + tenth);
      text.append(
          String.format(
              Locale.ROOT,
              "| %.0f | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f | %,.1f |%n",
              part.get(part.size() - 1).minutes(),
              median(part, Sample::rowsPerSecond),
              median(part, Sample::delayMillis),
              median(part, Sample::processBytes) / 1048576,
              median(part, Sample::treeBytes) / 1048576,
              median(part, Sample::storeBytes) / 1048576,
              median(part, Sample::stateBytes) / 1048576));
    }
    Map<String, Object> json = new LinkedHashMap<>();
    text.append("\n| from 40% of the time to its end | growth |\n|---|---|\n");
    growth(text, json, "delay", Sample::delayMillis);
    growth(text, json, "process", Sample::processBytes);
    growth(text, json, "store", Sample::storeBytes);
    growth(text, json, "state", Sample::stateBytes);
    json.put("samples", samples);
    new Results(place, "soak").write("Soak", text.toString(), json);
    Map<String, ToDoubleFunction<Sample>> lines = new LinkedHashMap<>();
    lines.put("rows/s", Sample::rowsPerSecond);
    lines.put("delay, ms", Sample::delayMillis);
    lines.put("process, MB", s -> s.processBytes() / 1048576);
    lines.put("store, MB", s -> s.storeBytes() / 1048576);
    lines.put("state, MB", s -> s.stateBytes() / 1048576);
    Path plot = place.benchmarks().resolve("results/soak.svg");
    Files.writeString(
        plot, new Plot(samples.stream().map(Sample::minutes).toList()).of(samples, lines));
  }

  /** The median of the last tenth over that of the tenth in which everything is warm. */
  private void growth(
      StringBuilder text, Map<String, Object> json, String name, ToDoubleFunction<Sample> value) {
    int tenth = Math.max(1, samples.size() / 10);
    int warm = (int) (samples.size() * WARM);
    double early = median(samples.subList(warm, warm + tenth), value);
    double late = median(samples.subList(samples.size() - tenth, samples.size()), value);
    double times = late / early;
    text.append(String.format(Locale.ROOT, "| %s | x %.2f |%n", name, times));
    json.put(name + "_growth", times);
  }

  private static double median(List<Sample> part, ToDoubleFunction<Sample> value) {
    return new Figures(part.stream().map(value::applyAsDouble).toList()).median();
  }
}
