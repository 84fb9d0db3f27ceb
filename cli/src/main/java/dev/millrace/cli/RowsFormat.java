package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code --format} of commands that print rows. */
final class RowsFormat {
  /** How rows are printed. */
  enum Format {
    /** For people. */
    table,
    /** Comma-separated values with a header, RFC 4180. */
    csv,
    /** An array of objects. */
    json
  }

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Format format = Format.table;

  /**
   * Prints a query's rows, and says if there are more.
   *
   * @param answer as the API gives it
   * @param advice what to do to see less
   */
  void print(CommandSpec spec, JsonNode answer, String advice) {
    Rows rows = new Rows(answer);
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
          .println("Only the first " + rows.size() + " rows are shown; " + advice + ".");
    }
  }
}
