package dev.millrace.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.dbt.command.AdapterSource;
import dev.millrace.dbt.command.DbtCommands;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.orchestrate.JobRunner;
import dev.millrace.project.JobSpec;
import dev.millrace.project.ProblemPrinter;
import dev.millrace.project.Project;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Does jobs as the command line does builds. What a run prints is in {@code
 * .millrace/jobs/<run>.log}; the newest logs are kept. Thread-safe.
 */
public final class JobBuilds implements JobRunner {
  private static final int LOGS = 200;
  private static final long LOOK_MILLIS = 200;

  private final Project project;
  private final AdapterSource engine;
  private final BuildTurn turn;

  /**
   * Does the jobs of a project.
   *
   * @param engine where models are built
   * @param turn taken while a job runs
   */
  public JobBuilds(Project project, AdapterSource engine, BuildTurn turn) {
    this.project = project;
    this.engine = engine;
    this.turn = turn;
  }

  /** What a run prints, in the project's folder. */
  public static Path log(Project project, long run) {
    return logs(project).resolve(run + ".log");
  }

  private static Path logs(Project project) {
    return project.folder().resolve(".millrace").resolve("jobs");
  }

  @Override
  public Try prepare(JobSpec job, long run, int attempt) {
    return new JobTry(job, run, attempt);
  }

  /** A command line that does the same. */
  private DbtRequest request(JobSpec job) {
    boolean dbt = Files.isRegularFile(project.folder().resolve("dbt_project.yml"));
    Map<String, Object> vars = new HashMap<>(dbt ? Map.of() : project.vars());
    vars.putAll(job.vars());
    List<String> types =
        job.command() == JobSpec.Command.TEST ? List.of("test", "unit_test") : List.of();
    return new DbtRequest(
        command(job.command()),
        project.folder(),
        project.folder(),
        // Beside a dbt_project.yml, targets are those of profiles.yml.
        dbt ? Optional.empty() : Optional.of(project.target().name()),
        Optional.empty(),
        Optional.empty(),
        vars.isEmpty() ? List.of() : List.of(yaml(vars)),
        new DbtRequest.NodeSelection(
            job.select(), job.exclude(), Optional.empty(), types, List.of(), Optional.empty()),
        Optional.empty(),
        false,
        false,
        false,
        Optional.empty(),
        job.fullRefresh(),
        false,
        false,
        false,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "selector",
        false,
        false);
  }

  private static String command(JobSpec.Command command) {
    return switch (command) {
      case BUILD, TEST -> "build";
      case SEED -> "seed";
      case SNAPSHOT -> "snapshot";
      case FRESHNESS -> "freshness";
    };
  }

  private static String yaml(Map<String, Object> vars) {
    try {
      return Json.MAPPER.writeValueAsString(vars);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** One try. */
  private final class JobTry implements Try {
    private final JobSpec job;
    private final long run;
    private final int attempt;
    private volatile boolean cancelled;
    private volatile Optional<DbtCommands> commands = Optional.empty();

    JobTry(JobSpec job, long run, int attempt) {
      this.job = job;
      this.run = run;
      this.attempt = attempt;
    }

    @Override
    public Result run() {
      try {
        while (!turn.await(job.name(), LOOK_MILLIS)) {
          if (cancelled) {
            return new Result(false, "ended while it waited for another build");
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return new Result(false, "ended while it waited for another build");
      }
      try (LastLine log = new LastLine(open())) {
        return run(log);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        turn.leave();
      }
    }

    private Result run(LastLine log) {
      PrintWriter out = new PrintWriter(log, true);
      if (attempt > 1) {
        out.println("\nTry " + attempt);
      }
      DbtCommands command = new DbtCommands(request(job), System.getenv(), out);
      commands = Optional.of(command);
      if (cancelled) {
        return new Result(false, "ended before it began");
      }
      try {
        boolean success = command.run(engine);
        out.flush();
        return new Result(success, cancelled && !success ? "ended before it was done" : log.last());
      } catch (MillraceException e) {
        out.print(new ProblemPrinter(project.folder(), false).text(e.problems()));
        out.flush();
        Problem first = e.problems().get(0);
        int more = e.problems().size() - 1;
        return new Result(false, first + (more > 0 ? " and " + more + " more" : ""));
      }
    }

    private Writer open() throws IOException {
      Path file = log(project, run);
      Files.createDirectories(logs(project));
      if (attempt == 1) {
        prune();
      }
      StandardOpenOption how =
          attempt == 1 ? StandardOpenOption.TRUNCATE_EXISTING : StandardOpenOption.APPEND;
      return Files.newBufferedWriter(
          file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
    }

    private void prune() throws IOException {
      try (Stream<Path> files = Files.list(logs(project))) {
        List<Path> sorted =
            files
                .filter(f -> f.getFileName().toString().matches("[0-9]+\\.log"))
                .sorted(
                    Comparator.comparingLong(
                        (Path f) -> Long.parseLong(f.getFileName().toString().replace(".log", ""))))
                .toList();
        for (Path old : sorted.subList(0, Math.max(0, sorted.size() - LOGS))) {
          Files.deleteIfExists(old);
        }
      }
    }

    @Override
    public void cancel() {
      cancelled = true;
      commands.ifPresent(DbtCommands::cancel);
    }
  }

  /** Remembers the last line that says something. */
  private static final class LastLine extends Writer {
    private final Writer out;
    private final StringBuilder line = new StringBuilder();
    private String last = "";

    LastLine(Writer out) {
      this.out = out;
    }

    @Override
    public void write(char[] characters, int offset, int length) throws IOException {
      synchronized (lock) {
        out.write(characters, offset, length);
        for (int i = offset; i < offset + length; i++) {
          if (characters[i] == '\n') {
            keep();
          } else {
            line.append(characters[i]);
          }
        }
      }
    }

    private void keep() {
      String text = line.toString().strip();
      line.setLength(0);
      if (!text.isEmpty()) {
        last = text;
      }
    }

    String last() {
      synchronized (lock) {
        keep();
        return last;
      }
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }
}
