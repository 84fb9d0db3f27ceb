package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** dbt with DuckDB, from Python's packages. */
record RealDbt(Workplace place, PythonPackages python) implements DbtSystem {
  @Override
  public String name() {
    return "dbt";
  }

  @Override
  public String database() {
    return "dbt.duckdb";
  }

  @Override
  public Path store(Path project) {
    return project.resolve("dbt.duckdb");
  }

  private TimedCommand command(String command, Path project, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of(python.dbt(), "--no-use-colors", command));
    words.addAll(List.of("--project-dir", project.toString()));
    words.addAll(List.of("--profiles-dir", project.toString()));
    words.addAll(List.of("--log-path", project.resolve("logs").toString()));
    words.addAll(List.of(options));
    return TimedCommand.run(place, "dbt-dbt-" + command, words);
  }

  @Override
  public TimedCommand list(Path project) throws IOException, InterruptedException {
    return command("ls", project, "--no-partial-parse");
  }

  @Override
  public TimedCommand read(Path project, int times) throws IOException, InterruptedException {
    return script("dbt_parse.py", project.toString(), Integer.toString(times));
  }

  /** With what it knows of the project from before, which makes it faster. */
  @Override
  public TimedCommand build(Path project) throws IOException, InterruptedException {
    return command("build", project);
  }

  @Override
  public TimedCommand models(Path project) throws IOException, InterruptedException {
    return command("build", project, "--resource-type", "model");
  }

  @Override
  public TimedCommand alone(Path transactions, Path database)
      throws IOException, InterruptedException {
    return script("sql_alone.py", transactions.toString(), database.toString());
  }

  private TimedCommand script(String name, String... arguments)
      throws IOException, InterruptedException {
    try (ChildProcess child =
        ChildProcess.start(place, "dbt-" + name, python.script(place, name, arguments), Map.of())) {
      return TimedCommand.marks(child);
    }
  }
}
