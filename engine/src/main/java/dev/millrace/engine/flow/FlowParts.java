package dev.millrace.engine.flow;

import dev.millrace.api.error.Problem;
import dev.millrace.engine.admission.Admission;
import dev.millrace.sql.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One connected component of sources and streams.
 *
 * @param name its name: the first source's
 * @param sources at least one
 * @param streams each after those it reads
 * @param tables what streams read that are kept up to date elsewhere
 * @param lookups what streams read that builds make
 */
public record FlowParts(
    String name,
    List<Admission> sources,
    List<StreamRun> streams,
    List<TableInput> tables,
    List<Lookup> lookups) {
  /** Copies the lists. */
  public FlowParts {
    lookups = List.copyOf(lookups);
    sources = List.copyOf(sources);
    streams = List.copyOf(streams);
    tables = List.copyOf(tables);
  }

  /** Why a stream cannot go on, as one that it reads has stopped; empty if none has. */
  Optional<Problem> stoppedUpstream(StreamRun stream) {
    Set<String> inputs =
        stream.program().inputs().stream().map(Relation::name).collect(Collectors.toSet());
    return streams.stream()
        .filter(s -> inputs.contains(s.model().name()) && s.stopped().isPresent())
        .map(s -> FlowError.upstreamStopped(stream.model().name(), s.model().name()))
        .findFirst();
  }

  /** Stops streams that read stopped ones, and returns why, for each that was going on. */
  List<Problem> stopBehindStopped() {
    List<Problem> reasons = new ArrayList<>();
    for (StreamRun stream : streams) {
      Optional<Problem> upstream = stoppedUpstream(stream);
      if (stream.stopped().isEmpty() && upstream.isPresent()) {
        stream.stop(upstream.get());
        reasons.add(upstream.get());
      }
    }
    return reasons;
  }

  /** A component whose streams read nothing else. */
  public FlowParts(String name, List<Admission> sources, List<StreamRun> streams) {
    this(name, sources, streams, List.of(), List.of());
  }
}
