package dev.millrace.dbt.command;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.Severity;
import dev.millrace.dbt.artifact.TargetFolder;
import dev.millrace.dbt.load.CommandVars;
import dev.millrace.dbt.load.DbtProjects;
import dev.millrace.dbt.load.LoadSetting;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.project.ProblemPrinter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A project that was loaded for a request, with what is selected in it. */
final class DbtCommand {
  private final DbtRequest request;
  private final Map<String, String> environment;
  private final PrintWriter out;
  private final LoadedProject project;
  private final Duration loading;

  private DbtCommand(
      DbtRequest request,
      Map<String, String> environment,
      PrintWriter out,
      LoadedProject project,
      Duration loading) {
    this.request = request;
    this.environment = environment;
    this.out = out;
    this.project = project;
    this.loading = loading;
  }

  /**
   * Loads the project and prints warnings.
   *
   * @throws dev.millrace.api.error.StopException with every problem
   */
  static DbtCommand load(DbtRequest request, Map<String, String> environment, PrintWriter out) {
    long start = System.nanoTime();
    Problems problems = new Problems();
    LoadSetting defaults = LoadSetting.of(environment);
    LoadSetting setting =
        new LoadSetting(
            request.target().or(defaults::target),
            request.profile().or(defaults::profile),
            request.profilesDir().or(defaults::profilesDir),
            CommandVars.of("--vars", request.vars(), problems),
            environment,
            defaults.home(),
            defaults.store(),
            defaults.invocationId(),
            defaults.startedAt());
    problems.throwIfErrors();
    LoadedProject project = DbtProjects.load(request.folder(), setting, problems);
    Duration loading = Duration.ofNanos(System.nanoTime() - start);
    DbtCommand command = new DbtCommand(request, environment, out, project, loading);
    command.warn(problems.all());
    return command;
  }

  void warn(List<Problem> problems) {
    List<Problem> warnings =
        problems.stream().filter(p -> p.severity() == Severity.WARNING).toList();
    if (!warnings.isEmpty() && !request.json()) {
      out.println(new ProblemPrinter(request.shown(), request.colours()).text(warnings));
      out.flush();
    }
  }

  DbtRequest request() {
    return request;
  }

  Map<String, String> environment() {
    return environment;
  }

  PrintWriter out() {
    return out;
  }

  LoadedProject project() {
    return project;
  }

  Duration loading() {
    return loading;
  }

  TargetFolder target() {
    return new TargetFolder(
        project.targetFolder(), project.manifest().folder(), project.packageFolders());
  }

  /** Ids of the selected nodes, in the manifest's order. */
  Set<String> selected(Set<String> types) {
    return Selected.of(this, types);
  }

  /** A path as the user would write it. */
  Path shown(Path file) {
    Path absolute = request.folder().toAbsolutePath().normalize();
    return file.startsWith(absolute) ? request.folder().resolve(absolute.relativize(file)) : file;
  }
}
