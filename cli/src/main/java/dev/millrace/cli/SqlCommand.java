package dev.millrace.cli;

import dev.millrace.server.StoreClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace sql`: one SELECT over the project's tables. */
@Command(
    name = "sql",
    description = {
      "Runs one SELECT over the project's tables and the schema `system`. Read-only for certain.",
      "Asks the running instance, or opens the store when none runs."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace sql examples/ads \"SELECT * FROM campaign_minutes LIMIT 10\"",
      "  millrace sql examples/ads \"SELECT * FROM system.watermarks\" --format csv",
      "  millrace sql examples/ads \"SELECT reason FROM system.rejected\" --format json"
    })
final class SqlCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Parameters(index = "1", paramLabel = "<select>", description = "One SELECT in DuckDB's SQL.")
  private String sql;

  @Mixin private RowsFormat format = new RowsFormat();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  SqlCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    format.print(
        spec,
        StoreClient.of(arguments.folder()).query(sql, arguments::lake),
        "add a LIMIT or an aggregate");
    return 0;
  }
}
