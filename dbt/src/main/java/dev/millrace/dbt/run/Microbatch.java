package dev.millrace.dbt.run;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.adapter.RelationType;
import dev.millrace.dbt.context.BatchNames;
import dev.millrace.dbt.context.CompiledNode;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.manifest.Node;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Runs a microbatch model batch by batch, each in a transaction of its own: those that fail are
 * tried again by the next build of the same time, and the others stay. Hooks run before the first
 * and after the last.
 */
final class Microbatch {
  private final BuildParts parts;
  private final RunContext context;
  private final RecordingSession session;

  Microbatch(BuildParts parts, RunContext context, RecordingSession session) {
    this.parts = parts;
    this.context = context;
    this.session = session;
  }

  static boolean isMicrobatch(Node node) {
    return node.config().materialized().equals("incremental")
        && node.config().text("incremental_strategy").orElse("").equals("microbatch");
  }

  NodeResult run(ContextWorker.Work work) {
    Node node = work.node();
    Optional<Relation> there = node.relation().flatMap(session::find);
    boolean incremental =
        there.flatMap(Relation::type).equals(Optional.of(RelationType.TABLE))
            && !node.config().flag("full_refresh").orElse(parts.setting().isFullRefresh());
    List<Batch> batches = plan(node, incremental);
    int done = 0;
    List<String> failed = new ArrayList<>();
    RuntimeException first = null;
    for (int i = 0; i < batches.size(); i++) {
      Batch batch = batches.get(i);
      boolean goesOn = incremental || done > 0;
      try {
        if (first != null && done == 0) {
          failed.add(batch.text());
          continue;
        }
        BatchNames names =
            new BatchNames(
                batch.id(), batch.start(), batch.end(), goesOn, i == 0, i == batches.size() - 1);
        CompiledNode compiled = work.compile(context, names);
        work.execute(() -> context.materialize(node, compiled, names));
        done++;
      } catch (RuntimeException e) {
        session.rollback();
        failed.add(batch.text());
        first = first == null ? e : first;
      }
    }
    if (first == null) {
      return work.built(List.of());
    }
    NodeResult error = work.failed(first);
    String message =
        done
            + " of "
            + batches.size()
            + " batches were built; failed: "
            + String.join(", ", failed);
    return new NodeResult(
        node,
        done == 0 ? NodeStatus.ERROR : NodeStatus.PARTIAL_SUCCESS,
        message,
        OptionalLong.of(failed.size()),
        error.response(),
        error.compiled(),
        error.timings(),
        error.thread(),
        error.problems(),
        Optional.empty());
  }

  private List<Batch> plan(Node node, boolean incremental) {
    BatchSize size =
        BatchSize.of(node.config().text("batch_size").orElse(""))
            .orElseThrow(() -> fault(node, "needs `batch_size`: hour, day, month or year"));
    Optional<ZonedDateTime> begin = Batch.time(node.config().values().get("begin"));
    Optional<ZonedDateTime> from = parts.setting().eventTimeStart().flatMap(Batch::time);
    if (begin.isEmpty() && !incremental && from.isEmpty()) {
      throw fault(node, "needs `begin`, the time of its first batch");
    }
    long lookback =
        node.config().values().get("lookback") instanceof Number number ? number.longValue() : 1;
    return Batch.plan(
        size,
        begin,
        lookback,
        incremental,
        from,
        parts.setting().eventTimeEnd().flatMap(Batch::time),
        parts.project().setting().startedAt().atZone(ZoneOffset.UTC));
  }

  private static StopException fault(Node node, String what) {
    return new StopException(
        Problem.error(
            DbtError.BAD_CONFIG,
            node.file().at(0, 0),
            "the microbatch model `" + node.name() + "` " + what,
            "write it into `config()`"),
        null);
  }
}
