package dev.millrace.server;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Suggestion;
import dev.millrace.engine.Status;
import dev.millrace.engine.why.AssetNames;
import dev.millrace.engine.why.Explanation;
import dev.millrace.engine.why.Why;
import dev.millrace.project.Project;
import dev.millrace.sql.StreamProgram;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Why an asset has no output, for the page and for `millrace why`. */
final class WhyJson {
  private static final int LISTED = 12;

  private WhyJson() {}

  /** What is meant perhaps; else what there is. */
  private static String hint(String asset, List<String> all) {
    String near = Suggestion.didYouMean(asset, all);
    if (near != null) {
      return near;
    }
    String listed = all.stream().limit(LISTED).collect(Collectors.joining("`, `", "`", "`"));
    return "there are " + listed + (all.size() > LISTED ? " and others" : "");
  }

  /**
   * The explanation.
   *
   * @throws RefusedRequest if the project has no such asset
   */
  static ObjectNode of(
      Project project,
      Map<String, StreamProgram> programs,
      Connection store,
      Optional<Status> status,
      String asset)
      throws SQLException {
    Explanation why =
        Why.explain(project, programs, store, status, Instant.now(), asset)
            .orElseThrow(
                () ->
                    RefusedRequest.notFound(
                        "asset `" + asset + "`", hint(asset, AssetNames.all(project))));
    ObjectNode node = Json.object();
    node.put("asset", why.asset()).put("at", why.at().toString()).put("running", why.running());
    ArrayNode reasons = node.putArray("reasons");
    for (Explanation.Reason reason : why.reasons()) {
      ObjectNode one = reasons.addObject();
      one.put("cause", reason.cause().name().toLowerCase(Locale.ROOT));
      one.put("about", reason.about()).put("text", reason.text());
      reason.advice().ifPresent(a -> one.put("advice", a));
    }
    ArrayNode partitions = node.putArray("partitions");
    for (Explanation.Partition partition : why.partitions()) {
      ObjectNode one = partitions.addObject();
      one.put("source", partition.source()).put("topic", partition.topic());
      one.put("partition", partition.partition()).put("idle", partition.idle());
      partition.newest().ifPresent(n -> one.put("newest_event_time", n.toString()));
      partition.watermark().ifPresent(w -> one.put("watermark", w.toString()));
      one.put("holds_watermark", partition.holds());
    }
    ArrayNode windows = node.putArray("open_windows");
    for (Explanation.Windows open : why.windows()) {
      ObjectNode one = windows.addObject();
      one.put("stream", open.stream()).put("rows", open.rows());
      one.put("oldest", open.oldest().toString());
      open.bound().ifPresent(b -> one.put("closed_before", b.toString()));
    }
    ArrayNode states = node.putArray("state");
    for (Explanation.Held held : why.states()) {
      ObjectNode one = states.addObject();
      one.put("asset", held.asset()).put("operator", held.operator()).put("holds", held.holds());
      one.put("rows", held.rows()).put("bytes", held.bytes()).put("bounded", held.bounded());
    }
    return node;
  }
}
