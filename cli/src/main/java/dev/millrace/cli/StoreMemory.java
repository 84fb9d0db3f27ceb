package dev.millrace.cli;

import dev.millrace.api.option.Quantities;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** {@code --memory} of commands that open the store for models alone. */
final class StoreMemory {
  @Option(
      names = "--memory",
      paramLabel = "<size>",
      description = {
        "Cap of the store's memory; more is spilled to disk. Default: DuckDB's, most of the machine's.",
        "An instance that runs keeps its own."
      })
  private @Nullable String memory;

  /** Empty: as much as DuckDB takes by itself. */
  OptionalLong bytes(CommandSpec spec) {
    String text = memory;
    if (text == null) {
      return OptionalLong.empty();
    }
    return OptionalLong.of(
        Quantities.bytes(text)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), "--memory: `" + text + "` is no size; try 4GB")));
  }
}
