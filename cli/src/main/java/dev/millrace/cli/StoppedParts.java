package dev.millrace.cli;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.Status;
import dev.millrace.engine.Status.Health;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Why parts of a run have stopped, each reason told once. */
final class StoppedParts {
  private final Set<Problem> told = new HashSet<>();

  /** Reasons that were not told yet. */
  List<Problem> poll(Status status) {
    List<Problem> reasons = new ArrayList<>();
    status.sources().forEach(s -> add(reasons, s.health(), s.reason()));
    status.streams().forEach(s -> add(reasons, s.health(), s.reason()));
    status.sinks().forEach(s -> add(reasons, s.health(), s.reason()));
    return reasons;
  }

  private void add(List<Problem> reasons, Health health, Optional<Problem> reason) {
    reason.filter(r -> health == Health.STOPPED && told.add(r)).ifPresent(reasons::add);
  }

  /** Of these, those that were not told yet. */
  List<Problem> untold(List<Problem> problems) {
    return problems.stream().filter(p -> !told.contains(p)).toList();
  }
}
