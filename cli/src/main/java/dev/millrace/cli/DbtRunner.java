package dev.millrace.cli;

import dev.millrace.api.error.MillraceException;
import dev.millrace.dbt.command.DbtCommands;
import dev.millrace.dbt.command.DbtRequest;
import dev.millrace.server.RemoteBuild;
import dev.millrace.server.run.BuildStore;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Model.CommandSpec;

/** Runs a command over a dbt project, in this process or in the instance that has its store. */
final class DbtRunner {
  private DbtRunner() {}

  /**
   * Runs it; Ctrl-C ends it in order.
   *
   * @param memory cap of the store's memory in bytes
   * @return the exit code
   */
  static int run(CommandSpec spec, DbtRequest request, OptionalLong memory) {
    Logging.quiet();
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch closed = new CountDownLatch(1);
    Interrupts.closeBefore(closed);
    try {
      Optional<RemoteBuild> instance =
          request.command().equals("ls") ? Optional.empty() : RemoteBuild.find(request.folder());
      if (instance.isPresent()) {
        Interrupts.whenAsked(instance.get()::cancel);
        return instance.get().run(request, out);
      }
      try (BuildStore store = new BuildStore(request.folder(), memory)) {
        DbtCommands commands = new DbtCommands(request, System.getenv(), out);
        Interrupts.whenAsked(commands::cancel);
        return commands.run(store::adapter) ? 0 : Millrace.PROBLEMS;
      }
    } catch (MillraceException e) {
      out.flush();
      if (request.json()) {
        out.println(
            new dev.millrace.project.ProblemPrinter(request.folder(), false).json(e.problems()));
        out.flush();
      } else {
        spec.commandLine().getErr().print(Problems.text(request.folder(), e.problems()));
        spec.commandLine().getErr().flush();
      }
      return Millrace.PROBLEMS;
    } finally {
      closed.countDown();
    }
  }
}
