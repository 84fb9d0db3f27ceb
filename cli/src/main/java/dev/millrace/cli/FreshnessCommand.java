package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace freshness`: how old a dbt project's sources are. */
@Command(
    name = "freshness",
    description = {
      "Looks how old the newest rows of a dbt project's sources are, as `dbt source freshness` does.",
      "Exits with 1 if one is older than its error_after. Writes target/sources.json."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace freshness jaffle_shop",
      "  millrace freshness jaffle_shop --select source:raw.orders"
    })
final class FreshnessCommand implements Callable<Integer> {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  FreshnessCommand() {}

  @Override
  public Integer call() {
    return DbtRunner.run(
        spec, arguments.request("freshness", new BuildOptions(), false), memory.bytes(spec));
  }
}
