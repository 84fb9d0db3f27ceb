package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** Turns the marks that a measured process prints into a result. */
final class Marks {
  private static final String DETAIL = "@detail ";

  private Marks() {}

  /**
   * Waits for the marks {@code started} and {@code finished}, and reads the result's CSV. The marks
   * {@code whole-seconds} and {@code cpu-seconds}, if they are there, replace what is seen from
   * outside.
   */
  static RunResult result(ChildProcess child, Duration limit, Path csv)
      throws IOException, InterruptedException {
    long finished = Long.parseLong(child.await("finished", limit));
    long started = Long.parseLong(child.await("started", limit));
    child.join(Duration.ofMinutes(1));
    Map<String, String> details = new LinkedHashMap<>();
    for (String line : child.lines()) {
      if (line.startsWith(DETAIL)) {
        String[] parts = line.substring(DETAIL.length()).split("=", 2);
        details.put(parts[0], parts[1]);
      }
    }
    double whole = (finished - child.startedMillis()) / 1e3;
    return new RunResult(
        (finished - started) / 1e3,
        child.mark("whole-seconds").map(Double::parseDouble).orElse(whole),
        child.memory().peakBytes(),
        child.mark("cpu-seconds").map(Double::parseDouble).orElse(child.memory().cpuSeconds()),
        CampaignMinutes.read(csv),
        details);
  }
}
