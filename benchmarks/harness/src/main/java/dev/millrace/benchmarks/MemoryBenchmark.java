package dev.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Memory of {@code examples/ads} as it is, with all that it embeds, at a fixed rate: the most that
 * was resident in the Millrace process, and in it and its children (PostgreSQL) together.
 */
final class MemoryBenchmark {
  private static final String ADMITTED = "SELECT sum(\"rows\")::BIGINT FROM system.sources";

  private final Workplace place;
  private final long rate;
  private final Duration time;

  MemoryBenchmark(Workplace place, long rate, Duration time) {
    this.place = place;
    this.rate = rate;
    this.time = time;
  }

  void run() throws Exception {
    Path folder = place.runs().resolve("memory");
    Folders.delete(folder);
    Files.createDirectories(folder);
    Path project = folder.resolve("project");
    AdsProject.whole(place, project, rate);
    try (MillraceProcess millrace =
        MillraceProcess.run(place, "memory", project, List.of(), Map.of())) {
      long start = millrace.awaitPositive(ADMITTED, Duration.ofMinutes(2));
      long before = millrace.number(ADMITTED);
      Thread.sleep(time.toMillis());
      double seconds = (System.nanoTime() - start) / 1e9;
      double admitted = (millrace.number(ADMITTED) - before) / seconds;
      report(admitted, millrace.process().memory());
    }
  }

  private void report(double admitted, ProcessTree memory) throws Exception {
    long process = memory.peakRootBytes() >> 20;
    long all = memory.peakBytes() >> 20;
    String text =
        String.format(
            Locale.ROOT,
            """
            `millrace run examples/ads` at %,d events/s for %d s (%,.0f rows/s admitted), with Kafka \
            in the process and PostgreSQL beside it; the most that was resident.

            | Millrace's process | with PostgreSQL |
            |---|---|
            | %,d MB | %,d MB |

            Bar: the process under 800 MB at 20,000 events/s: %s.
            """,
            rate,
            time.toSeconds(),
            admitted,
            process,
            all,
            verdict(admitted, process));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("rows_per_second", admitted);
    json.put("process_bytes", memory.peakRootBytes());
    json.put("tree_bytes", memory.peakBytes());
    new Results(place, "memory").write("Memory of examples/ads", text, json);
  }

  /** One event in twenty is late, malformed or a repeat. */
  private String verdict(double admitted, long megabytes) {
    if (admitted < 0.9 * rate) {
      return "**not measured, the machine did not reach the rate**";
    }
    return megabytes < 800 ? "met" : "**missed**";
  }
}
