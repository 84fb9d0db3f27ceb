package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.connect.SourceActivity;
import dev.millrace.api.error.Problem;
import dev.millrace.engine.Status;
import java.time.Duration;
import java.util.Optional;

/** A {@link Status} as the page reads it: durations in milliseconds, instants in ISO 8601. */
final class StatusJson {
  private StatusJson() {}

  static ObjectNode of(Status status) {
    ObjectNode node = Json.object();
    node.put("at", status.at().toString());
    node.put("startedAt", status.startedAt().toString());
    node.put("uptimeMillis", Duration.between(status.startedAt(), status.at()).toMillis());
    node.put("storeBytes", status.storeBytes());
    node.putObject("batches")
        .put("count", status.batches().count())
        .put("p50Millis", millis(status.batches().p50()))
        .put("p99Millis", millis(status.batches().p99()));
    ArrayNode sources = node.putArray("sources");
    status.sources().forEach(s -> source(sources.addObject(), s));
    ArrayNode streams = node.putArray("streams");
    for (Status.StreamStatus s : status.streams()) {
      ObjectNode stream = streams.addObject();
      health(stream, s.id(), s.health(), s.reason());
      stream.put("perSecond", s.changesPerSecond());
      stream.put("changes", s.changes());
      stream.put("stateBounded", s.stateBounded());
    }
    ArrayNode sinks = node.putArray("sinks");
    for (Status.SinkStatus s : status.sinks()) {
      ObjectNode sink = sinks.addObject();
      health(sink, s.id(), s.health(), s.reason());
      sink.put("perSecond", s.changesPerSecond());
      sink.put("delivered", s.delivered());
      sink.put("pending", s.pending());
      sink.put("delayMillis", s.delay().toMillis());
    }
    ArrayNode systems = node.putArray("systems");
    for (Status.SystemStatus s : status.systems()) {
      systems
          .addObject()
          .put("name", s.name())
          .put("type", s.type())
          .put("embedded", s.embedded())
          .put("health", s.health().name())
          .put("detail", s.detail());
    }
    return node;
  }

  private static void source(ObjectNode node, Status.SourceStatus s) {
    health(node, s.id(), s.health(), s.reason());
    node.put("perSecond", s.rowsPerSecond());
    node.put("rows", s.rows());
    node.put("lag", s.lag());
    node.put("watermark", s.watermark().map(Object::toString).orElse(null));
    node.put("watermarkDelayMillis", s.watermarkDelay().map(Duration::toMillis).orElse(null));
    node.put("late", s.late());
    node.put("rejected", s.rejected());
    node.put("duplicates", s.duplicates());
    s.activity().ifPresent(a -> activity(node.putObject("activity"), a));
  }

  private static void activity(ObjectNode node, SourceActivity a) {
    node.put("reading", a.reading().orElse(null));
    node.put("fraction", a.fraction().isPresent() ? (Double) a.fraction().getAsDouble() : null);
    node.put("waiting", a.waiting());
    node.put("failed", a.failed());
    node.put("refused", a.refused());
    node.put("refusal", a.refusal().orElse(null));
  }

  private static void health(
      ObjectNode node, String id, Status.Health health, Optional<Problem> reason) {
    node.put("id", id);
    node.put("health", health.name());
    reason.ifPresent(problem -> node.set("reason", Json.problem(problem)));
  }

  private static double millis(Duration duration) {
    return Math.round(duration.toNanos() / 10_000.0) / 100.0;
  }
}
