package dev.millrace.dbt.run;

import dev.millrace.api.error.Problem;
import dev.millrace.api.error.StopException;
import dev.millrace.dbt.DbtError;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.adapter.RelationType;
import dev.millrace.dbt.context.BatchNames;
import dev.millrace.dbt.context.CompiledNode;
import dev.millrace.dbt.context.EventTime;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.manifest.Node;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Comparator;
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
    BatchSize size =
        BatchSize.of(node.config().text("batch_size").orElse(""))
            .orElseThrow(() -> fault(node, "needs `batch_size`: hour, day, month or year"));
    Optional<BatchResults> before = Optional.ofNullable(parts.setting().retried().get(node.id()));
    boolean incremental = before.isPresent() || isIncremental(node);
    List<Batch> batches =
        before.isPresent()
            ? before.get().failed().stream().map(time -> Batch.of(size, time)).toList()
            : plan(node, size, incremental);
    List<Batch> done = new ArrayList<>();
    List<Batch> failed = new ArrayList<>();
    RuntimeException first = null;
    for (Batch batch : batches) {
      // Without the first one there is nothing that the others could be added to.
      if (first != null && done.isEmpty()) {
        failed.add(batch);
        continue;
      }
      try {
        run(work, batch, batches, incremental || !done.isEmpty());
        done.add(batch);
      } catch (RuntimeException e) {
        session.rollback();
        failed.add(batch);
        first = first == null ? e : first;
      }
    }
    List<EventTime> good = new ArrayList<>(done.stream().map(Batch::eventTime).toList());
    before.ifPresent(b -> good.addAll(b.successful()));
    BatchResults results =
        new BatchResults(
            good.stream().sorted(Comparator.comparing(EventTime::start)).toList(),
            failed.stream().map(Batch::eventTime).toList());
    if (first == null) {
      NodeResult built = work.built(List.of());
      return built.with(results, NodeStatus.SUCCESS, built.message(), OptionalLong.empty());
    }
    return work.failed(first)
        .with(
            results,
            good.isEmpty() ? NodeStatus.ERROR : NodeStatus.PARTIAL_SUCCESS,
            done.size()
                + " of "
                + batches.size()
                + " batches were built; failed: "
                + String.join(", ", failed.stream().map(Batch::text).toList()),
            OptionalLong.of(failed.size()));
  }

  private void run(ContextWorker.Work work, Batch batch, List<Batch> batches, boolean goesOn) {
    BatchNames names =
        new BatchNames(
            batch.id(),
            batch.start(),
            batch.end(),
            goesOn,
            batch == batches.get(0),
            batch == batches.get(batches.size() - 1));
    CompiledNode compiled = work.compile(context, names);
    work.execute(() -> context.materialize(work.node(), compiled, names));
  }

  private boolean isIncremental(Node node) {
    Optional<Relation> there = node.relation().flatMap(session::find);
    boolean exists =
        node.lake().isPresent()
            ? session.lake().filter(l -> l.has(node.relation().orElseThrow())).isPresent()
            : there.flatMap(Relation::type).equals(Optional.of(RelationType.TABLE));
    return exists && !node.config().flag("full_refresh").orElse(parts.setting().isFullRefresh());
  }

  private List<Batch> plan(Node node, BatchSize size, boolean incremental) {
    Optional<ZonedDateTime> begin = Batch.time(node.config().values().get("begin"));
    Optional<EventTime> sample = parts.setting().sample();
    Optional<ZonedDateTime> from =
        sample
            .map(s -> s.start().atZone(ZoneOffset.UTC))
            .or(() -> parts.setting().eventTimeStart().flatMap(Batch::time));
    Optional<ZonedDateTime> to =
        sample
            .map(s -> s.end().atZone(ZoneOffset.UTC))
            .or(() -> parts.setting().eventTimeEnd().flatMap(Batch::time));
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
        to,
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
