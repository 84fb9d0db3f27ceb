package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.Problems;
import dev.millrace.server.StoreClient;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  WhyCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    JsonNode answer =
        StoreClient.of(arguments.folder()).why(asset, () -> arguments.load(new Problems()));
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      out.println(answer.toPrettyString());
    } else {
      out.print(WhyText.of(answer));
    }
    out.flush();
    return 0;
  }
}
