package dev.millrace.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The ads pipeline over the same preloaded topics in every system: in turns, so that a slow minute
 * of the machine is shared, each run in a new process. A result that differs from DuckDB's is an
 * error.
 */
final class AdsBenchmark {
  private final Workplace place;
  private final long events;
  private final int runs;
  private final int peerRuns;
  private final List<MeasuredSystem> systems;

  /**
   * A benchmark that {@link #run} runs.
   *
   * @param runs of every system
   * @param peerRuns of Flink and Spark, which take minutes, if fewer
   */
  AdsBenchmark(Workplace place, long events, int runs, int peerRuns, List<String> names) {
    this.place = place;
    this.events = events;
    this.runs = runs;
    this.peerRuns = peerRuns;
    this.systems = names.stream().map(AdsBenchmark::system).toList();
  }

  private static MeasuredSystem system(String name) {
    return switch (name) {
      case "millrace" -> new MillraceSystem(name);
      case "flink" -> new FlinkSystem(name, "4g", List.of());
      case "flink-checkpoints" ->
          new FlinkSystem(name, "4g", List.of("execution.checkpointing.interval=10s"));
      case "flink-rocksdb" ->
          new FlinkSystem(
              name,
              "4g",
              List.of(
                  "state.backend.type=rocksdb",
                  "taskmanager.memory.managed.size=1g",
                  "execution.checkpointing.incremental=true",
                  "execution.checkpointing.interval=10s"));
      case "spark" -> new SparkSystem(name, "4g", 1_000_000, List.of());
      case "spark-rocksdb" ->
          new SparkSystem(
              name,
              "4g",
              1_000_000,
              List.of(
                  "spark.sql.streaming.stateStore.providerClass="
                      + "org.apache.spark.sql.execution.streaming.state.RocksDBStateStoreProvider",
                  "spark.sql.streaming.stateStore.rocksdb.changelogCheckpointing.enabled=true"));
      case "limit" -> new LimitSystem(name, "3g");
      default ->
          throw new IllegalArgumentException(
              "no system "
                  + name
                  + "; there are millrace, flink, flink-checkpoints, flink-rocksdb, spark,"
                  + " spark-rocksdb, limit");
    };
  }

  void run() throws Exception {
    Map<MeasuredSystem, List<RunResult>> results = new LinkedHashMap<>();
    try (AdTopics topics = AdTopics.preloaded(place, events)) {
      CampaignMinutes expected = expected(topics);
      for (int round = 1; round <= runs; round++) {
        for (MeasuredSystem system : systems) {
          if (round > peerRuns && isPeer(system)) {
            continue;
          }
          RunResult result = runOnce(system, topics);
          System.out.printf(
              "%s %d/%d: %.0f events/s (%.1f s, %.1f s with start-up), %d MB%n",
              system.name(),
              round,
              runs,
              events / result.seconds(),
              result.seconds(),
              result.wholeSeconds(),
              result.peakBytes() >> 20);
          check(system, result, expected);
          results.computeIfAbsent(system, s -> new ArrayList<>()).add(result);
        }
      }
      new AdsReport(place, events, expected, results).write();
    }
  }

  private static boolean isPeer(MeasuredSystem system) {
    return system instanceof FlinkSystem || system instanceof SparkSystem;
  }

  private RunResult runOnce(MeasuredSystem system, AdTopics topics) throws Exception {
    Path folder = place.runs().resolve(system.name());
    Folders.delete(folder);
    Files.createDirectories(folder);
    return system.run(place, topics.servers(), folder);
  }

  /** DuckDB's result, which is made once for each set of topics and kept beside them. */
  private CampaignMinutes expected(AdTopics topics) throws Exception {
    Path kept = place.data().resolve("ads-" + events).resolve("expected.csv");
    if (!Files.exists(kept)) {
      Path folder = place.runs().resolve("expected");
      Folders.delete(folder);
      Files.createDirectories(folder);
      new LimitSystem("expected", "3g").run(place, topics.servers(), folder);
      Files.move(folder.resolve("result"), kept);
    }
    return CampaignMinutes.read(kept);
  }

  private void check(MeasuredSystem system, RunResult result, CampaignMinutes expected) {
    List<String> differences = result.minutes().differences(expected);
    if (!differences.isEmpty()) {
      throw new IllegalStateException(
          system.name()
              + " has another result in "
              + differences.size()
              + " of "
              + expected.size()
              + " rows, among them "
              + differences.get(0));
    }
  }
}
