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

  /** From so many changes an event on, every event is taken to change the answer itself. */
  private static final double EVERY_EVENT = 0.5;

  private final Workplace place;
  private final long events;
  private final Map<NexmarkQuery, Long> read = new LinkedHashMap<>();
  private final Map<NexmarkQuery, Map<String, NexmarkRun>> results = new LinkedHashMap<>();

  NexmarkReport(Workplace place, long events) {
    this.place = place;
    this.events = events;
  }

  /**
   * The runs of a query by system.
   *
   * @param read how many events the query reads
   */
  void add(NexmarkQuery query, long read, Map<String, NexmarkRun> runs) {
    this.read.put(query, read);
    results.put(query, runs);
  }

  /**
   * Writes the report.
   *
   * @param order of its rows
   */
  void write(List<NexmarkQuery> order) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%,d events, %,d a second of event time; each query alone, a process each, parallelism 2."
                + " Queries that read no bids have the people and auctions of %,d. Events/s are those of the"
                + " topics that a query reads; changes are the rows that came into Millrace's result and"
                + " went from it, an event.%n%n",
            events,
            NexmarkTopics.EVENTS_PER_SECOND,
            NexmarkTopics.eventsWithoutBids(events)));
    text.append(
        "| query | about | events | Millrace, events/s | Flink, events/s | × Flink | DuckDB once, events/s"
            + " | of DuckDB | Millrace, MB | Flink, MB | rows | changes | results |\n");
    text.append("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    order.forEach(query -> row(text, query, results.getOrDefault(query, Map.of())));
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("events", events);
    bars(text, figures);
    Map<String, Object> queries = new LinkedHashMap<>();
    order.forEach(query -> queries.put(query.name(), results.getOrDefault(query, Map.of())));
    figures.put("queries", queries);
    new Results(place, "nexmark").write("Nexmark", text.toString(), figures);
  }

  /** How many rows of the result a query's event changes, of those that Millrace shows. */
  private Optional<Double> changes(NexmarkQuery query) {
    return run(results.getOrDefault(query, Map.of()), "millrace")
        .map(run -> (double) run.changes() / read.getOrDefault(query, 0L));
  }

  private void row(StringBuilder text, NexmarkQuery query, Map<String, NexmarkRun> runs) {
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %,d | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n",
            query.name(),
            query.title(),
            read.getOrDefault(query, 0L),
            speed(query, runs, "millrace"),
            speed(query, runs, "flink"),
            number("%.2f", ratio(runs, "flink")),
            speed(query, runs, "limit"),
            number("%.2f", ratio(runs, "limit")),
            megabytes(runs, "millrace"),
            megabytes(runs, "flink"),
            number("%,.0f", run(runs, "millrace").map(run -> (double) run.rows())),
            number("%.2f", changes(query)),
            agreement(query, runs)));
  }

  private static Optional<NexmarkRun> run(Map<String, NexmarkRun> runs, String system) {
    return Optional.ofNullable(runs.get(system));
  }

  private static String number(String format, Optional<Double> value) {
    return value.map(v -> String.format(Locale.ROOT, format, v)).orElse("-");
  }

  private String speed(NexmarkQuery query, Map<String, NexmarkRun> runs, String system) {
    return number(
        "%,.0f", run(runs, system).map(run -> read.getOrDefault(query, 0L) / run.seconds()));
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
    text.append("\n| bar | wanted | measured | |\n|---|---|---|---|\n");
    if (!flink.isEmpty()) {
      double logs = flink.stream().mapToDouble(Math::log).average().orElse(0);
      bar(text, figures, "times Flink, geometric mean", TIMES_FLINK, Math.exp(logs));
      bar(text, figures, "times Flink, worst query", 1, new Figures(flink).min());
    }
    Map<NexmarkQuery, Double> settled = new LinkedHashMap<>();
    Map<NexmarkQuery, Double> changing = new LinkedHashMap<>();
    results.forEach(
        (query, runs) ->
            ratio(runs, "limit")
                .ifPresent(
                    share ->
                        (changes(query).orElse(0.0) < EVERY_EVENT ? settled : changing)
                            .put(query, share)));
    if (!settled.isEmpty()) {
      double worst = new Figures(List.copyOf(settled.values())).min();
      bar(text, figures, "share of DuckDB, worst query", SHARE_OF_DUCKDB, worst);
    }
    below(text, "Below it", settled);
    below(text, "No bar, since every event changes the answer itself, but below it", changing);
  }

  private static void below(StringBuilder text, String title, Map<NexmarkQuery, Double> shares) {
    List<String> names = new ArrayList<>();
    shares.forEach(
        (query, share) -> {
          if (share < SHARE_OF_DUCKDB) {
            names.add(String.format(Locale.ROOT, "%s (%.2f)", query.name(), share));
          }
        });
    if (!names.isEmpty()) {
      text.append("\n").append(title).append(": ").append(String.join(", ", names)).append(".\n");
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
