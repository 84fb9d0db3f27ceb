package dev.millrace.cli;

import dev.millrace.dbt.command.DbtRequest.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace run-operation`: calls a macro of a dbt project. */
@Command(
    name = "run-operation",
    description = {
      "Calls a macro of a dbt project or of one of its packages, in one transaction: what it logs"
          + " and",
      "prints is shown, and what its statements did stays if it ends well."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace run-operation jaffle_shop grant_all",
      "  millrace run-operation jaffle_shop codegen.generate_base_model --args '{source_name: raw,"
          + " table_name: orders}'"
    })
final class RunOperationCommand implements Callable<Integer> {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Parameters(index = "1", paramLabel = "<macro>", description = "Its name, or package.name.")
  @SuppressWarnings("NullAway.Init")
  private String macro;

  @Option(
      names = "--args",
      paramLabel = "<args>",
      description =
          "Its arguments: name=value, or a block of YAML as dbt takes it; may be repeated.")
  private List<String> args = new ArrayList<>();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  RunOperationCommand() {}

  @Override
  public Integer call() {
    BuildOptions options = new BuildOptions();
    options.operation = new Operation(macro, args);
    return DbtRunner.run(
        spec, arguments.request("run-operation", options, false), memory.bytes(spec));
  }
}
