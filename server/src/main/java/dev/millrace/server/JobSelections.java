package dev.millrace.server;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.load.DbtProjects;
import dev.millrace.dbt.load.LoadSetting;
import dev.millrace.dbt.load.LoadedProject;
import dev.millrace.dbt.select.Selection;
import dev.millrace.dbt.select.SelectionRequest;
import dev.millrace.project.JobSpec;
import dev.millrace.project.Project;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;

/** Checks what jobs select, by reading the project as a build does. */
public final class JobSelections {
  private JobSelections() {}

  /**
   * Checks every job's selection; reads nothing if there are no jobs.
   *
   * @param environment what {@code env_var()} finds
   * @param problems gets what is wrong, at the job's place
   */
  public static void check(Project project, Map<String, String> environment, Problems problems) {
    if (project.jobs().stream().allMatch(j -> j.select().isEmpty() && j.exclude().isEmpty())) {
      return;
    }
    LoadedProject loaded;
    try {
      loaded = load(project, environment);
    } catch (StopException e) {
      e.problems().forEach(problems::add);
      return;
    }
    for (JobSpec job : project.jobs()) {
      Problems own = new Problems();
      Selection.of(
          loaded.manifest(),
          SelectionRequest.everything().with(job.select(), job.exclude()).withTexts(loaded::text),
          own);
      for (Problem problem : own.all()) {
        problems.add(
            new Problem(
                problem.code(),
                problem.severity(),
                job.selectAt(),
                "job `" + job.name() + "`: " + problem.message(),
                problem.hint()));
      }
    }
  }

  private static LoadedProject load(Project project, Map<String, String> environment) {
    LoadSetting defaults = LoadSetting.of(environment);
    boolean dbt = Files.isRegularFile(project.folder().resolve("dbt_project.yml"));
    LoadSetting setting =
        new LoadSetting(
            dbt ? defaults.target() : Optional.of(project.target().name()),
            defaults.profile(),
            defaults.profilesDir(),
            dbt ? Map.of() : project.vars(),
            environment,
            defaults.home(),
            defaults.store(),
            defaults.invocationId(),
            defaults.startedAt());
    return DbtProjects.load(project.folder(), setting, new Problems());
  }
}
