package dev.millrace.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Millrace and dbt on the same dbt project: reading it, building it, and what the build takes more
 * than its SQL run by DuckDB alone. One after the other, each with one thread.
 */
final class DbtBenchmark {
  /** What is measured of each system. */
  enum Step {
    LIST("`ls`, whole process"),
    READ("reading the project, warm process"),
    BUILD("build, whole process"),
    SQL("its SQL alone"),
    AGAIN("build again, whole process"),
    SQL_AGAIN("its SQL alone"),
    MODELS("models again, without tests, whole process"),
    SQL_MODELS("their SQL alone");

    final String text;

    Step(String text) {
      this.text = text;
    }
  }

  private static final int WARM_READS = 20;
  private static final int WARM_PARSES = 3;

  private final Workplace place;
  private final int models;
  private final int runs;
  private final int peerRuns;
  private final boolean peer;
  private final Path pythonFolder;

  /**
   * A benchmark that {@link #run} runs.
   *
   * @param models of the project
   * @param runs how often Millrace is measured; the median counts
   * @param peerRuns how often dbt is measured
   * @param peer whether dbt is measured too
   * @param python the virtual environment with Python's packages
   */
  DbtBenchmark(Workplace place, int models, int runs, int peerRuns, boolean peer, Path python) {
    this.place = place;
    this.models = models;
    this.runs = runs;
    this.peerRuns = peerRuns;
    this.peer = peer;
    this.pythonFolder = python;
  }

  void run() throws Exception {
    DbtSystem millrace = new MillraceDbt(place);
    Map<Step, TimedCommand> ours = measure(millrace, runs, WARM_READS);
    if (!peer) {
      new DbtReport(place, models, ours, Map.of()).write();
      return;
    }
    DbtSystem dbt = new RealDbt(place, PythonPackages.in(place, pythonFolder));
    Map<Step, TimedCommand> theirs = measure(dbt, peerRuns, WARM_PARSES);
    DbtTables.compare(dbt.store(folder(dbt.name())), millrace.store(folder(millrace.name())));
    new DbtReport(place, models, ours, theirs).write();
  }

  private Path folder(String system) {
    return place.runs().resolve("dbt").resolve(system);
  }

  private Map<Step, TimedCommand> measure(DbtSystem system, int times, int reads)
      throws IOException, InterruptedException, SQLException {
    Map<Step, List<TimedCommand>> all = new EnumMap<>(Step.class);
    for (int i = 0; i < times; i++) {
      Path folder = folder(system.name());
      Folders.delete(folder);
      DbtProject.write(folder, models);
      Path alone = Files.createDirectories(folder.resolve("alone")).resolve(system.database());
      Path sql = folder.resolve("alone/transactions.json");
      add(all, Step.LIST, system.list(folder));
      add(all, Step.READ, system.read(folder, reads));
      add(all, Step.BUILD, system.build(folder));
      check(folder, 4 * models + DbtProject.SEEDS);
      add(all, Step.SQL, system.alone(DbtSql.write(folder, false, sql), alone));
      add(all, Step.AGAIN, system.build(folder));
      check(folder, 4 * models + DbtProject.SEEDS);
      add(all, Step.SQL_AGAIN, system.alone(DbtSql.write(folder, true, sql), alone));
      add(all, Step.MODELS, system.models(folder));
      check(folder, models);
      add(all, Step.SQL_MODELS, system.alone(DbtSql.write(folder, true, sql), alone));
      DbtTables.compare(alone, system.store(folder));
    }
    Map<Step, TimedCommand> medians = new EnumMap<>(Step.class);
    all.forEach((step, taken) -> medians.put(step, TimedCommand.median(taken)));
    return medians;
  }

  private static void add(Map<Step, List<TimedCommand>> all, Step step, TimedCommand taken) {
    all.computeIfAbsent(step, s -> new ArrayList<>()).add(taken);
    System.out.printf(
        java.util.Locale.ROOT,
        "%s: %.2f s, %.2f s of processors%n",
        step.text,
        taken.seconds(),
        taken.cpuSeconds());
  }

  /** So many nodes must have run: of a build five seeds, the models, three tests each. */
  private static void check(Path folder, int nodes) throws IOException {
    JsonNode results =
        new ObjectMapper()
            .readTree(folder.resolve("target/run_results.json").toFile())
            .path("results");
    if (results.size() != nodes) {
      throw new IllegalStateException(results.size() + " nodes ran");
    }
  }
}
