package dev.millrace.cli;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.option.Quantities;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Programs;
import dev.millrace.engine.Status;
import dev.millrace.project.Project;
import dev.millrace.server.JobSelections;
import dev.millrace.server.run.Connectors;
import dev.millrace.server.run.RunOptions;
import dev.millrace.server.run.RunningProject;
import dev.millrace.sql.StreamCompiler;
import dev.millrace.sql.StreamProgram;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** `millrace run`: starts everything that a project needs, and keeps it going. */
@Command(
    name = "run",
    description = {
      "Starts the embedded systems, sources, streams, sinks and the page of a project, and shows how they are doing.",
      "Ctrl-C stops in order; the next run goes on where this one stopped, after a crash too."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace run examples/ads",
      "  millrace run examples/ads --for 30s --port 9000",
      "  millrace run examples/ads --vars events_per_second=20000 --for 1m --until-idle",
      "  millrace run examples/ads --target prod",
      "  millrace run examples/ads --fresh --replace-sinks"
    })
final class RunCommand implements Callable<Integer> {
  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Option(
      names = "--until-idle",
      description = {
        "End when every bounded source is exhausted, sources of files have read all that is there,",
        "generators have made their past, jobs with a schedule have run once more, and everything is",
        "delivered; exit 0 only if all is well.",
        "With --for, sources that never end are stopped after that time."
      })
  private boolean untilIdle;

  @Option(
      names = "--for",
      paramLabel = "<time>",
      description =
          "Stop the sources after this time, deliver everything and end; for example 30s or 5 minutes.")
  private @Nullable String duration;

  @Option(
      names = "--port",
      paramLabel = "<n>",
      description = "The page's port; default: 8080 or the next free one.")
  private @Nullable Integer port;

  @Option(names = "--fresh", description = "Forget the store and build it again from the topics.")
  private boolean fresh;

  @Option(
      names = "--replace-sinks",
      description =
          "Empty tables and topics that were filled from another store, or by a sink that was removed since, and fill them from this one.")
  private boolean replaceSinks;

  @Option(
      names = "--memory",
      paramLabel = "<size>",
      defaultValue = "256MB",
      description =
          "Cap of the store's memory; more is spilled to disk. Default: ${DEFAULT-VALUE}.")
  private String memory = "256MB";

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init")
  RunCommand() {}

