package dev.millrace.project;

import dev.millrace.api.connect.WriteMode;
import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import java.util.List;

/**
 * Where a stream's changes go.
 *
 * @param name unique in the project
 * @param from the model it delivers
 * @param system the target's system that it writes to
 * @param table the table there, perhaps with a schema before a dot
 * @param mode append or upsert
 * @param key the key's columns in upsert mode
 * @param outboxBytes how much may wait before upserts are compacted or the flow pauses
 * @param options the connector's sink options
 * @param where its place
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
    SourceLocation where) {
  /** Copies the list. */
  public SinkSpec {
    key = List.copyOf(key);
  }
}
