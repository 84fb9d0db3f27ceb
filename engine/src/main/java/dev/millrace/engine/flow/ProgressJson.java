package dev.millrace.engine.flow;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.api.error.Problem;
import dev.millrace.engine.admission.Admission;
import dev.millrace.engine.admission.Watermarks;
import dev.millrace.log.Position;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The lists in a row of {@code progress.batches}, as JSON: so the INSERT is always the same. */
final class ProgressJson {
  static final String PARTITION =
      "{\"source\":\"VARCHAR\",\"topic\":\"VARCHAR\",\"topic_id\":\"VARCHAR\",\"partition\":\"INTEGER\","
          + "\"next_offset\":\"BIGINT\",\"newest_event_time\":\"BIGINT\",\"idle\":\"BOOLEAN\"}";
  static final String SOURCE =
      "{\"source\":\"VARCHAR\",\"watermark\":\"BIGINT\",\"ended\":\"BOOLEAN\",\"rows\":\"BIGINT\","
          + "\"late\":\"BIGINT\",\"rejected\":\"BIGINT\",\"duplicates\":\"BIGINT\",\"ignored\":\"BIGINT\"}";
  static final String STREAM =
      "{\"stream\":\"VARCHAR\",\"changes\":\"BIGINT\",\"stopped\":\"VARCHAR\"}";
  private static final String VALUES =
      " SELECT $1, $2, $3, make_timestamptz($4), $5, $6, $7, $8, $9,"
          + " json_transform_strict($10, '["
          + PARTITION
          + "]'), json_transform_strict($11, '["
          + SOURCE
          + "]'), json_transform_strict($12, '["
          + STREAM
          + "]')";

  /** An INSERT of a row of progress. */
  static String insert(String table) {
    return "INSERT INTO " + table + VALUES;
  }

  private final List<Admission> sources;
  private final Map<String, Progress.Counts> counts;

  ProgressJson(List<Admission> sources, Map<String, Progress.Counts> counts) {
    this.sources = sources;
    this.counts = counts;
  }

  String partitions(Collection<Position> positions) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Position position : positions) {
      for (Admission source : sources) {
        if (source.stream().topic().equals(position.topic())) {
          Watermarks watermarks = source.watermarks();
          ObjectNode node = list.addObject();
          node.put("source", source.stream().qualifiedName());
          node.put("topic", position.topic());
          node.put("topic_id", position.topicId());
          node.put("partition", position.partition());
          node.put("next_offset", position.nextOffset());
          node.put("newest_event_time", micros(watermarks.newest(position.partition())));
          node.put("idle", watermarks.isIdle(position.partition()));
        }
      }
    }
    return list.toString();
  }

  private static @Nullable Long micros(long micros) {
    return micros == Watermarks.UNKNOWN || micros == Watermarks.ENDED ? null : micros;
  }

  String sources() {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (Admission source : sources) {
      String name = source.stream().qualifiedName();
      Progress.Counts c = counts.getOrDefault(name, new Progress.Counts());
      ObjectNode node = list.addObject();
      node.put("source", name);
      node.put("watermark", micros(source.watermarks().micros()));
      node.put("ended", source.watermarks().micros() == Watermarks.ENDED);
      node.put("rows", c.rows);
      node.put("late", c.late);
      node.put("rejected", c.rejected);
      node.put("duplicates", c.duplicates);
      node.put("ignored", c.ignored);
    }
    return list.toString();
  }

  String streams(List<StreamRun> streams) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    for (StreamRun stream : streams) {
      ObjectNode node = list.addObject();
      node.put("stream", stream.model().name());
      node.put("changes", stream.changesWithBatch());
      node.put("stopped", stream.stopped().map(Problem::message).orElse(null));
    }
    return list.toString();
  }
}
