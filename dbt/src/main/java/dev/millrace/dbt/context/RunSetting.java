package dev.millrace.dbt.context;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an invocation decides besides the manifest.
 *
 * @param flags the command line's switches by dbt's names in upper case: {@code FULL_REFRESH},
 *     {@code STORE_FAILURES}, {@code EMPTY}, {@code WHICH}, ...
 * @param invocationId a UUID
 * @param startedAt {@code run_started_at}
 * @param environment what {@code env_var()} finds
 * @param selected ids of the nodes that run, as {@code selected_resources}
 * @param deferred by id: where a node's relation is that this target may not have, as {@code
 *     --defer} says
 * @param sample what models and snapshots see of relations that have an event time; empty: all
 * @param warned what {@code adapter.warn_once()} has said; shared by the contexts of an invocation,
 *     which may be of several threads
 * @param log gets the lines of {@code log(..., info=True)}, {@code print()} and warnings; called
 *     from the thread of the context
 */
public record RunSetting(
    Map<String, @Nullable Object> flags,
    String invocationId,
    Instant startedAt,
    Map<String, String> environment,
    List<String> selected,
    Map<String, dev.millrace.dbt.adapter.Relation> deferred,
    Optional<EventTime> sample,
    Set<String> warned,
    Consumer<String> log) {
  /** Copies lists and maps. */
  public RunSetting {
    flags = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(flags));
    environment = Map.copyOf(environment);
    selected = List.copyOf(selected);
    deferred = Map.copyOf(deferred);
  }
}
