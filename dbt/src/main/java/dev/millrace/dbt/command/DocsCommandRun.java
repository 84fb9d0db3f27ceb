package dev.millrace.dbt.command;

import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.artifact.Catalog;
import dev.millrace.dbt.artifact.TargetFolder;
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
    try (AdapterSession session = engine.open(command.project().manifest()).open()) {
      Catalog.write(
          target.path(),
          command.project().manifest(),
          session,
          command.project().setting().invocationId(),
          command.project().setting().startedAt());
    }
    command.out().println("Documentation is in " + command.shown(target.path()));
    command.out().flush();
    return true;
  }
}
