package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** `millrace clone`: what another target has, as views. */
@Command(
    name = "clone",
    description = {
      "Makes views in a target over what an earlier build of another target has: models, seeds and",
      "snapshots, as `dbt clone` does. What is there already stays, unless --full-refresh says"
          + " otherwise."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace clone jaffle_shop --target dev --state prod/target",
      "  millrace clone jaffle_shop --target dev --state prod/target --select +orders"
    })
final class CloneCommand implements Callable<Integer> {
  @Mixin private BuildArguments build = new BuildArguments();

  @Override
  public Integer call() {
    return build.run("clone");
  }
}
