package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace snapshot`: the snapshots of a dbt project. */
@Command(
    name = "snapshot",
    description = "Takes the snapshots of a dbt project: keeps how rows were before they changed.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace snapshot jaffle_shop",
      "  millrace snapshot jaffle_shop --select orders_snapshot"
    })
final class SnapshotCommand implements Callable<Integer> {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Mixin private BuildOptions options = new BuildOptions();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  SnapshotCommand() {}

  @Override
  public Integer call() {
    return DbtRunner.run(
        spec, arguments.request("snapshot", options, format.isJson()), memory.bytes(spec));
  }
}
