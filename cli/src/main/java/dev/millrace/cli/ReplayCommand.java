package dev.millrace.cli;

import dev.millrace.api.error.Problems;
import dev.millrace.server.StoreClient;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** `millrace replay`: admits rejected records again, after a fix. */
@Command(
    name = "replay",
    description = {
      "Tries rejected records again, after a fix of the project.",
      "A record that is good now becomes a row; one that is behind the watermark by now is late.",
      "The running instance does it at once, else the next run does."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace sql examples/ads \"SELECT reason, value FROM system.rejected\"",
      "  millrace replay examples/ads --source ads.impressions"
    })
final class ReplayCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Option(
      names = "--source",
      paramLabel = "<source.stream>",
      description = "Only records of this stream of a source; default: of all.")
  private @Nullable String source;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  ReplayCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    long marked =
        StoreClient.of(arguments.folder())
            .replay(Optional.ofNullable(source), () -> arguments.load(new Problems()));
    spec.commandLine()
        .getOut()
        .println(
            marked == 0
                ? "No rejected record is left to try."
                : marked + (marked == 1 ? " record" : " records") + " will be tried again.");
    return 0;
  }
}
