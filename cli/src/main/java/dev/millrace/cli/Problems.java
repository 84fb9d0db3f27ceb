package dev.millrace.cli;

import dev.millrace.api.error.Problem;
import dev.millrace.project.ProblemPrinter;
import java.nio.file.Path;
import java.util.List;

/** Prints problems as this terminal can show them. */
final class Problems {
  private Problems() {}

  /** The problems as text, coloured if a person reads it. */
  static String text(Path folder, List<Problem> problems) {
    return new ProblemPrinter(folder, colours()).text(problems);
  }

  /** True if standard output is a terminal that wants colours (see no-color.org). */
  static boolean colours() {
    return System.console() != null
        && System.getenv("NO_COLOR") == null
        && !"dumb".equals(System.getenv("TERM"));
  }
}
