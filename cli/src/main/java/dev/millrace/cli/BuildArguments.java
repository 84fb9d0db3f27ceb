package dev.millrace.cli;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What the commands that build nodes share: their arguments, and how they run. */
final class BuildArguments {
  @Mixin private DbtArguments arguments = new DbtArguments();

  @Mixin private BuildOptions options = new BuildOptions();

  @Mixin private StoreMemory memory = new StoreMemory();

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec(Spec.Target.MIXEE)
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  /**
   * Runs a command.
   *
   * @param name of it, as dbt has it
   * @return the exit code
   */
  int run(String name) {
    return DbtRunner.run(
        spec, arguments.request(name, options, format.isJson()), memory.bytes(spec));
  }
}
