package dev.millrace.dbt.run;

import java.time.Duration;
import java.util.List;

/**
 * What became of a build.
 *
 * @param results in the order in which nodes ended, hooks of the project among them
 * @param took from the first hook to the last
 * @param cancelled whether it was ended from outside
 */
public record BuildOutcome(List<NodeResult> results, Duration took, boolean cancelled) {
  /** Copies the list. */
  public BuildOutcome {
    results = List.copyOf(results);
  }

  /** True if every node is as it should be. */
  public boolean isSuccess() {
    return !cancelled && results.stream().noneMatch(r -> r.status().isFailure());
  }
}
