package dev.millrace.dbt.run;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.manifest.Node;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Exceptions as results of nodes. */
final class Failures {
  private Failures() {}

  /** The result of a node that could not be run to its end. */
  static NodeResult result(Node node, Throwable failure) {
    return result(node, failure, Optional.empty(), List.of());
  }

  static NodeResult result(
      Node node, Throwable failure, Optional<String> compiled, List<NodeResult.Timing> timings) {
    List<Problem> problems = problems(node, failure);
    return new NodeResult(
        node,
        NodeStatus.ERROR,
        problems.get(0).message(),
        OptionalLong.empty(),
        Map.of(),
        compiled,
        timings.isEmpty()
            ? List.of(new NodeResult.Timing("execute", Instant.now(), Instant.now()))
            : timings,
        Thread.currentThread().getName(),
        problems,
        Optional.empty());
  }

  static List<Problem> problems(Node node, Throwable failure) {
    if (failure instanceof MillraceException known) {
      return known.problems();
    }
    if (failure instanceof AdapterException engine) {
      return List.of(
          Problem.error(
              DbtError.STATEMENT_FAILED,
              node.file().at(0, 0),
              String.valueOf(engine.getMessage()).strip(),
              null));
    }
    return List.of(
        Problem.error(
            DbtError.DBT_DEFECT,
            node.file().at(0, 0),
            "Millrace failed unexpectedly: " + failure,
            "please report this with the stack trace: " + stack(failure)));
  }

  private static String stack(Throwable failure) {
    StringBuilder out = new StringBuilder();
    StackTraceElement[] frames = failure.getStackTrace();
    for (int i = 0; i < Math.min(8, frames.length); i++) {
      out.append(i == 0 ? "" : " < ").append(frames[i].getFileName()).append(':');
      out.append(frames[i].getLineNumber());
    }
    return out.toString();
  }
}
