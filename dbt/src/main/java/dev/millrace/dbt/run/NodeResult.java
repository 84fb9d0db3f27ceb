package dev.millrace.dbt.run;

import dev.millrace.api.error.Problem;
import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.manifest.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What became of a node. Immutable.
 *
 * @param node that ran
 * @param status of it
 * @param message what the engine answered ({@code SELECT 100}), or what is wrong; null if there is
 *     nothing to say
 * @param failures rows that a test found
 * @param response the engine's answer by key ({@code _message}, {@code code}, {@code
 *     rows_affected})
 * @param compiled its SQL; empty if there is none, or it was not made
 * @param timings what was done, in order
 * @param thread on which it ran
 * @param problems what is wrong, with places
 * @param rows the first rows that a test found, if they were asked for
 * @param batches of a microbatch model; empty for others
 */
public record NodeResult(
    Node node,
    NodeStatus status,
    @Nullable String message,
    OptionalLong failures,
    Map<String, @Nullable Object> response,
    Optional<String> compiled,
    List<Timing> timings,
    String thread,
    List<Problem> problems,
    Optional<QueryResult> rows,
    Optional<BatchResults> batches) {
  /** Copies lists and maps. */
  public NodeResult {
    response = Collections.unmodifiableMap(new LinkedHashMap<>(response));
    timings = List.copyOf(timings);
    problems = List.copyOf(problems);
  }

  /** What became of a node that has no batches. */
  NodeResult(
      Node node,
      NodeStatus status,
      @Nullable String message,
      OptionalLong failures,
      Map<String, @Nullable Object> response,
      Optional<String> compiled,
      List<Timing> timings,
      String thread,
      List<Problem> problems,
      Optional<QueryResult> rows) {
    this(
        node,
        status,
        message,
        failures,
        response,
        compiled,
        timings,
        thread,
        problems,
        rows,
        Optional.empty());
  }

  /** The same of a microbatch model, some of whose batches failed if there is a message. */
  NodeResult with(
      BatchResults results, NodeStatus newStatus, @Nullable String said, OptionalLong failed) {
    return new NodeResult(
        node,
        newStatus,
        said,
        failed,
        response,
        compiled,
        timings,
        thread,
        problems,
        rows,
        Optional.of(results));
  }

  /**
   * A part of the work.
   *
   * @param name {@code compile} or {@code execute}
   */
  public record Timing(String name, Instant started, Instant completed) {}

  /** A node that was not run. */
  static NodeResult skipped(Node node, String message) {
    return new NodeResult(
        node,
        NodeStatus.SKIPPED,
        message,
        OptionalLong.empty(),
        Map.of(),
        Optional.empty(),
        List.of(),
        Thread.currentThread().getName(),
        List.of(),
        Optional.empty());
  }

  /** How long all of it took. */
  public Duration took() {
    return timings.isEmpty()
        ? Duration.ZERO
        : Duration.between(timings.get(0).started(), timings.get(timings.size() - 1).completed());
  }
}
