package dev.millrace.project;

import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import java.util.List;
import java.util.Map;

/**
 * Where a stream's changes go.
 *
 * @param name unique in the project
 * @param from the model it delivers
 * @param system the target's system that it writes to
 * @param table the table there, perhaps with a schema before a dot, or the topic
 * @param mode how changes are written
 * @param key the key's columns, empty in append mode
 * @param outboxBytes how much may wait before upserts are compacted or the flow pauses
 * @param options the connector's sink options
 * @param where its place
 * @param places the places of the keys in its block
 */
public record SinkSpec(
    String name,
    String from,
    String system,
    String table,
    WriteMode mode,
    List<String> key,
    long outboxBytes,
    Options options,
    SourceLocation where,
    Map<String, SourceLocation> places) {
  /** Copies the collections. */
  public SinkSpec {
    key = List.copyOf(key);
    places = Map.copyOf(places);
  }

  /** The place of a key's value; the sink's if the key is not given. */
  public SourceLocation where(String option) {
    return places.getOrDefault(option, where);
  }
}
