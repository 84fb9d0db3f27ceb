package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One run of a project whose topics are complete, under its target {@code benchmark}.
 *
 * @param seconds from the first batch to the last commit
 * @param wholeSeconds from the start of the process to the last commit
 * @param peakBytes the most resident memory that the process and its children held at once
 * @param cpuSeconds processor time of the process, from its start to its end
 * @param details further figures for the report, by name
 */
record MillraceRun(
    double seconds,
    double wholeSeconds,
    long peakBytes,
    double cpuSeconds,
    Map<String, String> details) {
  private static final List<String> TARGET = List.of("--target", "benchmark");

  /** How long a flow at most gathers its first batch, before which nothing is measured. */
  private static final double GATHERING_SECONDS = 0.25;

  /**
   * Runs it in a new process until all is read.
   *
   * @param name of its log
   * @param environment added to ours
   */
  static MillraceRun untilIdle(
      Workplace place, String name, Path project, Map<String, String> environment)
      throws IOException, InterruptedException {
    long ended;
    ChildProcess process;
    List<String> options = List.of("--target", "benchmark", "--until-idle");
    try (MillraceProcess millrace =
        MillraceProcess.run(place, name, project, options, environment)) {
      process = millrace.process();
      process.join(Duration.ofMinutes(15));
      ended = System.currentTimeMillis();
    }
    List<String> times =
        ask(
            place,
            project,
            "SELECT epoch_ms(min(committed_at)), epoch_ms(max(committed_at + to_milliseconds(decode_ms + apply_ms))),"
                + " count(*), sum(decode_ms), sum(apply_ms) FROM system.batches WHERE records > 0");
    String[] fields = times.get(0).split(",", -1);
    Map<String, String> details = new LinkedHashMap<>();
    details.put("batches", fields[2]);
    details.put("decoding", Math.round(Double.parseDouble(fields[3])) + " ms");
    details.put("applying", Math.round(Double.parseDouble(fields[4])) + " ms");
    details.put("process ended after", (ended - process.startedMillis()) / 1e3 + " s");
    long finished = Long.parseLong(fields[1]);
    return new MillraceRun(
        (finished - Long.parseLong(fields[0])) / 1e3 + GATHERING_SECONDS,
        (finished - process.startedMillis()) / 1e3,
        process.memory().peakBytes(),
        process.memory().cpuSeconds(),
        details);
  }

  /** Asks the store of a project that does not run; returns CSV lines without the header. */
  static List<String> ask(Workplace place, Path project, String sql)
      throws IOException, InterruptedException {
    return MillraceProcess.ask(place, project, TARGET, sql);
  }
}
