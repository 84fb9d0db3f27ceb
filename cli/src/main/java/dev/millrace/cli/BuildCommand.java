package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace build`: models, seeds, snapshots and tests of a dbt project. */
@Command(
    name = "build",
    description = {
      "Builds a dbt project in Millrace's store: seeds, models, snapshots, and the tests between them.",
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
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Mixin private BuildOptions options = new BuildOptions();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  BuildCommand() {}

  @Override
  public Integer call() {
    return DbtRunner.run(
        spec, arguments.request("build", options, format.isJson()), memory.bytes(spec));
  }
}
