package dev.millrace.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Millrace as its users run it. */
record MillraceDbt(Workplace place) implements DbtSystem {
  @Override
  public String name() {
    return "millrace";
  }

  @Override
  public String database() {
    return "store.duckdb";
  }

  @Override
  public Path store(Path project) {
    return project.resolve(".millrace/store/store.duckdb");
  }

  private TimedCommand command(String command, Path project, String... options)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>();
    words.add(place.root().resolve("millrace").toString());
    words.addAll(List.of(command, project.toString()));
    words.addAll(List.of(options));
    return TimedCommand.run(place, "dbt-millrace-" + command, words);
  }

  @Override
  public TimedCommand list(Path project) throws IOException, InterruptedException {
    return command("ls", project);
  }

  @Override
  public TimedCommand read(Path project, int times) throws IOException, InterruptedException {
    return java("dbt-millrace-read", DbtLoad.class, project.toString(), Integer.toString(times));
  }

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
    return java("dbt-millrace-sql", SqlAlone.class, transactions.toString(), database.toString());
  }

  private TimedCommand java(String name, Class<?> main, String first, String second)
      throws IOException, InterruptedException {
    List<String> options = List.of("-Xmx1g", "-XX:+UseSerialGC");
    List<String> command = List.of(main.getName(), first, second);
    try (ChildProcess child = ChildProcess.java(place, name, "harness", options, command)) {
      return TimedCommand.marks(child);
    }
  }
}
