package dev.millrace.cli;

import dev.millrace.server.StoreClient;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Format format = Format.table;

  @Spec private CommandSpec spec;

  /** How rows are printed. */
  enum Format {
    /** For people. */
    table,
    /** Comma-separated values with a header, RFC 4180. */
    csv,
    /** An array of objects. */
    json
  }

  @SuppressWarnings("NullAway.Init")
  SqlCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    Rows rows = new Rows(StoreClient.of(arguments.folder()).query(sql));
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case table -> out.print(rows.table());
      case csv -> out.print(rows.csv());
      case json -> out.println(rows.json());
    }
    out.flush();
    if (rows.truncated()) {
      spec.commandLine()
          .getErr()
          .println(
              "Only the first " + rows.size() + " rows are shown; add a LIMIT or an aggregate.");
    }
    return 0;
  }
}
