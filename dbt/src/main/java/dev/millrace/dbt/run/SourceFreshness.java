package dev.millrace.dbt.run;

import dev.millrace.dbt.adapter.QueryResult;
import dev.millrace.dbt.context.RunContext;
import dev.millrace.dbt.manifest.Node;
import dev.millrace.dbt.manifest.NodeType;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How old the newest row of a source is.
 *
 * @param source that was asked
 * @param status pass, warn or error: older than the source's limits say
 * @param newest time of the newest row; empty for a source without rows, which is an error
 * @param now the engine's time
 * @param result the same as a node's result, with what is wrong if it could not be asked
 */
public record SourceFreshness(
    Node source, NodeStatus status, Optional<Instant> newest, Instant now, NodeResult result) {
  /** True if the source says how old it may be, and where that is to be seen. */
  public static boolean isAsked(Node node) {
    return node.type() == NodeType.SOURCE
        && (node.extra().get("loaded_at_field") != null
            || node.extra().get("loaded_at_query") != null)
        && node.extra().get("freshness") instanceof Map<?, ?> limits
        && (limit(limits, "warn_after").isPresent() || limit(limits, "error_after").isPresent());
  }

  /** Asks a source. */
  public static SourceFreshness of(RunContext context, Node source, ZoneId zone) {
    Instant began = Instant.now();
    try {
      QueryResult row = context.freshness(source);
      List<@Nullable Object> values = row.rows().get(0);
      Optional<Instant> newest = instant(values.get(0), zone);
      Instant now = instant(values.get(1), zone).orElse(began);
      NodeStatus status = status(source, newest, now);
      NodeResult result =
          new NodeResult(
              source,
              status,
              newest.isEmpty() ? "the source has no rows" : null,
              java.util.OptionalLong.empty(),
              Map.of("_message", "OK"),
              Optional.empty(),
              List.of(new NodeResult.Timing("execute", began, Instant.now())),
              Thread.currentThread().getName(),
              List.of(),
              Optional.empty());
      return new SourceFreshness(source, status, newest, now, result);
    } catch (RuntimeException e) {
      NodeResult failed =
          Failures.result(
              source,
              e,
              Optional.empty(),
              List.of(new NodeResult.Timing("execute", began, Instant.now())));
      return new SourceFreshness(source, NodeStatus.ERROR, Optional.empty(), began, failed);
    }
  }

  private static NodeStatus status(Node source, Optional<Instant> newest, Instant now) {
    if (newest.isEmpty()) {
      return NodeStatus.ERROR;
    }
    Duration age = Duration.between(newest.get(), now);
    Map<?, ?> limits = (Map<?, ?>) source.extra().getOrDefault("freshness", Map.of());
    if (limit(limits, "error_after").filter(l -> age.compareTo(l) > 0).isPresent()) {
      return NodeStatus.ERROR;
    }
    return limit(limits, "warn_after").filter(l -> age.compareTo(l) > 0).isPresent()
        ? NodeStatus.WARN
        : NodeStatus.PASS;
  }

  private static Optional<Duration> limit(Map<?, ?> limits, String key) {
    if (!(limits.get(key) instanceof Map<?, ?> limit)
        || !(limit.get("count") instanceof Number count)) {
      return Optional.empty();
    }
    return switch (String.valueOf(limit.get("period"))) {
      case "minute" -> Optional.of(Duration.ofMinutes(count.longValue()));
      case "hour" -> Optional.of(Duration.ofHours(count.longValue()));
      case "day" -> Optional.of(Duration.ofDays(count.longValue()));
      default -> Optional.empty();
    };
  }

  private static Optional<Instant> instant(@Nullable Object value, ZoneId zone) {
    if (value instanceof OffsetDateTime time) {
      return Optional.of(time.toInstant());
    }
    if (value instanceof LocalDateTime time) {
      return Optional.of(time.atZone(zone).toInstant());
    }
    if (value instanceof LocalDate day) {
      return Optional.of(day.atStartOfDay(zone).toInstant());
    }
    if (value == null) {
      return Optional.empty();
    }
    return Batch.time(value).map(java.time.ZonedDateTime::toInstant);
  }
}
