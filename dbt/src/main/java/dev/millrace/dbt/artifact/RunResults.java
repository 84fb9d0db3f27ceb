package dev.millrace.dbt.artifact;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.dbt.adapter.Relation;
import dev.millrace.dbt.context.EventTime;
import dev.millrace.dbt.manifest.NodeType;
import dev.millrace.dbt.run.BatchResults;
import dev.millrace.dbt.run.NodeResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code run_results.json}, version 6: how each node ended. */
public final class RunResults {
  /** Its name in the target folder. */
  public static final String FILE = "run_results.json";

  private static final Set<String> TO_RETRY =
      Set.of("error", "fail", "skipped", "partial success", "runtime error");

  private RunResults() {}

  /**
   * Writes the file.
   *
   * @param target the target folder
   * @param arguments of the command, by dbt's names; {@code which} is the command's name
   */
  public static void write(
      Path target,
      String invocationId,
      Instant started,
      Duration took,
      Map<String, ? extends @Nullable Object> arguments,
      List<NodeResult> results) {
    ObjectNode root = ArtifactFile.JSON.objectNode();
    root.set("metadata", ArtifactFile.metadata("run-results/v6", invocationId, started));
    ArrayNode all = root.putArray("results");
    results.forEach(result -> all.add(json(result)));
    root.put("elapsed_time", seconds(took));
    root.set("args", ArtifactFile.value(arguments));
    ArtifactFile.write(target.resolve(FILE), root);
  }

  private static double seconds(Duration time) {
    return time.toNanos() / 1e9;
  }

  static void timings(ArrayNode array, NodeResult result) {
    for (NodeResult.Timing timing : result.timings()) {
      ObjectNode one = array.addObject();
      one.put("name", timing.name());
      one.put("started_at", ArtifactFile.time(timing.started()));
      one.put("completed_at", ArtifactFile.time(timing.completed()));
    }
  }

  /** One result, as it is in the file. */
  public static ObjectNode json(NodeResult result) {
    ObjectNode json = ArtifactFile.JSON.objectNode();
    json.put("status", result.status().text());
    timings(json.putArray("timing"), result);
    json.put("thread_id", result.thread());
    json.put("execution_time", seconds(result.took()));
    json.set("adapter_response", ArtifactFile.value(result.response()));
    json.put("message", result.message());
    if (result.failures().isPresent()) {
      json.put("failures", result.failures().getAsLong());
    } else {
      json.putNull("failures");
    }
    json.put("unique_id", result.node().id());
    boolean seed = result.node().type() == NodeType.SEED;
    if (seed || result.compiled().isEmpty()) {
      json.putNull("compiled");
      json.putNull("compiled_code");
    } else {
      json.put("compiled", true);
      json.put("compiled_code", result.compiled().get());
    }
    Optional<Relation> relation = seed ? Optional.<Relation>empty() : result.node().relation();
    json.put("relation_name", relation.map(Relation::toString).orElse(null));
    if (result.batches().isPresent()) {
      ObjectNode batches = json.putObject("batch_results");
      times(batches.putArray("successful"), result.batches().get().successful());
      times(batches.putArray("failed"), result.batches().get().failed());
    } else {
      json.putNull("batch_results");
    }
    return json;
  }

  private static void times(ArrayNode array, List<EventTime> batches) {
    for (EventTime batch : batches) {
      array.addArray().add(time(batch.start())).add(time(batch.end()));
    }
  }

  private static String time(LocalDateTime time) {
    return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(time) + "+00:00";
  }

  /**
   * What has to run again.
   *
   * @param ids of nodes
   * @param batches of microbatch models that are there in part, by id
   */
  public record ToRetry(List<String> ids, Map<String, BatchResults> batches) {
    /** Copies both. */
    public ToRetry {
      ids = List.copyOf(ids);
      batches = Map.copyOf(batches);
    }
  }

  /**
   * What has to run again, as the last build left it.
   *
   * @return empty if there are no results
   */
  public static Optional<ToRetry> toRetry(Path target) throws IOException {
    Path file = target.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    List<String> ids = new ArrayList<>();
    Map<String, BatchResults> batches = new LinkedHashMap<>();
    for (JsonNode result : ArtifactFile.read(file).path("results")) {
      String id = result.path("unique_id").asText();
      if (TO_RETRY.contains(result.path("status").asText()) && !id.startsWith("operation.")) {
        ids.add(id);
        BatchResults before = batches(result.path("batch_results"));
        if (!before.successful().isEmpty() && !before.failed().isEmpty()) {
          batches.put(id, before);
        }
      }
    }
    return Optional.of(new ToRetry(ids, batches));
  }

  private static BatchResults batches(JsonNode results) {
    return new BatchResults(times(results.path("successful")), times(results.path("failed")));
  }

  private static List<EventTime> times(JsonNode batches) {
    List<EventTime> times = new ArrayList<>();
    for (JsonNode batch : batches) {
      times.add(new EventTime(time(batch.path(0)), time(batch.path(1))));
    }
    return times;
  }

  private static LocalDateTime time(JsonNode text) {
    return OffsetDateTime.parse(text.asText())
        .withOffsetSameInstant(ZoneOffset.UTC)
        .toLocalDateTime();
  }
}
