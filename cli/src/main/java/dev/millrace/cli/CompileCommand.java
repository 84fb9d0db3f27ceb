package dev.millrace.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace compile`: the SQL of a dbt project's nodes. */
@Command(
    name = "compile",
    description = {
      "Renders models, snapshots, tests and analyses of a dbt project into target/compiled.",
      "Of a single node that is selected, prints the SQL. Runs only the queries that macros ask."
    },
    footerHeading = "%nExamples:%n",
    footer = {"  millrace compile jaffle_shop", "  millrace compile jaffle_shop --select orders"})
final class CompileCommand implements Callable<Integer> {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  CompileCommand() {}

  @Override
  public Integer call() {
    return DbtRunner.run(
        spec, arguments.request("compile", new BuildOptions(), false), memory.bytes(spec));
  }
}
