package dev.millrace.engine;

import dev.millrace.api.connect.SinkConnector;
import dev.millrace.api.connect.SourceConnector;
import dev.millrace.api.option.Options;
import dev.millrace.engine.Status.SystemStatus;
import dev.millrace.engine.lake.Lake;
import dev.millrace.log.Cluster;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What an engine is started with, besides the project.
 *
 * @param folder where the store is
 * @param cluster the Kafka that holds the topics; it need not answer before {@link Engine#start}
 * @param sources source connectors by name
 * @param sinks sink connectors by name
 * @param systems the options of each system of the target that runs already, by its name; others
 *     follow by {@link Engine#connect}
 * @param replaceSinks true if targets that know another store may be emptied and filled again
 * @param memoryBytes the cap of the store's memory
 * @param threads worker threads of the store
 * @param clock the time
 * @param systemStatus how the systems of the target are
 * @param lake of the target, which the engine closes
 */
public record EngineOptions(
    Path folder,
    Cluster cluster,
    Map<String, SourceConnector> sources,
    Map<String, SinkConnector> sinks,
    Map<String, Options> systems,
    boolean replaceSinks,
    long memoryBytes,
    int threads,
    Clock clock,
    Supplier<List<SystemStatus>> systemStatus,
    Optional<Lake> lake) {
  /** Copies the maps. */
  public EngineOptions {
    sources = Map.copyOf(sources);
    sinks = Map.copyOf(sinks);
    systems = Map.copyOf(systems);
  }
}
