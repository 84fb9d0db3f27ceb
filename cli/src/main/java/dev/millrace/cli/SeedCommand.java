package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
  @Mixin private BuildArguments build = new BuildArguments();

  @Override
  public Integer call() {
    return build.run("seed");
  }
}
