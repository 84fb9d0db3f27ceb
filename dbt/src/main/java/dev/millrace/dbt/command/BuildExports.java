package dev.millrace.dbt.command;

import dev.millrace.api.error.MillraceException;
import dev.millrace.api.error.Problem;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.dbt.adapter.Adapter;
import dev.millrace.dbt.adapter.AdapterException;
import dev.millrace.dbt.adapter.AdapterSession;
import dev.millrace.dbt.adapter.ExportRequest;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.dbt.run.BuildOutcome;
import dev.millrace.dbt.run.NodeResult;
import dev.millrace.dbt.run.NodeStatus;
import dev.millrace.project.ExportModel;
import dev.millrace.project.ProjectError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Writes models that say so as plain Parquet files, once they are built and none of their tests has
 * failed: whoever reads the files gets what was found to be good.
 */
final class BuildExports {
  private final DbtCommand command;
  private final Adapter adapter;
  private final Consumer<String> said;
  private final List<Problem> problems = new ArrayList<>();

  /**
   * Exports of a command.
   *
   * @param said gets a line for each
   */
  BuildExports(DbtCommand command, Adapter adapter, Consumer<String> said) {
    this.command = command;
    this.adapter = adapter;
    this.said = said;
  }

  /** Makes them, and gives what went wrong. */
  List<Problem> run(BuildOutcome outcome) {
    DbtRequest request = command.request();
    // Tables without rows, or with some of them, are for those who develop.
    if (!request.command().equals("build")
        || outcome.cancelled()
        || request.empty()
        || request.sample().isPresent()) {
      return List.of();
    }
    Set<String> doubtful = new HashSet<>();
    for (NodeResult result : outcome.results()) {
      if (result.node().type() == NodeType.TEST && result.status().isFailure()) {
        doubtful.addAll(result.node().dependsOn());
      }
    }
    for (NodeResult result : outcome.results()) {
      Node node = result.node();
      if (node.type() == NodeType.MODEL
          && result.status() == NodeStatus.SUCCESS
          && node.relation().isPresent()) {
        export(node, node.relation().get(), doubtful.contains(node.id()));
      }
    }
    return problems;
  }

  private void export(Node node, Relation relation, boolean doubtful) {
    SourceLocation file = SourceLocation.ofFile(node.file().path());
    Optional<ExportModel> export =
        ExportModel.of(
            node.config().values(),
            relation.identifier(),
            (key, fault) ->
                problems.add(
                    Problem.error(ProjectError.BAD_VALUE, file, "`" + key + "`: " + fault, null)));
    if (export.isEmpty()) {
      return;
    }
    if (doubtful) {
      said.accept("not exported: " + node.name() + ", of which a test has failed");
      return;
    }
    Path folder = command.request().folder().toAbsolutePath().resolve(export.get().to());
    try (AdapterSession session = adapter.open()) {
      ExportRequest request =
          new ExportRequest(
              relation.schema() + "." + relation.identifier(),
              folder.normalize(),
              export.get().partitioning(),
              List.of());
      said.accept(
          "exported " + node.name() + ": " + session.export(request) + ", " + export.get().to());
    } catch (MillraceException e) {
      problems.add(at(file, e.problem()));
    } catch (AdapterException e) {
      problems.add(
          Problem.error(
              ProjectError.BAD_VALUE,
              file,
              "`" + node.name() + "` cannot be exported: " + e.getMessage(),
              null));
    }
  }

  private static Problem at(SourceLocation where, Problem problem) {
    return new Problem(
        problem.code(), problem.severity(), where, problem.message(), problem.hint());
  }
}
