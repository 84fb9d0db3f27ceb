package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace docs`: what is known about a dbt project. */
@Command(
    name = "docs",
    description = {
      "Writes manifest.json, catalog.json and a page of the project's documentation into target/.",
      "The page is one file, target/index.html, which needs no server and no network."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  millrace docs jaffle_shop"})
final class DocsCommand implements Callable<Integer> {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  DocsCommand() {}

  @Override
  public Integer call() {
    return DbtRunner.run(
        spec, arguments.request("docs", new BuildOptions(), false), memory.bytes(spec));
  }
}
