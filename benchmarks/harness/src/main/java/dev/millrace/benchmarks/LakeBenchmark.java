package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A stream into the lake: from a topic to committed files by {@code millrace run}, and then the
 * delivery of the same rows by itself beside DuckDB's COPY of them.
 */
final class LakeBenchmark {
  private static final double BAR = 0.5;
  private static final Duration LIMIT = Duration.ofMinutes(20);

  private final Workplace place;
  private final long events;
  private final int runs;

  /**
   * A benchmark that {@link #run} runs.
   *
   * @param events in the topics of the ads benchmark, of which the impressions are read
   * @param runs how often the rows are copied and delivered
   */
  LakeBenchmark(Workplace place, long events, int runs) {
    this.place = place;
    this.events = events;
    this.runs = runs;
  }

  /** Seconds, seconds of the processor, and bytes of what was written. */
  private record Took(double seconds, double cpuSeconds, long bytes) {
    static Took parse(String line) {
      String[] parts = line.split(" ");
      return new Took(
          Double.parseDouble(parts[1]), Double.parseDouble(parts[2]), Long.parseLong(parts[3]));
    }
  }

  void run() throws Exception {
    Path folder = place.runs().resolve("lake");
    Folders.delete(folder);
    Path project = folder.resolve("project");
    Took whole;
    try (AdTopics topics = AdTopics.preloaded(place, events)) {
      Folders.copy(place.benchmarks().resolve("lake"), project);
      Path file = project.resolve("millrace.yml");
      Files.writeString(
          file, Files.readString(file).replace("{{ env_var('KAFKA_BROKERS') }}", topics.servers()));
      whole = whole(project);
    }
    Path store = project.resolve(".millrace/store/store.duckdb");
    try (ChildProcess trial =
        ChildProcess.java(
            place,
            "lake-trial",
            "harness",
            List.of("-Xmx512m"),
            List.of(
                LakeTrial.class.getName(),
                store.toString(),
                "main.shown",
                folder.resolve("trial").toString(),
                Integer.toString(runs)))) {
      trial.await("finished", LIMIT);
      report(whole, trial);
    }
  }

  /** From the first batch's commit to the lake's last one. */
  private Took whole(Path project) throws IOException, InterruptedException {
    double cpu;
    try (MillraceProcess millrace =
        MillraceProcess.run(
            place, "lake", project, List.of("--target", "benchmark", "--until-idle"), Map.of())) {
      millrace.process().join(LIMIT);
      cpu = millrace.process().memory().cpuSeconds();
    }
    String[] first =
        ask(
            project,
            "SELECT epoch_ms(min(committed_at - to_milliseconds(decode_ms + apply_ms))) FROM"
                + " system.batches WHERE records > 0");
    String[] last =
        ask(
            project,
            "SELECT epoch_ms(max(committed_at)), max(\"rows\"), max(bytes) FROM system.lake_versions");
    String[] rows = ask(project, "SELECT count(*) FROM shown");
    if (!rows[0].equals(last[1])) {
      throw new IllegalStateException("the lake has " + last[1] + " rows of " + rows[0]);
    }
    return new Took(
        (Long.parseLong(last[0]) - Long.parseLong(first[0])) / 1e3, cpu, Long.parseLong(last[2]));
  }

  private String[] ask(Path project, String sql) throws IOException, InterruptedException {
    return MillraceProcess.ask(place, project, List.of("--target", "benchmark"), sql)
        .get(0)
        .split(",", -1);
  }

  private static Took median(ChildProcess trial, String mark) {
    List<Took> all =
        trial.lines().stream()
            .filter(l -> l.startsWith("@" + mark + " "))
            .map(Took::parse)
            .toList();
    return new Took(
        new Figures(all.stream().map(Took::seconds).toList()).median(),
        new Figures(all.stream().map(Took::cpuSeconds).toList()).median(),
        all.get(0).bytes());
  }

  private void report(Took whole, ChildProcess trial) throws IOException {
    long rows = Long.parseLong(trial.mark("rows").orElseThrow());
    Map<String, Took> all = new LinkedHashMap<>();
    all.put("DuckDB's COPY TO Parquet", median(trial, "copy"));
    all.put("outbox to committed files", median(trial, "sink"));
    all.put("topic to committed files, the whole process", whole);
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d rows, zstd, two threads; medians of %d, the last once.%n%n"
                + "| | rows/s | CPU µs a row | MB |%n|---|---|---|---|%n",
            rows,
            runs));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rows", rows);
    all.forEach(
        (what, took) -> {
          text.append(
              String.format(
                  Locale.ROOT,
                  "| %s | %,.0f | %.2f | %d |%n",
                  what,
                  rows / took.seconds(),
                  took.cpuSeconds() * 1e6 / rows,
                  took.bytes() / 1_000_000));
          json.put(what + ", rows per second", rows / took.seconds());
          json.put(what + ", CPU microseconds a row", took.cpuSeconds() * 1e6 / rows);
        });
    Took copy = median(trial, "copy");
    Took sink = median(trial, "sink");
    double share = copy.seconds() / sink.seconds();
    text.append(
        String.format(
            Locale.ROOT,
            "%nDelivery by the speed of COPY: %.2f (bar %.1f: %s); by processor time %.2f.%n",
            share,
            BAR,
            share >= BAR ? "met" : "**missed**",
            copy.cpuSeconds() / sink.cpuSeconds()));
    json.put("delivery_of_copy", share);
    json.put("delivery_of_copy_by_cpu", copy.cpuSeconds() / sink.cpuSeconds());
    new Results(place, "lake").write("A stream into the lake", text.toString(), json);
  }
}
