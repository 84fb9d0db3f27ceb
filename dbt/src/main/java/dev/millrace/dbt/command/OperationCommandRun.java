package dev.millrace.dbt.command;

import dev.millrace.api.error.Problems;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.command.DbtRequest.Operation;
import dev.millrace.dbt.load.CommandVars;
import dev.millrace.jinja.value.Arguments;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Calls a macro: {@code run-operation}. */
final class OperationCommandRun {
  private final DbtCommand command;

  OperationCommandRun(DbtCommand command) {
    this.command = command;
  }

  boolean run(AdapterSource engine) {
    Operation operation = command.request().operation().orElseThrow();
    Problems problems = new Problems();
    Map<String, @Nullable Object> arguments =
        CommandVars.of("--args", operation.arguments(), problems);
    problems.throwIfErrors();
    try (AdapterSession session = engine.open(command.project().manifest()).open()) {
      CompileCommandRun.context(command, session, Set.of())
          .call(operation.macro(), Arguments.of(new Object[0], arguments));
    }
    command.out().flush();
    return true;
  }
}
