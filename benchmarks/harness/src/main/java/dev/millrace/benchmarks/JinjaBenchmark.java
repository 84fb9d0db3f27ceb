package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The same templates rendered by Millrace and by Python's Jinja2, compiled once and warm, one
 * system after the other. Both must give the same text.
 */
final class JinjaBenchmark {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofHours(1);
  private static final int SLOWEST = 10;

  private final Workplace place;
  private final PythonPackages python;
  private final long millis;

  /** What rendering a case once takes, in nanoseconds of processor time. */
  private record Rendering(String group, String name, double millrace, double python) {
    double speed() {
      return python / millrace;
    }
  }

  /**
   * A benchmark that {@link #run} runs.
   *
   * @param millis of processor time for which each template is rendered
   */
  JinjaBenchmark(Workplace place, PythonPackages python, long millis) {
    this.place = place;
    this.python = python;
    this.millis = millis;
  }

  void run() throws Exception {
    Path folder = Files.createDirectories(place.runs().resolve("jinja"));
    Path all = folder.resolve("all.json");
    Path kept = folder.resolve("kept.json");
    JSON.writeValue(all.toFile(), JinjaCases.read(place));
    String time = Long.toString(millis);
    Map<Integer, Double> theirs;
    try (ChildProcess child =
        ChildProcess.start(
            place,
            "jinja-python",
            python.script(place, "jinja_render.py", all.toString(), time, kept.toString()),
            Map.of())) {
      theirs = cases(child);
    }
    JsonNode cases = JSON.readTree(kept.toFile());
    List<String> command = List.of(JinjaRender.class.getName(), kept.toString(), time);
    List<String> options = List.of("-Xmx512m", "-XX:+UseSerialGC");
    Map<Integer, Double> ours;
    try (ChildProcess child =
        ChildProcess.java(place, "jinja-millrace", "harness", options, command)) {
      ours = cases(child);
    }
    List<Rendering> renderings = new ArrayList<>();
    ours.forEach(
        (number, nanos) -> {
          JsonNode one = cases.get(number);
          String group = one.get("group").asText();
          String name = one.get("name").asText();
          renderings.add(new Rendering(group, name, nanos, theirs.getOrDefault(number, 0.0)));
        });
    report(renderings);
  }

  private static Map<Integer, Double> cases(ChildProcess child) throws InterruptedException {
    child.join(LIMIT);
    Map<Integer, Double> nanos = new TreeMap<>();
    for (String line : child.lines()) {
      if (line.startsWith("@case-")) {
        String[] parts = line.substring("@case-".length()).split(" ");
        nanos.put(Integer.valueOf(parts[0]), Double.valueOf(parts[1]));
      }
    }
    return nanos;
  }

  private void report(List<Rendering> renderings) throws IOException {
    StringBuilder text = new StringBuilder();
    Map<String, Object> figures = new LinkedHashMap<>();
    text.append(
        "Microseconds of processor time for rendering each template of a group once; the geometric"
            + " mean of how many times faster Millrace is; how many templates it renders slower.\n\n"
            + "| group | templates | Millrace, µs | Jinja2, µs | times faster | slower |\n"
            + "|---|---|---|---|---|---|\n");
    Map<String, List<Rendering>> groups = new LinkedHashMap<>();
    renderings.forEach(r -> groups.computeIfAbsent(r.group(), g -> new ArrayList<>()).add(r));
    groups.forEach((group, members) -> line(text, figures, group, members));
    line(text, figures, "all", renderings);
    List<Rendering> slower =
        renderings.stream()
            .filter(r -> r.speed() < 1)
            .sorted(Comparator.comparingDouble(Rendering::speed))
            .toList();
    text.append(
        String.format(
            Locale.ROOT,
            "%nBar: each template at least as fast as in Jinja2: %s.%n",
            slower.isEmpty() ? "met" : "**missed** by " + slower.size()));
    slower.stream()
        .limit(SLOWEST)
        .forEach(
            r ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "%n- %.2f times: `%s` of %s (%.1f µs)",
                        r.speed(),
                        r.name(),
                        r.group(),
                        r.millrace() / 1e3)));
    text.append('\n');
    new Results(place, "jinja").write("Rendering templates", text.toString(), figures);
  }

  private static void line(
      StringBuilder text, Map<String, Object> figures, String group, List<Rendering> members) {
    double millrace = members.stream().mapToDouble(Rendering::millrace).sum() / 1e3;
    double python = members.stream().mapToDouble(Rendering::python).sum() / 1e3;
    double faster =
        Math.exp(members.stream().mapToDouble(r -> Math.log(r.speed())).average().orElse(0));
    long slower = members.stream().filter(r -> r.speed() < 1).count();
    text.append(
        String.format(
            Locale.ROOT,
            "| %s | %d | %.1f | %.1f | %.1f | %d |%n",
            group,
            members.size(),
            millrace,
            python,
            faster,
            slower));
    figures.put(
        group,
        Map.of(
            "templates", members.size(),
            "millrace_micros", millrace,
            "jinja2_micros", python,
            "times_faster", faster,
            "slower", slower));
  }
}
