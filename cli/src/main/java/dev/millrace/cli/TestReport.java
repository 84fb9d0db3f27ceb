package dev.millrace.cli;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.engine.unittest.TableDiff;
import dev.millrace.engine.unittest.TableDiff.Kind;
import dev.millrace.engine.unittest.UnitTestResult;
import dev.millrace.engine.unittest.UnitTestResult.Failure;
import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import dev.millrace.project.Colour;
import dev.millrace.project.ProblemPrinter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results of unit tests for a person, with or without colours. */
final class TestReport {
  private static final int NOTES = 5;

  private final Path folder;
  private final boolean colours;
  private final int width;
  private String model = "";

  /**
   * A report.
   *
   * @param width of the longest test's name
   */
  TestReport(Path folder, boolean colours, int width) {
    this.folder = folder;
    this.colours = colours;
    this.width = width;
  }

  private String paint(Colour colour, String text) {
    return colour.paint(text, colours);
  }

  /** One line for a test, below its model's name. */
  String line(UnitTestResult result) {
    StringBuilder out = new StringBuilder();
    if (!result.test().model().equals(model)) {
      model = result.test().model();
      out.append(paint(Colour.BOLD, model)).append('\n');
    }
    String mark =
        switch (result.outcome()) {
          case PASSED -> paint(Colour.GREEN, "✓");
          case FAILED -> paint(Colour.RED, "✗");
          case ERROR -> paint(Colour.RED, "!");
        };
    String name = result.test().name();
    return out.append("  ")
        .append(mark)
        .append(' ')
        .append(name)
        .append(" ".repeat(Math.max(1, width + 1 - name.length())))
        .append(paint(Colour.DIM, String.format(Locale.ROOT, "%5d ms", millis(result.took()))))
        .append('\n')
        .toString();
  }

  private static long millis(Duration took) {
    return Math.max(1, Math.round(took.toNanos() / 1e6));
  }

  /** What was not as expected in a test. */
  String details(UnitTestResult result) {
    StringBuilder out = new StringBuilder("\n");
    String word = result.outcome() == Outcome.ERROR ? "ERROR" : "FAILED";
    out.append(paint(Colour.BOLD, paint(Colour.RED, word))).append(' ');
    out.append(paint(Colour.BOLD, result.test().id())).append('\n');
    if (!result.test().description().isBlank()) {
      out.append(
          paint(
              Colour.DIM,
              "  " + result.test().description().strip().lines().findFirst().orElse("")));
      out.append('\n');
    }
    for (Failure failure : result.failures()) {
      out.append('\n').append("  ").append(paint(Colour.BOLD, failure.what())).append(' ');
      out.append(summary(failure)).append('\n');
      out.append(paint(Colour.DIM, "  --> " + place(failure.where()) + step(failure.step())))
          .append('\n');
      if (failure.diff().isPresent()) {
        out.append('\n').append(new DiffTable(failure.diff().get(), colours).text("    "));
      }
    }
    notes(result, out);
    if (!result.problems().isEmpty()) {
      out.append('\n').append(new ProblemPrinter(folder, colours).text(result.problems()));
    }
    return out.toString();
  }

  private void notes(UnitTestResult result, StringBuilder out) {
    List<String> notes = result.notes();
    for (int i = 0; i < Math.min(NOTES, notes.size()); i++) {
      out.append(i == 0 ? "\n" : "")
          .append(paint(Colour.YELLOW, "  note: "))
          .append(cut(notes.get(i)));
      out.append('\n');
    }
    if (notes.size() > NOTES) {
      out.append("        and ").append(notes.size() - NOTES).append(" more\n");
    }
  }

  private static String cut(String text) {
    String line = text.replace('\n', ' ');
    return line.length() > 160 ? line.substring(0, 159) + "…" : line;
  }

  private String place(SourceLocation where) {
    String path = folder.resolve(where.file()).toString().replace('\\', '/');
    return path + where.toString().substring(where.file().length());
  }

  private static String step(int step) {
    return step == 0 ? "" : ", step " + step;
  }

  private String summary(Failure failure) {
    if (failure.diff().isEmpty()) {
      return "is "
          + paint(Colour.RED, failure.actual())
          + ", expected "
          + paint(Colour.GREEN, failure.expected());
    }
    TableDiff diff = failure.diff().get();
    List<String> parts = new ArrayList<>();
    long changed = diff.count(Kind.CHANGED);
    if (changed > 0) {
      parts.add(rows(changed) + (changed == 1 ? " differs" : " differ"));
    }
    if (diff.count(Kind.MISSING) > 0) {
      parts.add(rows(diff.count(Kind.MISSING)) + " missing");
    }
    if (diff.count(Kind.UNEXPECTED) > 0) {
      parts.add(rows(diff.count(Kind.UNEXPECTED)) + " not expected");
    }
    return "is not as expected: " + String.join(", ", parts);
  }

  private static String rows(long count) {
    return count + (count == 1 ? " row" : " rows");
  }

  /** How many tests ended how, and how long all took. */
  String summary(List<UnitTestResult> results, int wanted, Duration took) {
    if (wanted == 0) {
      return "The project has no unit tests. Add some under `unit_tests:` in models/*.yml.\n";
    }
    long passed = results.stream().filter(r -> r.outcome() == Outcome.PASSED).count();
    long failed = results.stream().filter(r -> r.outcome() == Outcome.FAILED).count();
    long errors = results.size() - passed - failed;
    List<String> parts = new ArrayList<>();
    parts.add(paint(passed > 0 ? Colour.GREEN : Colour.DIM, passed + " passed"));
    if (failed > 0) {
      parts.add(paint(Colour.RED, failed + " failed"));
    }
    if (errors > 0) {
      parts.add(paint(Colour.RED, errors + (errors == 1 ? " error" : " errors")));
    }
    if (results.size() < wanted) {
      parts.add(paint(Colour.YELLOW, (wanted - results.size()) + " not run"));
    }
    Duration tests =
        results.stream().map(UnitTestResult::took).reduce(Duration.ZERO, Duration::plus);
    return "\n"
        + String.join(", ", parts)
        + paint(
            Colour.DIM,
            String.format(
                Locale.ROOT,
                " in %.2f s; the tests alone %.2f s",
                took.toNanos() / 1e9,
                tests.toNanos() / 1e9))
        + "\n";
  }
}
