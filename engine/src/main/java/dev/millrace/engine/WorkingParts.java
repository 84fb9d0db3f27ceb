package dev.millrace.engine;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.Status.Health;
import dev.millrace.engine.delivery.Delivery;
import dev.millrace.engine.flow.Flow;
import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a run that still work: one that has stopped holds up no other. A flow that waits for
 * an outbox which nobody empties any more has stopped too.
 */
final class WorkingParts {
  private final List<Flow> flows;
  private final List<Delivery> deliveries;
  private final SourceRunners sources;

  /** Of these, which may become more. */
  WorkingParts(List<Flow> flows, List<Delivery> deliveries, SourceRunners sources) {
    this.flows = flows;
    this.deliveries = deliveries;
    this.sources = sources;
  }

  /** True if a part has stopped that a person has to look at. */
  boolean hasStopped() {
    return flows.stream().anyMatch(f -> f.health().state() == Health.STOPPED)
        || deliveries.stream().anyMatch(WorkingParts::isStopped)
        || sources.hasFailed();
  }

  /** What is wrong now, with any of them; empty if all is well. */
  List<Problem> problems() {
    List<Problem> all = new ArrayList<>();
    flows.forEach(f -> all.addAll(f.problems()));
    deliveries.forEach(d -> d.problem().ifPresent(all::add));
    sources.problems().forEach(all::add);
    return all;
  }

  /** Flows that have not stopped. */
  List<Flow> flows() {
    return flows.stream().filter(this::works).toList();
  }

  /** Deliveries that have not stopped, of what is not being filled. */
  List<Delivery> deliveries() {
    return deliveries.stream().filter(d -> d.outbox().isReady() && !isStopped(d)).toList();
  }

  /** True if nothing will come, be made or be delivered any more until a person has acted. */
  boolean areNone() {
    return !flows.isEmpty()
        && hasStopped()
        && flows().stream().allMatch(this::isWithoutSource)
        && deliveries().stream().allMatch(Delivery::isDrained);
  }

  private boolean works(Flow flow) {
    return flow.health().state() != Health.STOPPED
        && deliveries.stream()
            .noneMatch(d -> d.isStuck() && flow.runner().outboxes().contains(d.outbox()));
  }

  private static boolean isStopped(Delivery delivery) {
    return delivery.health() == Health.STOPPED;
  }

  /** True if all is read that its sources have written, and each of them has failed. */
  private boolean isWithoutSource(Flow flow) {
    return flow.isCaughtUp()
        && flow.runner().sources().stream().allMatch(s -> sources.hasFailed(s.stream().source()));
  }
}
