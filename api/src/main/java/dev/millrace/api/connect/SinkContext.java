package dev.millrace.api.connect;

import dev.millrace.api.option.Options;
import dev.millrace.api.type.Schema;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a sink is opened with.
 *
 * @param project the project's name; with {@code sink} it names the position kept in the target
 * @param sink the sink's name
 * @param epoch identifies the store whose outbox is delivered
 * @param system the options of the system
 * @param options the options of the sink
 * @param table the target table, perhaps with a schema before a dot, or topic
 * @param schema the columns
 * @param mode how changes are written
 * @param key the columns of the key, empty in append mode
 * @param folder the project's, against which relative paths in options are resolved
 * @param registry the options of the target's schema registry; empty if it has none, or if it does
 *     not run yet
 */
public record SinkContext(
    String project,
    String sink,
    String epoch,
    Options system,
    Options options,
    String table,
    Schema schema,
    WriteMode mode,
    List<String> key,
    Path folder,
    Optional<Options> registry) {
  /** Copies the list. */
  public SinkContext {
    key = List.copyOf(key);
  }

  /** What a sink is opened with in a target without a schema registry. */
  public SinkContext(
      String project,
      String sink,
      String epoch,
      Options system,
      Options options,
      String table,
      Schema schema,
      WriteMode mode,
      List<String> key,
      Path folder) {
    this(project, sink, epoch, system, options, table, schema, mode, key, folder, Optional.empty());
  }

  /** What a sink is opened with whose options name no paths. */
  public SinkContext(
      String project,
      String sink,
      String epoch,
      Options system,
      Options options,
      String table,
      Schema schema,
      WriteMode mode,
      List<String> key) {
    this(project, sink, epoch, system, options, table, schema, mode, key, Path.of(""));
  }
}
