package dev.millrace.cli;

import picocli.CommandLine.Option;

/** {@code --format}: whether people or programs read what a command prints. */
final class OutputFormat {
  /** The formats. */
  enum Format {
    /** For people. */
    text,
    /** For programs. */
    json
  }

  @Option(
      names = "--format",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Format format = Format.text;

  boolean isJson() {
    return format == Format.json;
  }
}