  @Override
  public Integer call() throws Exception {
    Optional<Duration> limit = Optional.ofNullable(duration).map(this::duration);
    long memoryBytes =
        Quantities.bytes(memory)
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(), "--memory: `" + memory + "` is no size; try 512MB"));
    // Needs no project, and takes as long as reading one.
    CompletableFuture<StreamCompiler> compiler =
        CompletableFuture.supplyAsync(StreamCompiler::open);
    try {
      return run(compiler, limit, memoryBytes);
    } finally {
      // It is closed already unless the project could not be read.
      compiler.thenAccept(StreamCompiler::close);
    }
  }

  private int run(
      CompletableFuture<StreamCompiler> compiler, Optional<Duration> limit, long memoryBytes)
      throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    dev.millrace.api.error.Problems problems = new dev.millrace.api.error.Problems();
    Project project = arguments.load(problems);
    Logging.toFile(project.folder().resolve(".millrace"));
    OptionalInt chosen = port == null ? OptionalInt.empty() : OptionalInt.of(port);
    RunOptions options = new RunOptions(project, chosen, fresh, replaceSinks, memoryBytes);
    CountDownLatch closed = new CountDownLatch(1);
    Interrupts.closeBefore(closed);
    try (StatusArea area = StatusArea.open(out, project)) {
      return run(options, compiler, problems, limit, area);
    } catch (MillraceException e) {
      print(e.problems());
      return Millrace.PROBLEMS;
    } finally {
      closed.countDown();
    }
  }

  private void print(List<Problem> problems) {
    spec.commandLine().getErr().print(Problems.text(arguments.folder(), problems));
    spec.commandLine().getErr().flush();
  }

  private Duration duration(String text) {
    return Quantities.duration(text)
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(), "--for: `" + text + "` is no time; try 30s or 5m"));
  }

  /**
   * Streams are compiled while the systems start, which takes as long; if they are wrong, that is
   * said before the systems are stopped again.
   */
  private int run(
      RunOptions options,
      CompletableFuture<StreamCompiler> compiler,
      dev.millrace.api.error.Problems problems,
      Optional<Duration> limit,
      StatusArea area)
      throws InterruptedException {
    long started = System.nanoTime();
    HeldLines early = new HeldLines(area::progress);
    try (RunningProject running = RunningProject.begin(options, early::add)) {
      Connectors connectors = new Connectors();
      Map<String, StreamProgram> programs;
      try (StreamCompiler opened = compiler.join()) {
        programs = Programs.compile(options.project(), opened, connectors.sinks(), problems);
      }
      JobSelections.check(options.project(), System.getenv(), problems);
      if (problems.hasErrors()) {
        print(problems.all());
        return Millrace.PROBLEMS;
      }
      early.release();
      if (!problems.all().isEmpty()) {
        area.problems(Problems.text(arguments.folder(), problems.all()));
      }
      running.open(programs, connectors, area::progress);
      running
          .engine()
          .edit()
          .filter(plan -> !plan.isEmpty())
          .ifPresent(
              plan -> {
                area.progress("the project was edited:");
                new PlanText(options.project(), plan, false)
                    .lines()
                    .forEach(line -> area.progress("  " + line));
              });
      area.started(running.address(), Duration.ofNanos(System.nanoTime() - started));
      StoppedParts stopped = new StoppedParts();
      boolean ended = follow(running, limit, area, stopped);
      area.progress(Interrupts.isStopping() ? "stopping in order" : "stopping");
      List<Problem> left = new ArrayList<>(running.engine().problems());
      left.addAll(running.faults());
      if (untilIdle) {
        left.addAll(running.jobs().problems());
      }
      area.show(running.engine().status());
      running.close();
      area.summary(Duration.ofNanos(System.nanoTime() - started));
      List<Problem> untold = stopped.untold(left);
      if (!untold.isEmpty()) {
        area.problems(Problems.text(arguments.folder(), untold));
      }
      if (!left.isEmpty()) {
        return Millrace.PROBLEMS;
      }
      return ended || !untilIdle ? 0 : Millrace.PROBLEMS;
    }
  }

  /**
   * Shows the status until the run is to end: a part that has stopped is told, and the others go
   * on. Returns true if what has not stopped has delivered everything.
   */
  private boolean follow(
      RunningProject running, Optional<Duration> limit, StatusArea area, StoppedParts stopped)
      throws InterruptedException {
    Engine engine = running.engine();
    if (untilIdle && limit.isEmpty() && !engine.unboundedSources().isEmpty()) {
      area.progress(
          "waiting until "
              + String.join(", ", engine.unboundedSources())
              + " have nothing more (or use --for)");
    }
    long started = System.nanoTime();
    boolean draining = false;
    JobLines jobs = JobLines.of(running.jobs());
    boolean hasMore = !untilIdle && !running.jobs().status().isEmpty();
    while (!Interrupts.isStopping()) {
      jobs.poll().forEach(area::progress);
      Status status = engine.status();
      tell(stopped.poll(status), area);
      area.show(status);
      if (!running.faults().isEmpty() || (!hasMore && engine.isAtAStandstill())) {
        tell(stopped.poll(engine.status()), area);
        return false;
      }
      if (limit.isPresent() && !draining && System.nanoTime() - started > limit.get().toNanos()) {
        engine.stopSources();
        draining = true;
        area.progress("sources stopped, delivering what is left");
      }
      // Asked first: jobs make tables of all that has come, and sinks may deliver these.
      boolean made = !untilIdle || running.jobs().isFinished();
      if (draining ? engine.isDrained() : untilIdle && engine.isDone()) {
        if (made) {
          jobs.poll().forEach(area::progress);
          return true;
        }
        running.jobs().finish();
      }
      Interrupts.await(250);
    }
    return false;
  }

  private void tell(List<Problem> reasons, StatusArea area) {
    if (!reasons.isEmpty()) {
      area.problems(Problems.text(arguments.folder(), reasons));
      area.progress("what has stopped goes on once it is mended and the project is run again");
    }
  }
}
