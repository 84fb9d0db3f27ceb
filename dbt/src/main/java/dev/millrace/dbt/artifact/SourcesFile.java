package dev.millrace.dbt.artifact;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.dbt.run.NodeResult;
import dev.millrace.dbt.run.SourceFreshness;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** {@code sources.json}, version 3: how old sources are. */
public final class SourcesFile {
  /** Its name in the target folder. */
  public static final String FILE = "sources.json";

  private SourcesFile() {}

  /** Writes the file. */
  public static void write(
      Path target,
      String invocationId,
      Instant started,
      Duration took,
      List<SourceFreshness> sources) {
    ObjectNode root = ArtifactFile.JSON.objectNode();
    root.set("metadata", ArtifactFile.metadata("sources/v3", invocationId, started));
    ArrayNode results = root.putArray("results");
    for (SourceFreshness source : sources) {
      ObjectNode json = results.addObject();
      json.put("unique_id", source.source().id());
      NodeResult result = source.result();
      if (source.newest().isEmpty()) {
        json.put("error", result.message());
        json.put("status", "runtime error");
        continue;
      }
      Instant newest = source.newest().get();
      json.put("max_loaded_at", ArtifactFile.time(newest));
      json.put("snapshotted_at", ArtifactFile.time(source.now()));
      json.put(
          "max_loaded_at_time_ago_in_s", Duration.between(newest, source.now()).toNanos() / 1e9);
      json.put("status", source.status().text());
      json.set("criteria", ArtifactFile.value(source.source().extra().get("freshness")));
      json.set("adapter_response", ArtifactFile.value(result.response()));
      RunResults.timings(json.putArray("timing"), result);
      json.put("thread_id", result.thread());
      json.put("execution_time", result.took().toNanos() / 1e9);
    }
    root.put("elapsed_time", took.toNanos() / 1e9);
    ArtifactFile.write(target.resolve(FILE), root);
  }
}
