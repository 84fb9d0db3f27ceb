package dev.millrace.cli;

import dev.millrace.dbt.context.DbtTemplates;
import dev.millrace.project.Project;
import dev.millrace.project.ProjectLoader;
import dev.millrace.server.LakeAccess;
import dev.millrace.server.run.Connectors;
import dev.millrace.server.run.StoppedLake;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The arguments that name a project; every command that works on one has them. */
final class ProjectArguments {
  @Parameters(
      index = "0",
      paramLabel = "<project>",
      description = "The project's folder, which has a millrace.yml.")
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Option(
      names = "--target",
      paramLabel = "<name>",
      description = "One of the targets in millrace.yml.")
  private @Nullable String target;

  @Option(
      names = "--vars",
      paramLabel = "<name=value>",
      description = "Variables that override those in millrace.yml; may be repeated.")
  private Map<String, String> vars = new LinkedHashMap<>();

  Path folder() {
    return folder;
  }

  /** The lake of the target, of a project that does not run; the caller closes it. */
  LakeAccess lake() {
    return StoppedLake.of(folder, target);
  }

  /** Loads and checks the project; {@code problems} gets warnings too. */
  Project load(dev.millrace.api.error.Problems problems) {
    return new ProjectLoader(new Connectors().all(), new DbtTemplates(), System.getenv())
        .load(folder, target, Map.copyOf(vars), problems);
  }
}
