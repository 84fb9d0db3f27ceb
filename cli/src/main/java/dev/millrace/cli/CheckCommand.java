package dev.millrace.cli;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.engine.Programs;
import dev.millrace.engine.unittest.UnitTests;
import dev.millrace.project.AssetGraphPrinter;
import dev.millrace.project.ProblemPrinter;
import dev.millrace.project.Project;
import dev.millrace.server.JobSelections;
import dev.millrace.server.run.Connectors;
import dev.millrace.sql.StreamCompiler;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace check`: every problem of a project at once, then its graph. */
@Command(
    name = "check",
    description = {
      "Shows every problem of a project at once, each with its place, the cause and what to do.",
      "If there are none, shows the graph of its assets. Starts nothing and connects to nothing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace check examples/ads",
      "  millrace check examples/ads --target prod --format json"
    })
final class CheckCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  CheckCommand() {}

  @Override
  public Integer call() throws IOException {
    Logging.quiet();
    dev.millrace.api.error.Problems problems = new dev.millrace.api.error.Problems();
    List<Problem> found = new ArrayList<>();
    Project project = null;
    try (StreamCompiler compiler = StreamCompiler.open()) {
      project = arguments.load(problems);
      Map<String, StreamProgram> programs =
          Programs.compile(project, compiler, new Connectors().sinks(), problems);
      UnitTests.prepare(project, project.unitTests(), programs, compiler, problems).close();
      JobSelections.check(project, System.getenv(), problems);
      found.addAll(problems.all());
    } catch (MillraceException e) {
      found.addAll(e.problems());
    }
    boolean failed =
        found.stream().anyMatch(p -> p.severity() == dev.millrace.api.error.Severity.ERROR);
    PrintWriter out = spec.commandLine().getOut();
    if (format.isJson()) {
      out.println(new ProblemPrinter(arguments.folder(), false).json(found));
    } else {
      if (!found.isEmpty()) {
        out.println(Problems.text(arguments.folder(), found));
      }
      if (project != null && !failed) {
        out.print(AssetGraphPrinter.print(project, Problems.colours()));
      }
    }
    out.flush();
    return failed ? Millrace.PROBLEMS : 0;
  }
}
