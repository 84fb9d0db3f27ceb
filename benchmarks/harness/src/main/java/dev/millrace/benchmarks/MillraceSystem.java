package dev.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Millrace on the models of {@code examples/ads}.
 *
 * @param name as the report calls it
 */
record MillraceSystem(String name) implements MeasuredSystem {
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
    MillraceRun run = MillraceRun.untilIdle(place, name, project, environment);
    Path result = folder.resolve("result.csv");
    Files.write(
        result,
        MillraceRun.ask(
            place,
            project,
            "SELECT campaign_id, epoch(minute)::BIGINT, impressions, clicks, cost, highest_cost,"
                + " average_cost, users FROM campaign_minutes"));
    return new RunResult(
        run.seconds(),
        run.wholeSeconds(),
        run.peakBytes(),
        run.cpuSeconds(),
        CampaignMinutes.read(result),
        run.details());
  }
}
