package dev.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.api.error.Problems;
import dev.millrace.orchestrate.JobRun;
import dev.millrace.server.JobBuilds;
import dev.millrace.server.JobsClient;
import dev.millrace.server.run.StoppedJobs;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** `millrace jobs`: what jobs.yml has done when. */
@Command(
    name = "jobs",
    description = {
      "Lists the jobs of a project with their last and their next run, or does something to one:",
      "  list    the default",
      "  run     runs it now, and shows what it prints; the running instance does it, if there is one",
      "  pause   it is not due until it is resumed, or its schedule is another one",
      "  resume  it is due again; what it missed is not made up for"
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  millrace jobs examples/music",
      "  millrace jobs examples/music run marts",
      "  millrace jobs examples/music pause marts"
    })
final class JobsCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 250;

  @Mixin private ProjectArguments arguments = new ProjectArguments();

  @Parameters(
      index = "1",
      arity = "0..1",
      defaultValue = "list",
      paramLabel = "<action>",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Action action = Action.list;

  @Parameters(index = "2", arity = "0..1", paramLabel = "<job>", description = "Which job.")
  private @Nullable String job;

  @Mixin private StoreMemory memory = new StoreMemory();

  @Mixin private OutputFormat format = new OutputFormat();

  @Spec private CommandSpec spec;

  /** What is done. */
  enum Action {
    /** They are shown. */
    list,
    /** One runs now. */
    run,
    /** One waits. */
    pause,
    /** One is due again. */
    resume
  }

  @SuppressWarnings("NullAway.Init")
  JobsCommand() {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    Logging.quiet();
    JobsClient client = new JobsClient(arguments.folder());
    return switch (action) {
      case list -> show(client.list(() -> StoppedJobs.list(arguments.load(new Problems()))));
      case run -> client.isRunning() ? runThere(client) : runHere();
      case pause ->
          show(
              client.isRunning()
                  ? client.change("pause", name())
                  : StoppedJobs.pause(arguments.load(new Problems()), name()));
      case resume ->
          show(
              client.isRunning()
                  ? client.change("resume", name())
                  : StoppedJobs.resume(arguments.load(new Problems()), name()));
    };
  }

  private String name() {
    String given = job;
    if (given == null) {
      throw new ParameterException(
          spec.commandLine(), "Say which job: millrace jobs <project> " + action + " <job>");
    }
    return given;
  }

  private int show(JsonNode jobs) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(format.isJson() ? jobs.path("jobs").toPrettyString() + "\n" : JobsText.of(jobs));
    out.flush();
    return 0;
  }

  private Path log(long run) {
    return arguments.folder().resolve(".millrace").resolve("jobs").resolve(run + ".log");
  }

  private int runThere(JobsClient client) throws IOException, InterruptedException {
    long number = client.change("run", name()).path("run").asLong();
    PrintWriter out = spec.commandLine().getOut();
    try (FileFollower log = new FileFollower(log(number), out)) {
      while (true) {
        JsonNode run = client.run(number);
        log.copy();
        switch (run.path(0).asText()) {
          case "succeeded" -> {
            return end(true, number, run.path(1).asText());
          }
          case "failed", "skipped" -> {
            return end(false, number, run.path(1).asText());
          }
          default -> {
            if (!client.isRunning()) {
              return end(false, number, "Millrace was stopped meanwhile; it goes on when it runs");
            }
            Thread.sleep(LOOK_MILLIS);
          }
        }
      }
    }
  }

  private int runHere() throws IOException, InterruptedException {
    dev.millrace.project.Project project = arguments.load(new Problems());
    String name = name();
    CountDownLatch closed = new CountDownLatch(1);
    Interrupts.closeBefore(closed);
    Thread.currentThread().setName("millrace-jobs-command");
    AtomicReference<@Nullable JobRun> asked = new AtomicReference<>();
    AtomicReference<@Nullable JobRun> ended = new AtomicReference<>();
    AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();
    Thread work =
        new Thread(
            () -> {
              try {
                ended.set(StoppedJobs.run(project, name, memory.bytes(spec), asked::set));
              } catch (RuntimeException e) {
                failure.set(e);
              }
            },
            "millrace-stopped-job");
    work.start();
    try {
      follow(work, project, asked);
      RuntimeException wrong = failure.get();
      JobRun run = ended.get();
      if (wrong != null && !Interrupts.isStopping()) {
        throw wrong;
      }
      if (run == null) {
        return Millrace.PROBLEMS;
      }
      return end(run.state() == JobRun.State.SUCCEEDED, run.number(), run.message());
    } finally {
      closed.countDown();
    }
  }

  private void follow(
      Thread work, dev.millrace.project.Project project, AtomicReference<@Nullable JobRun> asked)
      throws IOException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    FileFollower log = null;
    try {
      while (work.isAlive()) {
        work.join(LOOK_MILLIS);
        JobRun run = asked.get();
        if (log == null && run != null) {
          log = new FileFollower(JobBuilds.log(project, run.number()), out);
        }
        if (log != null) {
          log.copy();
        }
        if (Interrupts.isStopping()) {
          work.interrupt();
        }
      }
    } finally {
      if (log != null) {
        log.close();
      }
    }
  }

  private int end(boolean success, long number, String message) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        String.format(
            Locale.ROOT,
            "Run %d of job `%s` %s%s",
            number,
            name(),
            success ? "is done" : "failed",
            success ? "" : ": " + message));
    out.flush();
    return success ? 0 : Millrace.PROBLEMS;
  }
}
