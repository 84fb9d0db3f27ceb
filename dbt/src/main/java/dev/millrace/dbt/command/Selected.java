package dev.millrace.dbt.command;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.Problems;
import dev.millrace.api.error.StopException;
import dev.millrace.api.error.Suggestion;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.artifact.ManifestArtifact;
import dev.millrace.dbt.artifact.RunResults;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.dbt.run.BatchResults;
import dev.millrace.dbt.select.IndirectSelection;
import dev.millrace.dbt.select.SelectError;
import dev.millrace.dbt.select.Selection;
import dev.millrace.dbt.select.SelectionRequest;
import dev.millrace.dbt.select.StateComparison;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which nodes a command is about. */
final class Selected {
  private Selected() {}

  /**
   * Ids, in the manifest's order.
   *
   * @param kinds that the command knows, by dbt's names
   */
  static Set<String> of(DbtCommand command, Set<String> kinds) {
    Problems problems = new Problems();
    DbtRequest request = command.request();
    Set<NodeType> types = types(request, kinds, problems);
    if (request.retry()) {
      problems.throwIfErrors();
      return toRetry(command, types);
    }
    SelectionRequest selection =
        SelectionRequest.everything()
            .with(request.selection().select(), request.selection().exclude())
            .withTypes(types)
            .withTexts(command.project()::text);
    if (request.selection().selector().isPresent()) {
      selection = selection.withSelector(request.selection().selector().get());
    }
    Optional<String> indirect = request.selection().indirect();
    if (indirect.isPresent()) {
      Optional<IndirectSelection> how = IndirectSelection.of(indirect.get());
      if (how.isPresent()) {
        selection = selection.withIndirect(how.get());
      } else {
        problems.error(
            SelectError.BAD_SELECTION,
            null,
            "`" + indirect.get() + "` is no indirect selection",
            "write eager, cautious, buildable or empty");
      }
    }
    Optional<StateComparison> state = state(command, problems);
    if (state.isPresent()) {
      selection = selection.withState(state.get());
    }
    problems.throwIfErrors();
    Set<String> ids = Selection.of(command.project().manifest(), selection, problems);
    problems.throwIfErrors();
    command.warn(problems.all());
    return ids;
  }

  private static Optional<StateComparison> state(DbtCommand command, Problems problems) {
    return command
        .request()
        .state()
        .map(
            folder ->
                StateComparison.read(
                    ManifestArtifact.of(command.project(), Map.of()),
                    folder,
                    command.target().path(),
                    problems));
  }

  private static Set<NodeType> types(DbtRequest request, Set<String> kinds, Problems problems) {
    Set<NodeType> types = EnumSet.noneOf(NodeType.class);
    List<String> only = request.selection().types();
    for (NodeType type : NodeType.values()) {
      if (kinds.contains(type.text())
          && (only.isEmpty() || only.contains(type.text()) || only.contains("all"))
          && !request.selection().excludedTypes().contains(type.text())) {
        types.add(type);
      }
    }
    List<String> known = Arrays.stream(NodeType.values()).map(NodeType::text).toList();
    for (String asked : only) {
      if (!known.contains(asked) && !asked.equals("all")) {
        problems.error(
            SelectError.BAD_SELECTION,
            null,
            "`" + asked + "` is no kind of nodes",
            Suggestion.didYouMean(asked, known));
      }
    }
    return types;
  }

  private static Set<String> toRetry(DbtCommand command, Set<NodeType> types) {
    Set<String> retried = new LinkedHashSet<>();
    for (String id : lastBuild(command).ids()) {
      command
          .project()
          .manifest()
          .node(id)
          .filter(n -> types.contains(n.type()))
          .ifPresent(n -> retried.add(n.id()));
    }
    return retried;
  }

  /** What became of the batches of microbatch models that are tried again, by id. */
  static Map<String, BatchResults> batchesToRetry(DbtCommand command) {
    return command.request().retry() ? lastBuild(command).batches() : Map.of();
  }

  private static RunResults.ToRetry lastBuild(DbtCommand command) {
    Path target = command.request().state().orElse(command.target().path());
    try {
      return RunResults.toRetry(target)
          .orElseThrow(
              () ->
                  new StopException(
                      Problem.error(
                          SelectError.NO_STATE,
                          null,
                          "there is nothing to try again: no run_results.json in "
                              + command.shown(target),
                          "build the project first"),
                      null));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where an earlier run has the relations of nodes.
   *
   * @param without ids of nodes that are not asked for
   */
  static Map<String, Relation> deferred(DbtCommand command, Set<String> without) {
    Problems problems = new Problems();
    StateComparison state =
        state(command, problems)
            .orElseThrow(
                () ->
                    new StopException(
                        Problem.error(
                            SelectError.NO_STATE,
                            null,
                            what(command) + " needs the artifacts of an earlier run",
                            "give their folder: `--state <folder>`"),
                        null));
    problems.throwIfErrors();
    Map<String, Relation> relations = new LinkedHashMap<>();
    if (state.before().get("nodes") instanceof Map<?, ?> nodes) {
      nodes.forEach(
          (id, node) -> {
            if (node instanceof Map<?, ?> keys
                && keys.get("relation_name") != null
                && !without.contains(String.valueOf(id))) {
              relations.put(
                  String.valueOf(id),
                  Relation.of(
                      String.valueOf(keys.get("database")),
                      String.valueOf(keys.get("schema")),
                      String.valueOf(keys.get("alias"))));
            }
          });
    }
    return relations;
  }

  private static String what(DbtCommand command) {
    return command.request().command().equals("clone") ? "clone" : "--defer";
  }
}
