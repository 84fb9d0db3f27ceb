package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.Problems;
import dev.millrace.server.StoreClient;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace why`: why an asset has no output, or no newer one. */
@Command(
    name = "why",
    description = {
      "Says why a stream, source or sink has no output, or no newer one: the likeliest reason"
          + " first,",
      "with what to do. Asks the running instance, or reads the store when none runs."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace why examples/ads campaign_minutes_final",
      "  millrace why examples/ads ads.clicks",
      "  millrace why examples/ads sink:clicks --format json"
    })
final class WhyCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Parameters(
      index = "1",
      paramLabel = "<asset>",
      description = "A stream, a source's stream such as ads.clicks, or a sink.")
  private String asset;

  @Option(
      names = "--format",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Format format = Format.text;

  @Spec private CommandSpec spec;

  /** How the answer is printed. */
  enum Format {
    /** For people. */
    text,
    /** For programs. */
    json
  }

  @SuppressWarnings("NullAway.Init")
  WhyCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    JsonNode answer =
        StoreClient.of(arguments.folder()).why(asset, () -> arguments.load(new Problems()));
    PrintWriter out = spec.commandLine().getOut();
    if (format == Format.json) {
      out.println(answer.toPrettyString());
    } else {
      out.print(WhyText.of(answer));
    }
    out.flush();
    return 0;
  }
}
