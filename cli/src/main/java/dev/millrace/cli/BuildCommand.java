package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** `millrace build`: models, seeds, snapshots and tests of a dbt project. */
@Command(
    name = "build",
    description = {
      "Builds a dbt project in Millrace's store: seeds, models, snapshots, and the tests between"
          + " them.",
      "A failed test skips what comes after the tested model. Each table is as before or as after,",
      "never between. Artifacts are in target/: manifest.json, run_results.json, the compiled SQL."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace build jaffle_shop",
      "  millrace build jaffle_shop --select +orders --exclude tag:slow --threads 4",
      "  millrace build jaffle_shop --full-refresh --vars '{start: 2024-01-01}' --target prod",
      "  millrace build jaffle_shop --resource-type model",
      "  millrace build jaffle_shop --select state:modified+ --state previous/target",
      "  millrace build jaffle_shop --retry"
    })
final class BuildCommand implements Callable<Integer> {
  @Mixin private BuildArguments build = new BuildArguments();

  @Override
  public Integer call() {
    return build.run("build");
  }
}
