package dev.millrace.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The table of Nexmark's queries, and whether the bars are met. */
final class NexmarkReport {
  private static final double SHARE_OF_DUCKDB = 0.3;
  private static final double TIMES_FLINK = 4;

  private final Workplace place;
  private final long events;
  private final Map<String, Long> records = new LinkedHashMap<>();
  private final Map<NexmarkQuery, Map<String, NexmarkRun>> results = new LinkedHashMap<>();

  NexmarkReport(Workplace place, long events) {
    this.place = place;
    this.events = events;
  }

  /** How many records a stream's topic has. */
  void records(String stream, long count) {
    records.put(stream, count);
  }

  /** The runs of a query by system. */
  void add(NexmarkQuery query, Map<String, NexmarkRun> runs) {
    results.put(query, runs);
  }

  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d events, %,d a second of event time; each query alone, a process each, parallelism 2."
                + " Events/s are those of the topics that a query reads.%n%n",
            events,
            NexmarkTopics.EVENTS_PER_SECOND));
    text.append(
        "| query | about | Millrace, events/s | Flink, events/s | × Flink | DuckDB once, events/s"
            + " | of DuckDB | Millrace, MB | Flink, MB | rows | results |\n");
    text.append("|---|---|---|---|---|---|---|---|---|---|---|\n");
    results.forEach((query, runs) -> row(text, query, runs));
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("events", events);
    bars(text, figures);
    Map<String, Object> queries = new LinkedHashMap<>();
    results.forEach((query, runs) -> queries.put(query.name(), runs));
    figures.put("queries", queries);
    new Results(place, "nexmark").write("Nexmark", text.toString(), figures);
  }

  private double read(NexmarkQuery query) {
    // Without DuckDB's run nobody has counted; the proportions are the standard's.
    Map<String, Double> share = Map.of("person", 0.02, "auction", 0.06, "bid", 0.92);
    return query.streams().stream()
        .mapToDouble(s -> records.getOrDefault(s, Math.round(events * share.getOrDefault(s, 0.0))))
        .sum();
  }

  private void row(StringBuilder text, NexmarkQuery query, Map<String, NexmarkRun> runs) {
    text.append(
        String.format(
            "| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n",
            query.name(),
            query.title(),
            speed(query, runs, "millrace"),
            speed(query, runs, "flink"),
            number("%.2f", ratio(runs, "flink")),
            speed(query, runs, "limit"),
            number("%.2f", ratio(runs, "limit")),
            megabytes(runs, "millrace"),
            megabytes(runs, "flink"),
            number("%,.0f", run(runs, "millrace").map(run -> (double) run.rows())),
            agreement(query, runs)));
  }

  private static Optional<NexmarkRun> run(Map<String, NexmarkRun> runs, String system) {
    return Optional.ofNullable(runs.get(system));
  }

  private static String number(String format, Optional<Double> value) {
    return value.map(v -> String.format(Locale.ROOT, format, v)).orElse("-");
  }

  private String speed(NexmarkQuery query, Map<String, NexmarkRun> runs, String system) {
    return number("%,.0f", run(runs, system).map(run -> read(query) / run.seconds()));
  }

  private static String megabytes(Map<String, NexmarkRun> runs, String system) {
    return number("%,.0f", run(runs, system).map(run -> run.peakBytes() / 1048576.0));
  }

  /** How many times as fast as another system Millrace is. */
  private static Optional<Double> ratio(Map<String, NexmarkRun> runs, String other) {
    return run(runs, "millrace")
        .flatMap(ours -> run(runs, other).map(theirs -> theirs.seconds() / ours.seconds()));
  }

  private static String agreement(NexmarkQuery query, Map<String, NexmarkRun> runs) {
    Optional<NexmarkRun> expected = run(runs, "limit");
    if (expected.isEmpty() || runs.size() == 1) {
      return "not compared";
    }
    List<String> differences = new ArrayList<>();
    runs.forEach(
        (system, run) ->
            run.differences(expected.get(), query)
                .forEach(difference -> differences.add(system + ": " + difference)));
    return differences.isEmpty() ? "equal" : "**" + String.join("; ", differences) + "**";
  }

  private void bars(StringBuilder text, Map<String, Object> figures) {
    List<Double> flink = ratios("flink");
    List<Double> limit = ratios("limit");
    text.append("\n| bar | wanted | measured | |\n|---|---|---|---|\n");
    if (!flink.isEmpty()) {
      double logs = flink.stream().mapToDouble(Math::log).average().orElse(0);
      bar(text, figures, "times Flink, geometric mean", TIMES_FLINK, Math.exp(logs));
      bar(text, figures, "times Flink, worst query", 1, new Figures(flink).min());
    }
    if (!limit.isEmpty()) {
      bar(text, figures, "share of DuckDB, worst query", SHARE_OF_DUCKDB, new Figures(limit).min());
    }
  }

  private List<Double> ratios(String other) {
    return results.values().stream().flatMap(runs -> ratio(runs, other).stream()).toList();
  }

  private static void bar(
      StringBuilder text,
      Map<String, Object> figures,
      String name,
      double wanted,
      double measured) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %.1f | %.2f | %s |%n",
            name,
            wanted,
            measured,
            measured >= wanted ? "met" : "**missed**"));
    figures.put(name, measured);
  }
}
