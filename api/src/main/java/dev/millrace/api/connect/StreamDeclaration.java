package dev.millrace.api.connect;

import dev.millrace.api.type.Schema;
import java.util.Map;

/**
 * One stream of a source as the project declares it.
 *
 * @param name the stream's name, such as {@code impressions}
 * @param schema the columns that its records have
 * @param options what the connector reads from the stream's own block: the values of its {@link
 *     SourceConnector#streamOptions()} that were given, nested maps (in the file's order), lists
 *     and scalars
 */
public record StreamDeclaration(String name, Schema schema, Map<String, Object> options) {
  /** Copies the map. */
  public StreamDeclaration {
    options = Map.copyOf(options);
  }
}
