package dev.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Millrace on the models of {@code examples/ads}.
 *
 * @param name as the report calls it
 */
record MillraceSystem(String name) implements MeasuredSystem {
  private static final List<String> TARGET = List.of("--target", "benchmark");

  @Override
  public String setup() {
    return "`./millrace run` on the models of examples/ads (clean_* -> attributed -> campaign_minutes),"
        + " its own defaults for memory and threads, each batch committed to disk";
  }

  @Override
  public RunResult run(Workplace place, String servers, Path folder) throws Exception {
    return run(place, servers, folder, Map.of());
  }

  /**
   * As the other, with more environment.
   *
   * @param environment for the process, such as {@code MILLRACE_JAVA_OPTIONS}
   */
  RunResult run(Workplace place, String servers, Path folder, Map<String, String> environment)
      throws Exception {
    Path project = folder.resolve("project");
    AdsProject.query(place, project, servers, AdTraffic.MOST_LATE.toMinutes() + " minutes");
    long ended;
    ChildProcess process;
    try (MillraceProcess millrace =
        MillraceProcess.run(
            place, name, project, List.of("--target", "benchmark", "--until-idle"), environment)) {
      process = millrace.process();
      process.join(Duration.ofMinutes(15));
      ended = System.currentTimeMillis();
    }
    List<String> times =
        MillraceProcess.ask(
            place,
            project,
            TARGET,
            "SELECT epoch_ms(min(committed_at)), epoch_ms(max(committed_at + to_milliseconds(decode_ms + apply_ms))),"
                + " count(*), sum(decode_ms), sum(apply_ms) FROM system.batches WHERE records > 0");
    String[] fields = times.get(0).split(",", -1);
    Map<String, String> details = new LinkedHashMap<>();
    details.put("batches", fields[2]);
    details.put("decoding", Math.round(Double.parseDouble(fields[3])) + " ms");
    details.put("applying", Math.round(Double.parseDouble(fields[4])) + " ms");
    details.put("process ended after", (ended - process.startedMillis()) / 1e3 + " s");
    Path result = folder.resolve("result.csv");
    Files.write(
        result,
        MillraceProcess.ask(
            place,
            project,
            TARGET,
            "SELECT campaign_id, epoch(minute)::BIGINT, impressions, clicks, cost, highest_cost,"
                + " average_cost, users FROM campaign_minutes"));
    long finished = Long.parseLong(fields[1]);
    return new RunResult(
        (finished - Long.parseLong(fields[0])) / 1e3,
        (finished - process.startedMillis()) / 1e3,
        process.memory().peakBytes(),
        process.memory().cpuSeconds(),
        CampaignMinutes.read(result),
        details);
  }
}
