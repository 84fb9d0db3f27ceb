package dev.millrace.dbt.command;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.artifact.Catalog;
import dev.millrace.dbt.artifact.DocsPage;
import dev.millrace.dbt.artifact.TargetFolder;
import java.nio.file.Path;
import java.util.Map;

/** Writes what is known about a project: {@code docs}. */
final class DocsCommandRun {
  private final DbtCommand command;

  DocsCommandRun(DbtCommand command) {
    this.command = command;
  }

  boolean run(AdapterSource engine) {
    TargetFolder target = command.target();
    CompileCommandRun.write(command, Map.of(), target);
    Path page;
    try (AdapterSession session = engine.open(command.project().manifest()).open()) {
      JsonNode catalog =
          Catalog.write(
              target.path(),
              command.project().manifest(),
              session,
              command.project().setting().invocationId(),
              command.project().setting().startedAt());
      page = DocsPage.write(command.project().manifest(), catalog, target, overview());
    }
    command.out().println("Documentation: " + command.shown(page));
    command.out().flush();
    return true;
  }

  /** The block of documentation that dbt takes for the first page, of the project itself. */
  private String overview() {
    return command
        .project()
        .docs()
        .find(command.project().manifest().projectName(), "__overview__")
        .orElse("");
  }
}
