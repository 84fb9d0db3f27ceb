package dev.millrace.cli;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.Programs;
import dev.millrace.engine.change.ChangePlan;
import dev.millrace.engine.change.ChangePlanner;
import dev.millrace.engine.change.LedgerScopes;
import dev.millrace.engine.change.Starts;
import dev.millrace.engine.change.StoredProject;
import dev.millrace.project.Project;
import dev.millrace.server.StoreClient;
import dev.millrace.server.run.Connectors;
import dev.millrace.sql.StreamProgram;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** `millrace plan`: what the next run makes of a project's edit. */
@Command(
    name = "plan",
    description = {
      "Compares a project with what its store was filled by, and shows what the next run makes of each source,",
      "stream, view and sink: nothing, new, filled again from the topics or from a table, removed. Changes nothing.",
      "Asks the running instance, or opens the store when none runs."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a run can do all of it, or there is nothing to do",
      "1:something cannot be done, or the project has problems",
      "2:the command line is wrong"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace plan examples/ads",
      "  millrace plan examples/ads --target prod --format json"
    })
final class PlanCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  PlanCommand() {}

  @Override
  public Integer call() {
    Logging.quiet();
    dev.millrace.api.error.Problems problems = new dev.millrace.api.error.Problems();
    Project project = arguments.load(problems);
    Connectors connectors = new Connectors();
    Map<String, StreamProgram> programs = Programs.compile(project, connectors.sinks(), problems);
    problems.throwIfErrors();
    StoredProject stored = StoreClient.of(arguments.folder()).stored();
    ChangePlan plan =
        ChangePlanner.plan(
            project,
            Starts.apply(project, programs, stored, Instant.now()),
            stored,
            LedgerScopes.of(project, connectors.sources()));
    PrintWriter out = spec.commandLine().getOut();
    PlanText text = new PlanText(project, plan, Problems.colours());
    out.print(format.isJson() ? text.json() : text.text());
    out.flush();
    List<Problem> impossible = plan.problems();
    if (!impossible.isEmpty() && !format.isJson()) {
      spec.commandLine().getErr().print(Problems.text(arguments.folder(), impossible));
      spec.commandLine().getErr().flush();
    }
    return impossible.isEmpty() ? 0 : Millrace.PROBLEMS;
  }
}
