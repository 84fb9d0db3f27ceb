package dev.millrace.cli;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.engine.Programs;
import dev.millrace.engine.unittest.TestSelection;
import dev.millrace.engine.unittest.UnitTestResult;
import dev.millrace.engine.unittest.UnitTestResult.Outcome;
import dev.millrace.engine.unittest.UnitTests;
import dev.millrace.project.ProblemPrinter;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectError;
import dev.millrace.project.UnitTestSpec;
import dev.millrace.server.run.Connectors;
import dev.millrace.sql.StreamCompiler;
import dev.millrace.sql.StreamProgram;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** `millrace test`: runs a project's unit tests. */
@Command(
    name = "test",
    description = {
      "Runs the project's unit tests: rows given, in the order and with the watermarks, late rows",
      "and restarts that a test scripts; a table expected. Starts nothing and connects to nothing."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace test examples/ads",
      "  millrace test examples/ads --select campaign_minutes --fail-fast",
      "  millrace test examples/ads --select tag:late_events --select 'path:models/*.yml'",
      "  millrace test examples/ads --junit target/unit-tests.xml"
    })
final class TestCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Option(
      names = {"--select", "-s"},
      paramLabel = "<tests>",
      description = {
        "Names of tests or models, tag:<word>, path:<file>; * stands for any letters.",
        "May be repeated; joined by commas, all must fit. Default: all tests."
      })
  private List<String> select = new ArrayList<>();

  @Option(names = "--fail-fast", description = "Ends at the first test that does not pass.")
  private boolean failFast;

  @Mixin private OutputFormat format = new OutputFormat();

  @Option(
      names = "--junit",
      paramLabel = "<file>",
      description = "Writes the results as JUnit's XML too, for build servers.")
  private @Nullable Path junit;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  TestCommand() {}

  @Override
  public Integer call() throws IOException {
    Logging.quiet();
    long start = System.nanoTime();
    dev.millrace.api.error.Problems problems = new dev.millrace.api.error.Problems();
    Project project;
    List<UnitTestSpec> wanted;
    UnitTests tests;
    try (StreamCompiler compiler = StreamCompiler.open()) {
      project = arguments.load(problems);
      wanted = wanted(project);
      Map<String, StreamProgram> programs =
          Programs.compile(project, compiler, new Connectors().sinks(), problems);
      tests = UnitTests.prepare(project, wanted, programs, compiler, problems);
      problems.throwIfErrors();
    } catch (MillraceException e) {
      print(e.problems());
      return Millrace.PROBLEMS;
    }
    List<Problem> warnings =
        problems.all().stream().filter(p -> p.code() == ProjectError.NO_EFFECT).toList();
    if (!format.isJson() && !warnings.isEmpty()) {
      print(warnings);
    }
    try (tests) {
      return run(project, tests, start);
    }
  }

  private List<UnitTestSpec> wanted(Project project) {
    List<UnitTestSpec> wanted = new TestSelection(select).of(project);
    if (wanted.isEmpty() && !select.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "No unit test fits `--select "
              + String.join(" ", select)
              + "`; the project has "
              + project.unitTests().size()
              + (project.unitTests().isEmpty()
                  ? "."
                  : ", such as `" + project.unitTests().get(0).name() + "`."));
    }
    return wanted;
  }

  private void print(List<Problem> problems) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        format.isJson()
            ? new ProblemPrinter(arguments.folder(), false).json(problems)
            : Problems.text(arguments.folder(), problems));
    out.flush();
  }

  private int run(Project project, UnitTests tests, long start) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    int width = tests.tests().stream().mapToInt(t -> t.name().length()).max().orElse(0);
    TestReport report = new TestReport(arguments.folder(), Problems.colours(), width);
    List<UnitTestResult> results = new ArrayList<>();
    boolean text = !format.isJson();
    for (UnitTestSpec test : tests.tests()) {
      UnitTestResult result = tests.run(test);
      results.add(result);
      if (text) {
        out.print(report.line(result));
        out.flush();
      }
      if (failFast && result.outcome() != Outcome.PASSED) {
        break;
      }
    }
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    if (text) {
      results.stream()
          .filter(r -> r.outcome() != Outcome.PASSED)
          .map(report::details)
          .forEach(out::print);
      out.print(report.summary(results, tests.tests().size(), took));
    } else {
      out.println(TestJson.of(results, took));
    }
    out.flush();
    Optional<Path> file = Optional.ofNullable(junit);
    if (file.isPresent()) {
      JunitXml.write(file.get(), project.name(), results, arguments.folder());
    }
    return results.stream().allMatch(r -> r.outcome() == Outcome.PASSED) ? 0 : Millrace.PROBLEMS;
  }
}
