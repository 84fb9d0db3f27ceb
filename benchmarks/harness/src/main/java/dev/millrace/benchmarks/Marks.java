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

  /** Waits for the marks {@code started} and {@code finished}, and reads the result's CSV. */
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
    return new RunResult(
        (finished - started) / 1e3,
        (finished - child.startedMillis()) / 1e3,
        child.memory().peakBytes(),
        child.memory().cpuSeconds(),
        CampaignMinutes.read(csv),
        details);
  }
}
