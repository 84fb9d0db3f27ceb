package dev.millrace.dbt.command;

import dev.millrace.dbt.run.Build;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Carries out one command over a dbt project. */
public final class DbtCommands {
  private final DbtRequest request;
  private final Map<String, String> environment;
  private final PrintWriter out;
  private @Nullable Build running;
  private boolean cancelled;

  /**
   * A command.
   *
   * @param environment what {@code env_var()} finds
   * @param out gets what people, or programs, read
   */
  public DbtCommands(DbtRequest request, Map<String, String> environment, PrintWriter out) {
    this.request = request;
    this.environment = Map.copyOf(environment);
    this.out = out;
  }

  /**
   * Does it.
   *
   * @param engine asked once the project is known to be good
   * @return whether all is well
   * @throws dev.millrace.api.error.StopException with the project's problems
   */
  public boolean run(AdapterSource engine) {
    DbtCommand command = DbtCommand.load(request, environment, out);
    return switch (request.command()) {
      case "ls" -> new ListCommandRun(command).run();
      case "compile" -> new CompileCommandRun(command).run(engine);
      case "docs" -> new DocsCommandRun(command).run(engine);
      case "run-operation" -> new OperationCommandRun(command).run(engine);
      case "freshness" -> new FreshnessCommandRun(command).run(engine);
      default -> new BuildCommandRun(command).run(engine, this::running);
    };
  }

  private synchronized void running(Build build) {
    running = build;
    if (cancelled) {
      build.cancel();
    }
  }

  /** Ends a build: what runs is rolled back. From any thread. */
  public synchronized void cancel() {
    cancelled = true;
    Build build = running;
    if (build != null) {
      build.cancel();
    }
  }
}
