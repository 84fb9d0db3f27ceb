package dev.millrace.dbt.run;

import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.context.EventTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a project is built.
 *
 * @param command {@code build}, {@code seed}, {@code snapshot}, {@code clone}, {@code compile}, as
 *     {@code flags.WHICH} tells it
 * @param selected ids of the nodes that run
 * @param threads how many nodes run side by side; empty: as the target says
 * @param failFast whether the first failure ends the build
 * @param flags the command line's switches by dbt's names in upper case
 * @param environment what {@code env_var()} finds
 * @param deferred by id: where a node's relation is that this target may not have
 * @param sample what models see of relations that have an event time; empty: all
 * @param retried by id of a microbatch model: what became of its batches, of which only those that
 *     failed run again
 * @param eventTimeStart of microbatch models: the first batch's time
 * @param eventTimeEnd of microbatch models: up to which time
 */
public record BuildSetting(
    String command,
    Set<String> selected,
    Optional<Integer> threads,
    boolean failFast,
    Map<String, @Nullable Object> flags,
    Map<String, String> environment,
    Map<String, Relation> deferred,
    Optional<EventTime> sample,
    Map<String, BatchResults> retried,
    Optional<String> eventTimeStart,
    Optional<String> eventTimeEnd) {
  /** Copies sets and maps. */
  public BuildSetting {
    selected = Collections.unmodifiableSet(new LinkedHashSet<>(selected));
    flags = Collections.unmodifiableMap(new LinkedHashMap<>(flags));
    environment = Map.copyOf(environment);
    deferred = Map.copyOf(deferred);
    retried = Map.copyOf(retried);
  }

  /** The same for other nodes. */
  public BuildSetting of(Set<String> others) {
    return new BuildSetting(
        command,
        others,
        threads,
        failFast,
        flags,
        environment,
        deferred,
        sample,
        retried,
        eventTimeStart,
        eventTimeEnd);
  }

  /** True if nothing is built but views over what an earlier run has. */
  boolean isClone() {
    return command.equals("clone");
  }

  /** True if tables are made anew. */
  boolean isFullRefresh() {
    return Boolean.TRUE.equals(flags.get("FULL_REFRESH"));
  }
}
