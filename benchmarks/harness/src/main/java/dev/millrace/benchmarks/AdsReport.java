package dev.millrace.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** The table of the ads benchmark, and whether the bars are met. */
final class AdsReport {
  private final Workplace place;
  private final long events;
  private final CampaignMinutes expected;
  private final Map<MeasuredSystem, List<RunResult>> results;

  AdsReport(
      Workplace place,
      long events,
      CampaignMinutes expected,
      Map<MeasuredSystem, List<RunResult>> results) {
    this.place = place;
    this.events = events;
    this.expected = expected;
    this.results = results;
  }

  void write() throws IOException {
    StringBuilder text = new StringBuilder();
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("events", events);
    text.append(
        String.format(
            Locale.ROOT,
            "%,d events; runs in turns, a process each; every result equal: %,d rows, %,d"
                + " impressions.%n%n",
            events,
            expected.size(),
            expected.impressions()));
    text.append(
        "| system | runs | events/s, median | min | max | with start-up | peak memory | CPU µs an event |\n");
    text.append("|---|---|---|---|---|---|---|---|\n");
    results.forEach((system, list) -> row(text, figures, system, list));
    text.append("\nSet up:\n");
    results
        .keySet()
        .forEach(
            s -> text.append("- ").append(s.name()).append(": ").append(s.setup()).append('\n'));
    details(text);
    bars(text, figures);
    new Results(place, "ads").write("The ads pipeline", text.toString(), figures);
  }

  private void row(
      StringBuilder text,
      Map<String, Object> figures,
      MeasuredSystem system,
      List<RunResult> list) {
    Figures speed = figures(list, r -> events / r.seconds());
    Figures whole = figures(list, r -> events / r.wholeSeconds());
    Figures memory = figures(list, r -> r.peakBytes() / 1048576.0);
    Figures cpu = figures(list, r -> r.cpuSeconds() * 1e6 / events);
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %,.0f | %,.0f | %,.0f | %,.0f | %,.0f MB | %.2f |%n",
            system.name(),
            list.size(),
            speed.median(),
            speed.min(),
            speed.max(),
            whole.median(),
            memory.max(),
            cpu.median()));
    Map<String, Object> own = new LinkedHashMap<>();
    own.put("setup", system.setup());
    own.put("events_per_second", list.stream().map(r -> events / r.seconds()).toList());
    own.put(
        "events_per_second_with_start", list.stream().map(r -> events / r.wholeSeconds()).toList());
    own.put("peak_bytes", list.stream().map(RunResult::peakBytes).toList());
    own.put("cpu_seconds", list.stream().map(RunResult::cpuSeconds).toList());
    own.put("details", list.stream().map(RunResult::details).toList());
    figures.put(system.name(), own);
  }

  private static Figures figures(List<RunResult> list, ToDoubleFunction<RunResult> figure) {
    return new Figures(list.stream().map(figure::applyAsDouble).toList());
  }

  private void details(StringBuilder text) {
    results.forEach(
        (system, list) -> {
          Map<String, String> last = list.get(list.size() - 1).details();
          if (!last.isEmpty()) {
            text.append("\nInside ").append(system.name()).append(" (its last run): ");
            List<String> parts = new ArrayList<>();
            last.forEach((name, value) -> parts.add(name + " " + value));
            text.append(String.join(", ", parts)).append(".\n");
          }
        });
  }

  private void bars(StringBuilder text, Map<String, Object> figures) {
    Optional<Double> millrace = median("millrace");
    if (millrace.isEmpty()) {
      return;
    }
    text.append("\n| bar | wanted | measured | |\n|---|---|---|---|\n");
    bar(text, figures, "times Spark's events/s", 5, millrace.get(), median("spark"));
    bar(text, figures, "times Flink's events/s", 3, millrace.get(), median("flink"));
    bar(text, figures, "of the limit", 0.5, millrace.get(), median("limit"));
  }

  private static void bar(
      StringBuilder text,
      Map<String, Object> figures,
      String name,
      double wanted,
      double millrace,
      Optional<Double> other) {
    if (other.isEmpty()) {
      return;
    }
    double measured = millrace / other.get();
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %s | %.2f | %s |%n",
            name,
            wanted,
            measured,
            measured >= wanted ? "met" : "**missed**"));
    figures.put(name, measured);
  }

  private Optional<Double> median(String name) {
    return results.entrySet().stream()
        .filter(entry -> entry.getKey().name().equals(name))
        .map(entry -> figures(entry.getValue(), r -> events / r.seconds()).median())
        .findFirst();
  }
}
