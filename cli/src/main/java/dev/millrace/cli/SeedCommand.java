package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace seed`: the CSV files of a dbt project. */
@Command(
    name = "seed",
    description = "Loads the seeds of a dbt project, its CSV files, into tables.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace seed jaffle_shop",
      "  millrace seed jaffle_shop --select raw_orders --full-refresh"
    })
final class SeedCommand implements Callable<Integer> {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Mixin private BuildOptions options = new BuildOptions();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  SeedCommand() {}

  @Override
  public Integer call() {
    return DbtRunner.run(
        spec, arguments.request("seed", options, format.isJson()), memory.bytes(spec));
  }
}
