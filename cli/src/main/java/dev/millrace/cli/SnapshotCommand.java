package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

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
  @Mixin private BuildArguments build = new BuildArguments();

  @Override
  public Integer call() {
    return build.run("snapshot");
  }
}
