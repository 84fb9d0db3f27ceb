package dev.millrace.api.connect;

import dev.millrace.api.error.SourceLocation;
import dev.millrace.api.option.Options;
import dev.millrace.api.type.Schema;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * One sink as the project declares it, for {@link SinkConnector#check}.
 *
 * @param name the sink's name
 * @param table the target, as {@link SinkConnector#targetKey()} names it
 * @param schema the columns of the stream that it delivers
 * @param mode how changes are written
 * @param key the columns of the key, empty in append mode
 * @param options the connector's sink options
 * @param systemTypes the types of the target's systems
 * @param places where a key of the sink's block stands; the block's place for one that is not there
 */
public record SinkDeclaration(
    String name,
    String table,
    Schema schema,
    WriteMode mode,
    List<String> key,
    Options options,
    Set<String> systemTypes,
    Function<String, SourceLocation> places) {
  /** Copies the list. */
  public SinkDeclaration {
    key = List.copyOf(key);
    systemTypes = Set.copyOf(systemTypes);
  }
}
