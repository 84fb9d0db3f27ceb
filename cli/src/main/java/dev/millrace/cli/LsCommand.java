package dev.millrace.cli;

import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** `millrace ls`: the nodes of a dbt project. */
@Command(
    name = "ls",
    aliases = "list",
    description =
        "Lists the nodes of a dbt project that a selection is about. Connects to nothing.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace ls jaffle_shop",
      "  millrace ls jaffle_shop --select +orders --resource-type model --output path",
      "  millrace ls jaffle_shop --select state:modified --state previous/target"
    })
final class LsCommand implements Callable<Integer> {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Option(
      names = "--output",
      defaultValue = "selector",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Output output = Output.selector;

  @Spec private CommandSpec spec;

  /** What is printed of a node. */
  enum Output {
    /** What selects it. */
    selector,
    /** Its name. */
    name,
    /** Its file. */
    path,
    /** An object a line. */
    json
  }

  @SuppressWarnings("NullAway.Init")
  LsCommand() {}

  @Override
  public Integer call() {
    BuildOptions options = new BuildOptions();
    options.output = output.name();
    return DbtRunner.run(spec, arguments.request("ls", options, false), OptionalLong.empty());
  }
}
